"""A sweep evaluates every indicator and lays down what changed: facts for the record, sums for the boards."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from server.authority.actor import Actor
from server.indicators.models import IndicatorEdition, IndicatorFact
from server.indicators.queries.counts import counted_again, evaluated, sums_of, tile_of
from server.indicators.queries.evaluators.indicator import Indicator
from server.indicators.rules import Fact, Period
from server.kit.clock import local_date
from server.kit.rollups import Due, claim, due_among, lay_down
from server.kit.transactions import action

SOON = timedelta(minutes=30)  # between two counts of a period that runs
AT_ONCE = 500
TICK = timedelta(microseconds=1)


async def sweep_indicators(*, actor: Actor, now: datetime) -> int:
    """Count again what is due, each indicator and period in a transaction of its own; return how many."""
    wanted = {
        (tile_of(indicator.definition), period.first): (indicator, period)
        for indicator, period in await counted_again(local_date(now))
    }
    until = {each: period.after for each, (_, period) in wanted.items()}
    counted = 0
    for due in await due_among(until, now=now, soon=SOON):
        indicator, period = wanted[due.tile, due.since]
        counted += await _count(actor=actor, indicator=indicator, period=period, due=due, now=now)
    return counted


@action
async def _count(*, actor: Actor, indicator: Indicator, period: Period, due: Due, now: datetime) -> int:  # noqa: ARG001  one form for all
    """Lay down what is known now, and return 1; 0 where another worker is at it."""
    definition, since = indicator.definition, period.first
    if not await claim(due, now=now):
        return 0
    facts = await evaluated(indicator, period, now=now)
    await _lay_down_facts(indicator, since, facts, at=await _after_what_is_frozen(now))
    await lay_down(tile_of(definition), since, sums_of(facts), now=now)
    return 1


async def _after_what_is_frozen(now: datetime) -> datetime:
    """Return the moment from which the new facts are known: never one of which somebody has frozen what was known."""
    last = await IndicatorEdition.filter(known_at__gte=now).order_by("-known_at").first()
    return now if last is None else last.known_at + TICK


async def _lay_down_facts(indicator: Indicator, since: date, facts: Sequence[Fact], *, at: datetime) -> None:
    code, version = indicator.definition.code, indicator.definition.version
    known = IndicatorFact.filter(code=code, version=version, since=since, known_to__isnull=True)
    there: dict[int, tuple[int, tuple[object, ...]]] = {
        subject: (number, tuple(content))
        for number, subject, *content in await known.values_list(
            "id", "subject_id", "home_id", "state", "reason", "counted", "met", "keeper_id"
        )
    }
    told = {each.subject_id: each for each in facts}
    over = [
        number
        for subject, (number, content) in there.items()
        if subject not in told or told[subject].content != content
    ]
    new = [
        each for subject, each in told.items() if subject not in there or there[subject][1] != each.content
    ]
    for start in range(0, len(over), AT_ONCE):
        ids = over[start : start + AT_ONCE]
        await IndicatorFact.filter(id__in=ids).update(known_to=at, open_key=None)
    if new:
        await IndicatorFact.bulk_create(
            [_row(code, version, since, each, at) for each in new], batch_size=AT_ONCE
        )


def _row(code: str, version: int, since: date, fact: Fact, at: datetime) -> IndicatorFact:
    return IndicatorFact(
        code=code,
        version=version,
        since=since,
        home_id=fact.home_id,
        keeper_id=fact.keeper_id,
        subject_id=fact.subject_id,
        subject_uid=fact.subject_uid,
        resident_id=fact.resident_id,
        state=fact.state,
        reason=str(fact.reason),
        counted=fact.counted,
        met=fact.met,
        known_from=at,
        open_key=f"{code}.{version}.{since:%Y%m%d}.{fact.subject_id}",
        created_at=at,
    )
