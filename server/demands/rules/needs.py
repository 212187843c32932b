"""What a home may need, in what numbers it is told, and what agreement would answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.alliance.rules import (
    CATALOGUE,
    AgreementContent,
    Cooperation,
    Fee,
    FeeKind,
    PayCycle,
    ServiceItem,
    VisitDay,
)

MOST_PEOPLE = 100_000
FEW_WORDS = "少于 {least} 位"
MORNING = (9 * 60, 11 * 60)
WEEK = range(1, 8)
_NAMES = {entry.code: entry.name for entry in CATALOGUE}


class Need(StrEnum):
    ROUNDS = "rounds"
    CHECKUP = "checkup"
    ASSESSMENT = "assessment"
    HOME_BED = "home_bed"
    CLINIC = "clinic"
    TRADITIONAL = "traditional"
    MOOD = "mood"


NEED_WORDS: Mapping[Need, str] = {
    Need.ROUNDS: "医疗巡诊",
    Need.CHECKUP: "年度健康体检",
    Need.ASSESSMENT: "能力评估",
    Need.HOME_BED: "家庭病床",
    Need.CLINIC: "内设或延伸医务室",
    Need.TRADITIONAL: "中医药服务",
    Need.MOOD: "心理支持",
}
# By what of the catalogue a need is answered, how often a year, and in which form of cooperation.
SERVICES: Mapping[Need, tuple[str, int | None, Cooperation]] = {
    Need.ROUNDS: ("patrol", 52, Cooperation.PATROL),
    Need.CHECKUP: ("checkup", 1, Cooperation.PRIMARY_CARE),
    Need.ASSESSMENT: ("ability", 1, Cooperation.PRIMARY_CARE),
    Need.HOME_BED: ("bed_round", None, Cooperation.STATIONED),
    Need.CLINIC: ("consultation", None, Cooperation.BRANCH),
    Need.TRADITIONAL: ("constitution", 1, Cooperation.PATROL),
    Need.MOOD: ("mood", 1, Cooperation.REMOTE),
}


@dataclass(frozen=True)
class Offer:
    """What a medical institution answers: for how many, on which days, from when on."""

    people: int
    weekdays: Sequence[int]  # 1 Monday … 7 Sunday
    from_day: date
    note: str = ""


def counted(people: int, least: int) -> int | None:
    """Return the number as it may be published: None stands for fewer than the least that is told (I45)."""
    return None if 0 < people < least else people


def people_words(people: int | None, least: int) -> str:
    return FEW_WORDS.format(least=least) if people is None else f"{people} 位"


def offer_faults(offer: Offer, today: date) -> dict[str, str]:
    faults = {}
    if not 1 <= offer.people <= MOST_PEOPLE:
        faults["people"] = "能承接的人数至少 1 人。"
    if not offer.weekdays or not set(offer.weekdays) <= set(WEEK):
        faults["weekdays"] = "请至少选一个能去的星期。"
    if offer.from_day < today:
        faults["from_day"] = "从哪天起，不能早于今天。"
    return faults


def terms_for(need: Need, offer: Offer, said: str) -> AgreementContent:
    """Write the text with which the two begin to talk: what is needed, on the days that were offered."""
    code, times, cooperation = SERVICES[need]
    return AgreementContent(
        cooperation=tuple(dict.fromkeys((cooperation, Cooperation.PRIMARY_CARE))),
        items=(ServiceItem(code, _NAMES[code], times_a_year=times),),
        fees=(Fee(FeeKind.FREE_PUBLIC_HEALTH, 0, PayCycle.MONTHLY),),
        visit_days=tuple(VisitDay(day, *MORNING) for day in sorted(set(offer.weekdays))),
        provider_duties=f"承接{NEED_WORDS[need]}，最多 {offer.people} 位长者（需求：{said}）。",
    )
