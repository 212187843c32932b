"""A policy number is tried before anybody publishes it: who falls in, who falls out (B04)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import cited, parameter
from server.alliance.rules import Parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.indicators.access import filed_homes, oversees, own_homes
from server.indicators.errors import NotTried
from server.indicators.queries.counts import evaluated
from server.indicators.queries.evaluators.registry import indicator_of
from server.indicators.queries.people import GONE, labels_of
from server.indicators.rules import (
    LEAST,
    STATE_WORDS,
    Definition,
    Fact,
    Figure,
    Period,
    State,
    figure_of,
    period_of,
    small,
    tells_few,
)
from server.kit.clock import local_date

TRY = Permission.INDICATOR_TRY
MOST_NAMED = 100
NOT_THERE = "不在名单里"
Move = tuple[State | None, State | None]


@dataclass(frozen=True)
class MoveLine:
    """So many go from one side to the other."""

    before: str
    after: str
    people: str


@dataclass(frozen=True)
class MovedLine:
    label: str
    href: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Trial:
    definition: Definition
    period: Period
    parameters: tuple[Parameter, ...]  # that may be tried
    tried: Parameter | None
    value: int | None
    before: Figure | None  # None: it would tell of few
    after: Figure | None
    excluded: tuple[str, str]  # before and after, as it may be told
    moves: tuple[MoveLine, ...]
    named: tuple[MovedLine, ...]
    more: int  # how many are not named beyond those
    homes: int
    city: bool


async def trial(
    *, actor: Actor, code: str, parameter_code: str | None, value: int | None, now: datetime
) -> Trial:
    """Count an indicator by today's numbers and by another one. Nothing is written. Refusals: NotTried."""
    today = local_date(now)
    indicator = indicator_of(code, today)
    definition = indicator.definition
    period = period_of(definition.cadence, today)
    known = await cited(definition.numbers, on=today) if definition.numbers else {}
    city = oversees(actor=actor, permission=TRY)
    homes = await filed_homes() if city else await own_homes(actor=actor)
    empty = Trial(
        definition,
        period,
        tuple(known.values()),
        None,
        value,
        None,
        None,
        ("", ""),
        (),
        (),
        0,
        len(homes),
        city,
    )
    if parameter_code is None:
        return empty
    if parameter_code not in known or value is None:
        raise NotTried(fields={"value": NotTried.message})
    ids = [home.id for home in homes]
    before = await evaluated(indicator, period, now=now, homes=ids)
    after = await evaluated(indicator, period, now=now, homes=ids, tried={parameter_code: value})
    moved = _moved(before, after)
    counts = Counter(_move(*each) for each in moved)
    least = await parameter(LEAST, on=today)
    hidden = definition.about_people and (city or not definition.home_knows)
    few = hidden and any(number < least for number in counts.values())
    figures = (figure_of(before), figure_of(after))
    without = [small(each.excluded, least=least if hidden else 0) for each in figures]
    shown = not (few or (hidden and any(tells_few(each, least=least) for each in figures)))
    named = () if hidden else await _named(moved, definition, actor, now)
    return Trial(
        definition=definition,
        period=period,
        parameters=empty.parameters,
        tried=known[parameter_code],
        value=value,
        before=figures[0] if shown else None,
        after=figures[1] if shown else None,
        excluded=(without[0], without[1]),
        moves=tuple(
            MoveLine(_words(was), _words(will), f"<{least}" if hidden and number < least else str(number))
            for (was, will), number in sorted(counts.items(), key=lambda each: -each[1])
        ),
        named=named,
        more=0 if hidden else len(moved) - len(named),
        homes=len(homes),
        city=city,
    )


def _moved(before: Sequence[Fact], after: Sequence[Fact]) -> list[tuple[Fact | None, Fact | None]]:
    was, will = _by_subject(before), _by_subject(after)
    pairs = [(was.get(each), will.get(each)) for each in sorted(was.keys() | will.keys())]
    return [(one, two) for one, two in pairs if _move(one, two)[0] is not _move(one, two)[1]]


def _by_subject(facts: Sequence[Fact]) -> Mapping[int, Fact]:
    return {each.subject_id: each for each in facts}


def _move(before: Fact | None, after: Fact | None) -> Move:
    return (before.state if before else None, after.state if after else None)


def _words(state: State | None) -> str:
    return STATE_WORDS[state] if state else NOT_THERE


async def _named(
    moved: Sequence[tuple[Fact | None, Fact | None]], definition: Definition, actor: Actor, now: datetime
) -> tuple[MovedLine, ...]:
    chosen = [(one, two, each) for one, two in moved for each in (two or one,) if each][:MOST_NAMED]
    labels = await labels_of(
        [each.subject_id for _, _, each in chosen], definition.subject, actor=actor, now=now
    )
    return tuple(
        MovedLine(
            *labels.get(each.subject_id, (GONE, "")),
            before=_words(one.state if one else None),
            after=_words(two.state if two else None),
            reason=definition.reason(each.reason).words,
        )
        for one, two, each in chosen
    )
