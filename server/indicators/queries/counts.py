"""Evaluating, and summing up what was evaluated: the same sums whether a sweep keeps them or somebody asks of a past day."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tortoise.functions import Count, Sum

from server.alliance.queries import parameters
from server.indicators.access import filed_homes, known_on
from server.indicators.models import IndicatorFact, IndicatorReport
from server.indicators.queries.evaluators.indicator import Indicator
from server.indicators.queries.evaluators.registry import in_force_on
from server.indicators.rules import (
    Cadence,
    Definition,
    Fact,
    Figure,
    Level,
    Period,
    ReportStatus,
    Scope,
    State,
    county_of,
    of_one,
    period_of,
)
from server.kit.clock import local_date
from server.kit.rollups import CITY, Sums

MET, COUNTED, EXCLUDED = "met", "counted", "excluded"


def tile_of(definition: Definition) -> str:
    return f"ind.{definition.key}"


async def counted_again(today: date) -> list[tuple[Indicator, Period]]:
    """Return what a sweep counts: how things stand, while a period runs; what happened, until the homes have frozen it."""
    return [
        (each, period)
        for cadence, periods in (await _not_frozen(today)).items()
        for period in periods
        for each in in_force_on(period.as_of(today))
        if each.definition.cadence is cadence and (each.definition.happens or today < period.after)
    ]


async def _not_frozen(today: date) -> Mapping[Cadence, list[Period]]:
    """Return of each cadence what runs, the one before as long as it has no reports, and what is open, maybe again."""
    rows = (
        await IndicatorReport.filter(level=Level.HOME, status=ReportStatus.OPEN)
        .distinct()
        .values_list("cadence", "since")
    )
    found: dict[Cadence, list[Period]] = {}
    for cadence in Cadence:
        running = period_of(cadence, today)
        latest = [running]
        if not await IndicatorReport.filter(cadence=cadence, since=running.before.first).exists():
            latest.append(running.before)
        open_ones = [Period(cadence, since) for word, since in rows if word == cadence]
        found[cadence] = [*latest, *(each for each in open_ones if each not in latest)]
    return found


async def evaluated(
    indicator: Indicator,
    period: Period,
    *,
    now: datetime,
    homes: Sequence[int] | None = None,
    tried: Mapping[str, int] | None = None,
) -> list[Fact]:
    """Ask who stands where, as things are now; by other numbers where some are tried."""
    today = local_date(now)
    day = period.as_of(today)
    numbers = await parameters(indicator.definition.numbers, on=day) if indicator.definition.numbers else {}
    places = [home.id for home in await filed_homes()] if homes is None else homes
    if not places:
        return []
    return await indicator.evaluate(Scope(period, tuple(places), today, {**numbers, **(tried or {})}))


def sums_of(facts: Iterable[Fact]) -> Sums:
    """Sum facts up by home, and for the whole city by reason too."""
    found: Counter[tuple[int, str]] = Counter()
    for each in facts:
        _add(found, each.home_id, of_one(each.state, each.counted, each.met))
        if each.reason:
            found[CITY, _word(each.state, each.reason)] += 1
    return {key: number for key, number in found.items() if number}


def _add(found: Counter[tuple[int, str]], home: int, figure: Figure) -> None:
    for place in (home, CITY):
        found[place, MET] += figure.met
        found[place, COUNTED] += figure.counted
        found[place, EXCLUDED] += figure.excluded


def _word(state: State, reason: str) -> str:
    return f"{state}/{reason}"


def grouped_figure(state: State, times: int, weight: int | None, hits: int | None) -> Figure:
    """Read what the database summed up of one state: how many rows, their weight, their hits."""
    return Figure(int(hits or 0), int(weight or 0), int(times) if state is State.EXCLUDED else 0)


async def sums_known(
    definition: Definition, since: date, *, moment: datetime | None, home_id: int | None = None
) -> Sums:
    """Sum up the facts that were known at a moment, of one home or of all: the figure of that day again."""
    rows = IndicatorFact.filter(
        known_on(moment), code=definition.code, version=definition.version, since=since
    )
    if home_id is not None:
        rows = rows.filter(home_id=home_id)
    found: Counter[tuple[int, str]] = Counter()
    grouped = rows.annotate(times=Count("id"), weight=Sum("counted"), hits=Sum("met"))
    for home, state, reason, *totals in await grouped.group_by("home_id", "state", "reason").values_list(
        "home_id", "state", "reason", "times", "weight", "hits"
    ):
        _add(found, home, grouped_figure(State(state), *totals))
        if reason:
            found[CITY, _word(State(state), reason)] += int(totals[0])
    return {key: number for key, number in found.items() if number}


def figure_at(sums: Mapping[Any, int], place: int | None = None) -> Figure:
    """Read a place's figure out of sums; out of one place's own words where no place is named."""

    def word(name: str) -> int:
        return int(sums.get(name if place is None else (place, name), 0))

    return Figure(word(MET), word(COUNTED), word(EXCLUDED))


def reasons_in(sums: Sums, state: State) -> Mapping[str, int]:
    """Return how many stand behind each reason in the whole city, the most first."""
    found = {
        word.partition("/")[2]: number
        for (place, word), number in sums.items()
        if place == CITY and word.startswith(f"{state}/")
    }
    return dict(sorted(found.items(), key=lambda each: -each[1]))


async def counties() -> Mapping[str, Mapping[int, tuple[str, str]]]:
    """Return uid and name of each filed home, by its county."""
    found: dict[str, dict[int, tuple[str, str]]] = {}
    for home in await filed_homes():
        found.setdefault(county_of(home.uscc), {})[home.id] = (home.uid, home.name)
    return found
