"""The tags of states that several rooms show: the words are the core's, the tone is ours."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from server.alliance.rules import AGREEMENT_WORDS, AgreementStatus
from server.people.rules import CARE_WORDS, SEX_WORDS, CareState

State = TypeVar("State", bound=StrEnum)


def tags(words: Mapping[State, str], tones: Mapping[State, str]) -> dict[State, tuple[str, str]]:
    return {state: (words[state], tone) for state, tone in tones.items()}


# In the order in which a list offers them.
IN_TEMPLATES = {
    "SEXES": SEX_WORDS,
    "CARE": tags(
        CARE_WORDS,
        {
            CareState.RESIDENTIAL: "ok",
            CareState.INPATIENT: "stop",
            CareState.CONVALESCENT: "wait",
            CareState.LEFT: "done",
            CareState.DECEASED: "done",
        },
    ),
    "AGREEMENTS": tags(
        AGREEMENT_WORDS,
        {
            AgreementStatus.DRAFT: "note",
            AgreementStatus.PROPOSED: "wait",
            AgreementStatus.SIGNED_BY_ONE: "wait",
            AgreementStatus.SIGNED: "wait",
            AgreementStatus.FILED: "wait",
            AgreementStatus.ACTIVE: "ok",
            AgreementStatus.EXPIRING: "wait",
            AgreementStatus.EXPIRED: "done",
            AgreementStatus.RENEWED: "done",
            AgreementStatus.SUPERSEDED: "done",
            AgreementStatus.SUSPENDED: "stop",
            AgreementStatus.TERMINATED: "done",
            AgreementStatus.WITHDRAWN: "done",
        },
    ),
}
