"""What a list could say, out of who lives in a home today; few people are told as few (I45)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from server.alliance.models import Institution
from server.alliance.queries import parameters
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.demands.models import Demand
from server.demands.rules import NEED_WORDS, Need, counted, people_words
from server.kit.clock import age_on, local_date
from server.kit.errors import NotFound
from server.people.models import Resident
from server.people.rules import CareState

_LEAST = "alliance.least_persons_shown"
# The lines that the check-ups and the clinics go by: a proposal that had its own would contradict them.
_CHECKUP_AGE, _CLINIC = "records.checkup_age", "clinics.residents_from"
_NUMBERS = (_LEAST, _CHECKUP_AGE, _CLINIC, "people.advanced_age")


@dataclass(frozen=True)
class ProposedLine:
    need: Need
    need_words: str
    words: str  # "32 位", "少于 5 位", or nothing
    people: int  # what the form begins with; below the least, any of them stands for few
    why: str
    live_uid: str | None  # published already


@dataclass(frozen=True)
class Proposal:
    home_uid: str
    home: str
    least: int
    lines: tuple[ProposedLine, ...]


@dataclass(frozen=True)
class HomeChoice:
    uid: str
    name: str


async def homes_to_ask_for(*, actor: Actor) -> tuple[HomeChoice, ...]:
    """Return the filed homes for which the actor may publish."""
    if not actor.institutions_with(Permission.DEMAND_PUBLISH):
        return ()
    rows = Institution.filter(kind=InstitutionKind.NURSING_HOME, filed=True).order_by("id")
    return tuple(HomeChoice(uid, name) for uid, name in await rows.values_list("uid", "name"))


async def proposal(*, actor: Actor, home_uid: str, now: datetime) -> Proposal:
    home = await Institution.filter(uid=home_uid, kind=InstitutionKind.NURSING_HOME, filed=True).first()
    if home is None or not actor.institutions_with(Permission.DEMAND_PUBLISH):
        raise NotFound
    numbers = await parameters(_NUMBERS, on=now)
    counts = await _counts(home, numbers, now)
    least = numbers[_LEAST]
    live = dict(await Demand.filter(home_id=home.id, live_key__isnull=False).values_list("need", "uid"))
    why = {
        Need.ROUNDS: "住着的长者",
        Need.CHECKUP: f"{numbers[_CHECKUP_AGE]} 岁及以上",
        Need.ASSESSMENT: f"{numbers['people.advanced_age']} 岁及以上",
        Need.HOME_BED: "处于休养状态",
        Need.CLINIC: f"住着 {numbers[_CLINIC]} 人及以上才建议",
    }
    lines = tuple(
        _line(need, counts[need], least, why.get(need, "请按实际填写"), live.get(need)) for need in Need
    )
    return Proposal(home.uid, home.name, least, lines)


async def _counts(home: Institution, numbers: dict[str, int], now: datetime) -> Counter[Need]:
    living = Resident.filter(home_id=home.id, merged_into_id__isnull=True)
    today, found = local_date(now), Counter[Need]()
    for birth_date, state in await living.values_list("birth_date", "care_state"):
        age = age_on(birth_date, today)
        found[Need.ROUNDS] += 1
        found[Need.CHECKUP] += age >= numbers[_CHECKUP_AGE]
        found[Need.ASSESSMENT] += age >= numbers["people.advanced_age"]
        found[Need.HOME_BED] += CareState(state) is CareState.CONVALESCENT
    if found[Need.ROUNDS] >= numbers[_CLINIC]:
        found[Need.CLINIC] = found[Need.ROUNDS]
    return found


def _line(need: Need, count: int, least: int, why: str, live_uid: str | None) -> ProposedLine:
    told = counted(count, least)
    # The true number of few does not leave the core, not even as what a form begins with.
    words = people_words(told, least) if count else ""
    return ProposedLine(need, NEED_WORDS[need], words, least - 1 if told is None else told, why, live_uid)
