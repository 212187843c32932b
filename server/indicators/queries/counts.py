"""Evaluating, and summing up what was evaluated: the same sums whether a sweep keeps them or somebody asks of a past day."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count, Sum

from server.alliance.queries import parameters
from server.indicators.access import filed_homes, known_on
from server.indicators.models import IndicatorFact
from server.indicators.queries.evaluators.indicator import Indicator
from server.indicators.rules import (
    Cadence,
    Definition,
    Fact,
    Figure,
    Period,
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


def day_of(period: Period, now: datetime) -> date:
    """Return the day as of which a period is counted: today, and its last day once it is over."""
    return min(local_date(now), period.after - timedelta(days=1))


def periods_counted(definition: Definition, today: date) -> tuple[Period, ...]:
    """Return what a sweep counts: what happened is counted a while after; how things stand, while it runs."""
    running = period_of(definition.cadence, today)
    return (running, running.before) if definition.happens else (running,)


async def evaluated(
    indicator: Indicator,
    period: Period,
    *,
    now: datetime,
    homes: Sequence[int] | None = None,
    tried: Mapping[str, int] | None = None,
) -> list[Fact]:
    """Ask who stands where, as things are now; by other numbers where some are tried."""
    day = day_of(period, now)
    numbers = await parameters(indicator.definition.numbers, on=day) if indicator.definition.numbers else {}
    places = [home.id for home in await filed_homes()] if homes is None else homes
    if not places:
        return []
    return await indicator.evaluate(Scope(period, tuple(places), day, {**numbers, **(tried or {})}))


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
    definition: Definition, since: date, *, moment: datetime | None, which: Q | None = None
) -> Sums:
    """Sum up the facts that were known at a moment: the figure of that day again."""
    rows = IndicatorFact.filter(
        which or Q(), known_on(moment), code=definition.code, version=definition.version, since=since
    )
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


def first_day(cadence: Cadence, month: date) -> date:
    return period_of(cadence, month).first
