"""Management and control rates of a year, with the people behind them for whoever works there (facts/domain.md 8)."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups.access import episodes_visible_to, institutions_counted_for
from server.followups.models import ChronicEpisode
from server.followups.queries.cards import EPISODE_RELATIONS, EpisodeCard, read_episode
from server.followups.queries.years import (
    TILE,
    TIMES,
    institution_sums,
    year_asked_for,
    years_counted,
    years_of_these,
)
from server.followups.rules import DISEASE_WORDS, Disease, rates_of
from server.kit.clock import local_date
from server.kit.pages import MOST, Page, PageWish, cursor_of, rows_of
from server.kit.rates import HIDDEN, Rate, shown, shown_part, tells_few
from server.kit.rollups import CITY, Sums, rolled_up

LEAST = "followups.small_cell"
PIECE = 200  # episodes looked through at once


class Behind(StrEnum):
    """Which people of a rate."""

    MANAGED = "managed"
    REGULAR = "regular"
    CONTROLLED = "controlled"
    LOST = "lost"
    LEFT_OUT = "left_out"


Counts = Mapping[Behind, int]
OF_MANAGED = frozenset({Behind.REGULAR, Behind.CONTROLLED, Behind.LOST})
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
    counted_at: datetime
    diseases: tuple[DiseaseRates, ...]
    names_people: bool  # whether the numbers open to people
    notes: tuple[str, ...]


async def rates(*, actor: Actor, year: int | None, now: datetime) -> RatesCard:
    """Tell a year of one's own institutions at this moment, like the people behind its numbers, or of the city.

    The city was counted before, which is said; few people are not shown to who oversees it.
    """
    today = local_date(now)
    wanted = year_asked_for(year, today)
    numbers = await parameters((TIMES, LEAST), on=today)
    own = institutions_counted_for(actor=actor)
    hidden_below = numbers[LEAST] if own is None else 0
    kept = await rolled_up(TILE, [date(wanted, 1, 1)]) if own is None else None
    sums = kept.sums if kept else await institution_sums(year=wanted, institutions=own, now=now)
    places = {CITY} if own is None else set(own)
    return RatesCard(
        year=wanted,
        years=tuple(first.year for first in years_counted(today)),
        until=min(today, date(wanted, 12, 31)),
        counted_at=kept.counted_at if kept else now,
        diseases=tuple(_card(disease, _of(sums, disease, places), hidden_below) for disease in Disease),
        names_people=own is not None,
        notes=_notes(numbers[TIMES], hidden_below),
    )


async def people_behind(
    *, actor: Actor, disease: Disease, year: int, behind: Behind, wish: PageWish, now: datetime
) -> Page[EpisodeCard]:
    """Return who stands behind one number, within what the actor works on: looked through piece by piece until the page is full."""
    today = local_date(now)
    year_asked_for(year, today)
    times = (await parameters((TIMES,), on=today))[TIMES]
    rows = await _managed_in(actor, disease, year, now)
    limit, after, found = max(1, min(wish.limit, MOST)), wish.after, list[ChronicEpisode]()
    while True:
        piece = await rows_of(
            rows.select_related(*EPISODE_RELATIONS), PageWish(after, PIECE), by="created_at"
        )
        people = await years_of_these(piece.items, year=year) if piece.items else []
        counted = set(getattr(rates_of(people, year=year, times=times, until=today), behind.value))
        found += [row for row in piece.items if row.id in counted]
        after = piece.next
        if after is None or len(found) > limit:
            break
    kept = found[:limit]
    following = cursor_of(kept[-1].created_at, kept[-1].id) if len(found) > limit else None
    return Page(tuple(read_episode(row, now=now) for row in kept), following)


async def _managed_in(actor: Actor, disease: Disease, year: int, now: datetime) -> QuerySet[ChronicEpisode]:
    """Return the episodes that a year of the actor's institutions is counted from: a resident's latest at each."""
    visible = episodes_visible_to(actor=actor, permission=Permission.FOLLOW_UP_READ, now=now)
    begun = ChronicEpisode.filter(visible, disease=disease, enrolled_on__lte=date(year, 12, 31))
    twice = begun.annotate(times=Count("id")).filter(times__gt=1).group_by("resident_id", "institution_id")
    residents = list(await twice.values_list("resident_id", flat=True))
    rows = begun.filter(Q(ended_on=None) | Q(ended_on__gte=date(year, 1, 1)))
    if not residents:
        return rows
    several = begun.filter(resident_id__in=residents).order_by("enrolled_on", "id")
    latest, older = dict[tuple[int, int], int](), list[int]()
    for number, *whose in await several.values_list("id", "resident_id", "institution_id"):
        if (earlier := latest.get((whose[0], whose[1]))) is not None:
            older.append(earlier)
        latest[whose[0], whose[1]] = number
    return rows.filter(id__not_in=older) if older else rows


def _of(sums: Sums, disease: Disease, places: Collection[int]) -> Counts:
    found = Counter(dict.fromkeys(Behind, 0))
    for (place, word), number in sums.items():
        of, _, what = word.partition("/")
        if of == disease and place in places:
            found[Behind(what)] += number
    return found


def _card(disease: Disease, counts: Counts, hidden_below: int) -> DiseaseRates:
    managed = counts[Behind.MANAGED]
    word = "血压" if disease is Disease.HYPERTENSION else "血糖"
    rates = (
        (f"{DISEASE_WORDS[disease]}规范管理率", Rate(counts[Behind.REGULAR], managed)),
        (f"管理人群{word}控制率", Rate(counts[Behind.CONTROLLED], managed)),
    )
    lines = tuple(
        RateLine(
            title,
            shown_part(rate.numerator, managed, least=hidden_below),
            shown(managed, least=hidden_below),
            HIDDEN if tells_few(rate.numerator, rate.denominator, least=hidden_below) else rate.percent,
        )
        for title, rate in rates
    )
    told = {
        each: shown_part(number, managed, least=hidden_below)
        if each in OF_MANAGED
        else shown(number, least=hidden_below)
        for each, number in counts.items()
    }
    return DiseaseRates(disease, DISEASE_WORDS[disease], told, lines)


def _notes(times: int, hidden_below: int) -> tuple[str, ...]:
    notes = [
        f"按规范管理：每年面对面随访 {times} 次；年中纳入的按剩下的季度折算（折算为自拟）。",
        "控制：当年最近一次随访达标，血压按随访那天的年龄取线；当年没有随访的计入分母，不算达标。",
        "同一人只计一次；去世、迁出、转出、诊断有误的不计入，在表中列出；本人不愿意的仍计入。",
        "分母为 0 显示“—”；百分比保留两位小数，四舍五入。",
    ]
    if hidden_below:
        notes.append(
            f"少于 {hidden_below} 人显示“<{hidden_below}”；能由此推出少数人的人数和百分比显示“{HIDDEN}”。"
        )
    return tuple(notes)
