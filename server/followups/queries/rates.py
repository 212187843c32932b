"""Management and control rates of a year, with the people behind them for whoever works there (facts/domain.md 8)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups.access import episodes_visible_to, institutions_counted_for
from server.followups.models import ChronicEpisode
from server.followups.queries.cards import EPISODE_RELATIONS, EpisodeCard, read_episode
from server.followups.queries.years import TILE, TIMES, year_sums, years_of
from server.followups.rules import DISEASE_WORDS, Disease, Rate, YearRates, rates_of, small
from server.followups.rules.rates import HIDDEN
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of
from server.kit.rollups import Sums, rolled_up

LEAST = "followups.small_cell"


class Behind(StrEnum):
    """Which people of a rate."""

    MANAGED = "managed"
    REGULAR = "regular"
    CONTROLLED = "controlled"
    LOST = "lost"
    LEFT_OUT = "left_out"


Counts = Mapping[Behind, int]
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
    """Count a year; for who oversees the city, it was counted before, and the page says up to when."""
    today = local_date(now)
    wanted = year or today.year
    numbers = await parameters((TIMES, LEAST), on=today)
    institutions = institutions_counted_for(actor=actor)
    hidden_below = numbers[LEAST] if institutions is None else 0
    kept = await rolled_up(TILE, [date(wanted, 1, 1)]) if institutions is None else None
    if institutions is None:
        sums = kept.sums if kept else await year_sums(year=wanted, now=now)
        counts = {disease: _of_city(sums, disease) for disease in Disease}
    else:
        counts = {
            disease: _lengths(await _rates(institutions, disease, wanted, numbers[TIMES], today))
            for disease in Disease
        }
    return RatesCard(
        year=wanted,
        years=tuple(range(today.year, today.year - 4, -1)),
        until=min(today, date(wanted, 12, 31)),
        counted_at=kept.counted_at if kept else now,
        diseases=tuple(_card(disease, counts[disease], hidden_below) for disease in Disease),
        names_people=institutions is not None,
        notes=_notes(numbers[TIMES], hidden_below),
    )


async def people_behind(
    *, actor: Actor, disease: Disease, year: int, behind: Behind, wish: PageWish, now: datetime
) -> Page[EpisodeCard]:
    """Return who stands behind one number, within what the actor works on."""
    today = local_date(now)
    times = (await parameters((TIMES,), on=today))[TIMES]
    own = sorted(actor.institutions_with(Permission.FOLLOW_UP_READ))
    counted = await _rates(own, disease, year, times, today)
    visible = episodes_visible_to(actor=actor, permission=Permission.FOLLOW_UP_READ, now=now)
    rows = ChronicEpisode.filter(visible, id__in=list(getattr(counted, behind.value)))
    page = await rows_of(rows.select_related(*EPISODE_RELATIONS), wish, by="created_at")
    return page.of(read_episode(row, now=now) for row in page.items)


async def _rates(
    institutions: Sequence[int], disease: Disease, year: int, times: int, today: date
) -> YearRates:
    people = await years_of(disease=disease, year=year, institutions=institutions)
    return rates_of([each for _, each in people], year=year, times=times, until=today)


def _lengths(counted: YearRates) -> Counts:
    return {each: len(getattr(counted, each.value)) for each in Behind}


def _of_city(sums: Sums, disease: Disease) -> Counts:
    found = Counter(dict.fromkeys(Behind, 0))
    for (_, word), number in sums.items():
        of, _, what = word.partition("/")
        if of == disease:
            found[Behind(what)] += number
    return found


def _card(disease: Disease, counts: Counts, hidden_below: int) -> DiseaseRates:
    def said(number: int) -> str:
        return small(number, least=hidden_below) if hidden_below else str(number)

    word = "血压" if disease is Disease.HYPERTENSION else "血糖"
    managed = counts[Behind.MANAGED]
    told = (
        (f"{DISEASE_WORDS[disease]}规范管理率", Rate(counts[Behind.REGULAR], managed)),
        (f"管理人群{word}控制率", Rate(counts[Behind.CONTROLLED], managed)),
    )
    lines = tuple(
        RateLine(
            title,
            said(rate.numerator),
            said(rate.denominator),
            HIDDEN if _tells_few(rate, hidden_below) else rate.percent,
        )
        for title, rate in told
    )
    shown = {each: said(number) for each, number in counts.items()}
    return DiseaseRates(disease, DISEASE_WORDS[disease], shown, lines)


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
