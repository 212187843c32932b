"""Every version of every questionnaire that was ever answered here; new sheets take the last."""

from collections.abc import Mapping

from server.assessments.errors import NoSuchQuestionnaire
from server.assessments.rules.constitution import CONSTITUTION
from server.assessments.rules.gbt42195 import GBT42195
from server.assessments.rules.ltc import LTC
from server.assessments.rules.questionnaires import Questionnaire
from server.assessments.rules.selfcare import SELFCARE

# The newest version of a code stands last.
VERSIONS: tuple[Questionnaire, ...] = (GBT42195, SELFCARE, CONSTITUTION, LTC)
CURRENT: Mapping[str, Questionnaire] = {each.code: each for each in VERSIONS}
_EVERY = {(each.code, each.version): each for each in VERSIONS}


def current(code: str) -> Questionnaire:
    if code not in CURRENT:
        raise NoSuchQuestionnaire(fields={"questionnaire": NoSuchQuestionnaire.message})
    return CURRENT[code]


def version_of(code: str, version: str) -> Questionnaire:
    """Return the very version that was answered."""
    return _EVERY[code, version]
