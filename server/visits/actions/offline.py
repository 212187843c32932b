"""What phones held while they had no network: taken in item by item, each with its own verdict, nothing dropped.

The same item sent again gets the same verdict. An item that is refused leaves nothing but its verdict: its own savepoint
is rolled back, and the items around it stand.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from tortoise.functions import Count
from tortoise.transactions import in_transaction

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.database import is_duplicate
from server.kit.errors import Busy, DomainError, NotFound
from server.kit.transactions import action
from server.visits.access import visit_to_attend
from server.visits.actions.checks import Scanned
from server.visits.actions.presence import judged
from server.visits.actions.round import ItemResult, finished, written
from server.visits.models import OfflineEvent, Visit
from server.visits.queries.cards import BatchCard, IngestCard
from server.visits.rules import FILLED_IN, Reason, ScanResult, sentence_of
from server.visits.rules.offline import EventKind, IngestResult


@dataclass(frozen=True)
class HeldEvent:
    """One thing that happened without a network."""

    client_uid: str
    kind: EventKind
    visit_uid: str
    device_time: datetime
    scanned: Scanned | None = field(default=None, repr=False)  # of a start
    results: tuple[ItemResult, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class _Outcome:
    result: IngestResult
    reasons: tuple[str, ...] = ()
    message: str = ""
    visit_id: int | None = None


@action
async def ingest_batch(*, actor: Actor, events: Sequence[HeldEvent], now: datetime) -> BatchCard:
    """Take in what a phone held, in the order it happened; say for each item whether it counts, and how many do."""
    verdicts = [await _ingested(actor, event, now) for event in events]
    return BatchCard(verdicts=tuple(verdicts), **await _held_by(actor))


async def _ingested(actor: Actor, event: HeldEvent, now: datetime) -> IngestCard:
    mark = _fingerprint(event)
    earlier = await OfflineEvent.get_or_none(client_uid=event.client_uid)
    if earlier is not None:
        same = earlier.account_id == actor.account_id and earlier.fingerprint == mark
        if same:
            return IngestCard(
                event.client_uid, earlier.result, tuple(earlier.reasons), earlier.message, repeated=True
            )
        reused = (str(Reason.ID_REUSED),)
        return IngestCard(event.client_uid, IngestResult.REFUSED, reused, sentence_of(reused), repeated=False)
    outcome = await _carried_out(actor, event, now)
    try:
        async with in_transaction():
            await OfflineEvent(
                client_uid=event.client_uid,
                account_id=actor.account_id,
                visit_id=outcome.visit_id,
                kind=event.kind,
                device_time=event.device_time,
                fingerprint=mark,
                result=outcome.result,
                reasons=list(outcome.reasons),
                message=outcome.message,
                created_at=now,
            ).save()
    except Exception as error:
        if not is_duplicate(error):
            raise
        raise Busy from error  # the same batch is being taken in by a second request: all of this one is undone
    return IngestCard(event.client_uid, outcome.result, outcome.reasons, outcome.message, repeated=False)


async def _carried_out(actor: Actor, event: HeldEvent, now: datetime) -> _Outcome:
    try:
        visit = await visit_to_attend(actor=actor, uid=event.visit_uid)
    except DomainError as refusal:
        return _Outcome(IngestResult.REFUSED, (refusal.code,), refusal.sentence)
    skew = timedelta(seconds=await parameter("visits.clock_skew_seconds", on=local_date(now)))
    if event.device_time > now + skew:
        reasons = (str(Reason.DEVICE_TIME_WRONG),)
        return _Outcome(IngestResult.REFUSED, reasons, sentence_of(reasons), visit.id)
    try:
        async with in_transaction():
            return await _HANDLERS[event.kind](actor, event, visit, now)
    except DomainError as refusal:
        return _Outcome(IngestResult.REFUSED, (refusal.code,), refusal.sentence, visit.id)


async def _start(actor: Actor, event: HeldEvent, visit: Visit, now: datetime) -> _Outcome:
    if event.scanned is None:
        raise NotFound
    card = await judged(actor=actor, visit=visit, scanned=event.scanned, offline=True, now=now)
    result = IngestResult.REFUSED if card.result is ScanResult.REFUSED else IngestResult.ACCEPTED_LATE
    return _Outcome(result, card.reasons, card.message, visit.id)


async def _findings(actor: Actor, event: HeldEvent, visit: Visit, now: datetime) -> _Outcome:
    moved = await written(
        actor=actor, visit=visit, results=event.results, open_in=FILLED_IN, at=event.device_time, now=now
    )
    return (
        _late(visit, Reason.RESIDENT_MOVED) if moved else _Outcome(IngestResult.ACCEPTED, visit_id=visit.id)
    )


async def _finish(actor: Actor, event: HeldEvent, visit: Visit, now: datetime) -> _Outcome:
    await finished(actor=actor, visit=visit, at=event.device_time, now=now)
    return _late(visit, Reason.OFFLINE)


_HANDLERS = {EventKind.START: _start, EventKind.FINDINGS: _findings, EventKind.FINISH: _finish}


def _late(visit: Visit, reason: Reason) -> _Outcome:
    return _Outcome(IngestResult.ACCEPTED_LATE, (str(reason),), sentence_of([reason]), visit.id)


def _fingerprint(event: HeldEvent) -> str:
    return hashlib.sha256(orjson.dumps(event, default=str)).hexdigest()


async def _held_by(actor: Actor) -> dict[str, int]:
    """Count what the server holds of this account: the phone shows these numbers, not its own."""
    rows = (
        await OfflineEvent.filter(account_id=actor.account_id)
        .annotate(times=Count("id"))
        .group_by("result")
        .values_list("result", "times")
    )
    counted = {IngestResult(result): int(times) for result, times in rows}
    return {str(result): counted.get(result, 0) for result in IngestResult}
