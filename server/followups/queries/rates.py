"""Management and control rates of a year, with the people behind them for whoever works there (facts/domain.md 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.alliance.access import BUREAU_ROLES
from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups.access import episodes_counted_for, episodes_visible_to
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.queries.cards import EPISODE_RELATIONS, EpisodeCard, read_episode
from server.followups.rules import DISEASE_WORDS, Disease, Rate, YearOfOne, YearRates, rates_of, small
from server.followups.rules.rates import HIDDEN
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of

TIMES, LEAST = "followups.yearly_times", "followups.small_cell"


class Behind(StrEnum):
    """Which people of a rate."""

    MANAGED = "managed"
    REGULAR = "regular"
    CONTROLLED = "controlled"
    LOST = "lost"
    LEFT_OUT = "left_out"


BEHIND_WORDS: Mapping[Behind, str] = {
    Behind.MANAGED: "年内已管理",
    Behind.REGULAR: "按规范管理",
    Behind.CONTROLLED: "最近一次随访达标",
    Behind.LOST: "失访（当年没有随访）",
    Behind.LEFT_OUT: "不计入（去世、迁出、转出、诊断有误）",
}


@dataclass(frozen=True)
class RateLine:
    title: str
    numerator: str
    denominator: str
    percent: str


@dataclass(frozen=True)
class DiseaseRates:
    disease: Disease
    disease_words: str
    counts: Mapping[Behind, str]
    rates: tuple[RateLine, ...]


@dataclass(frozen=True)
class RatesCard:
    year: int
    years: tuple[int, ...]
    until: date
    diseases: tuple[DiseaseRates, ...]
    names_people: bool  # whether the numbers open to people
    notes: tuple[str, ...]


async def rates(*, actor: Actor, year: int | None, now: datetime) -> RatesCard:
    today = local_date(now)
    wanted = year or today.year
    numbers = await parameters((TIMES, LEAST), on=today)
    whole_city = actor.holds(Permission.FOLLOW_UP_COUNT, BUREAU_ROLES)
    hidden_below = numbers[LEAST] if whole_city else 0
    diseases = []
    for disease in Disease:
        counted = await _rates(actor, disease, wanted, numbers[TIMES], today)
        diseases.append(_card(disease, counted, hidden_below))
    return RatesCard(
        year=wanted,
        years=tuple(range(today.year, today.year - 4, -1)),
        until=min(today, date(wanted, 12, 31)),
        diseases=tuple(diseases),
        names_people=not whole_city,
        notes=_notes(numbers[TIMES], hidden_below),
    )


async def people_behind(
    *, actor: Actor, disease: Disease, year: int, behind: Behind, wish: PageWish, now: datetime
) -> Page[EpisodeCard]:
    """Return who stands behind one number, within what the actor works on."""
    today = local_date(now)
    times = (await parameters((TIMES,), on=today))[TIMES]
    counted = await _rates(actor, disease, year, times, today)
    visible = episodes_visible_to(actor=actor, permission=Permission.FOLLOW_UP_READ, now=now)
    rows = ChronicEpisode.filter(visible, id__in=list(getattr(counted, behind.value)))
    page = await rows_of(rows.select_related(*EPISODE_RELATIONS), wish, by="created_at")
    return page.of(read_episode(row, now=now) for row in page.items)


async def _rates(actor: Actor, disease: Disease, year: int, times: int, today: date) -> YearRates:
    episodes = ChronicEpisode.filter(
        episodes_counted_for(actor=actor), disease=disease, enrolled_on__lte=date(year, 12, 31)
    )
    rows = await episodes.order_by("enrolled_on", "id").values_list(
        "id", "resident_id", "enrolled_on", "ended_on", "end_reason"
    )
    latest = {resident: (number, *rest) for number, resident, *rest in rows}  # everybody once
    days: dict[int, list[tuple[date, bool, bool]]] = {}
    made = FollowUp.filter(
        episode_id__in=[each[0] for each in latest.values()],
        is_current=True,
        happened_on__gte=date(year, 1, 1),
        happened_on__lte=date(year, 12, 31),
    )
    for number, day, faced, controlled in await made.values_list(
        "episode_id", "happened_on", "face_to_face", "controlled"
    ):
        days.setdefault(number, []).append((day, bool(faced), bool(controlled)))
    people = [
        YearOfOne(number, since, ended, reason, tuple(days.get(number, ())))
        for number, since, ended, reason in latest.values()
    ]
    return rates_of(people, year=year, times=times, until=today)


def _card(disease: Disease, counted: YearRates, hidden_below: int) -> DiseaseRates:
    def said(number: int) -> str:
        return small(number, least=hidden_below) if hidden_below else str(number)

    counts = {each: len(getattr(counted, each.value)) for each in Behind}
    word = "血压" if disease is Disease.HYPERTENSION else "血糖"
    told = (("规范管理率", counted.regular_rate), (f"管理人群{word}控制率", counted.control_rate))
    lines = [
        RateLine(
            f"{DISEASE_WORDS[disease]}{title}" if "规范" in title else title,
            said(rate.numerator),
            said(rate.denominator),
            HIDDEN if _tells_few(rate, hidden_below) else rate.percent,
        )
        for title, rate in told
    ]
    return DiseaseRates(
        disease, DISEASE_WORDS[disease], {each: said(number) for each, number in counts.items()}, tuple(lines)
    )


def _tells_few(rate: Rate, hidden_below: int) -> bool:
    """Tell whether the share would give away a number of people that is not shown."""
    return any(0 < each < hidden_below for each in (rate.numerator, rate.denominator - rate.numerator))


def _notes(times: int, hidden_below: int) -> tuple[str, ...]:
    notes = [
        f"按规范管理：每年面对面随访 {times} 次；年中纳入的按剩下的季度折算（折算为自拟）。",
        "控制：当年最近一次随访达标，血压按随访那天的年龄取线；当年没有随访的计入分母，不算达标。",
        "同一人只计一次；去世、迁出、转出、诊断有误的不计入，在表中列出；本人不愿意的仍计入。",
        "分母为 0 显示“—”；百分比保留两位小数，四舍五入。",
    ]
    if hidden_below:
        notes.append(f"少于 {hidden_below} 人显示“<{hidden_below}”，能由此推出人数的百分比不显示。")
    return tuple(notes)
