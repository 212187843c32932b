"""Serve those who wait for the same slot together: one transaction, one lock, one count for all of them.

The second way into `book_slot`. While one batch is in the database, whoever asks for the same slot queues up here, in
this process, and is in the next. Nobody waits for a batch to fill: who comes alone is booked the plain way. The
database alone decides between processes. Whatever goes wrong with a batch as a whole, each of its requests is then
served the plain way, so that no one's fault is another's.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from tortoise.expressions import F

from server.audit.actions import noting_together
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import permission_to_book, slot_for
from server.booking.actions.diary import Wish, judge_diary, most_open
from server.booking.actions.placing import book_slot, is_green_for, tell, whom_to_book, write
from server.booking.actions.seats import SWEEPER, lock, reclaim
from server.booking.errors import WrongStatus
from server.booking.models import Appointment, Slot
from server.booking.queries import AppointmentCard
from server.booking.queries.cards import appointment_card
from server.booking.queries.diaries import diaries
from server.booking.rules import (
    AppointmentStatus,
    SlotFacts,
    SlotState,
    Source,
    green_is_reserved,
    why_no_seat,
)
from server.kit import plain
from server.kit.errors import Busy, DomainError, NotFound
from server.kit.idempotency import Answered, AnsweredRequest, answer_given
from server.kit.transactions import action, inside_an_action
from server.outbox.actions import enqueuing_together
from server.people.access import Standing, standing_of
from server.people.models import Resident

LOG = logging.getLogger(__name__)
MOST = 64  # one transaction stays short for who books elsewhere
# In this process. A rush for fifty slots took every connection, and who only wanted to read, or came last, waited too
# long for one and was sent away; who waits here for a turn is joined by others meanwhile.
SLOTS_AT_ONCE = 4


@dataclass(frozen=True)
class Asked:
    """One request, as `book_slot` takes it."""

    actor: Actor
    resident_uid: str
    reason: str
    companion_note: str = ""
    source: Source = Source.APP
    now: datetime = field(kw_only=True)

    def saying(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


Outcome = AppointmentCard | DomainError | Answered


_Waiting = tuple[Asked, "asyncio.Future[AppointmentCard]"]


@dataclass
class _Queue:
    waiting: deque[_Waiting] = field(default_factory=deque)
    server: "asyncio.Task[None] | None" = None


_queues: dict[str, _Queue] = {}
_turns = asyncio.Semaphore(SLOTS_AT_ONCE)  # first come, first served


async def book_together(*, slot_uid: str, asked: Asked) -> AppointmentCard:
    """Book as `book_slot` does, alone or with those who ask for the same slot at the same time."""
    if inside_an_action():
        return await book_slot(slot_uid=slot_uid, **asked.saying())
    queue = _queues.setdefault(slot_uid, _Queue())
    answer: asyncio.Future[AppointmentCard] = asyncio.get_running_loop().create_future()
    queue.waiting.append((asked, answer))
    if queue.server is None:
        # A task of its own: the requester who happened to come first may hang up, the others must not notice.
        queue.server = asyncio.create_task(_serve(slot_uid, queue))
    return await answer


async def _serve(slot_uid: str, queue: _Queue) -> None:
    batch: list[_Waiting] = []
    try:
        while queue.waiting:
            async with _turns:
                batch = _next_batch(queue)
                outcomes = await _outcomes(slot_uid, [asked for asked, _ in batch])
            for (_, answer), outcome in zip(batch, outcomes, strict=True):
                _tell_requester(answer, outcome)
    finally:  # no await since the queue was seen empty: nobody can have joined it unseen
        del _queues[slot_uid]
        for _, answer in (*batch, *queue.waiting):  # only when the process is being stopped
            answer.cancel()


def _tell_requester(
    answer: "asyncio.Future[AppointmentCard]", outcome: AppointmentCard | BaseException
) -> None:
    if answer.done():  # hung up meanwhile; what was done is done, and found again by its key
        return
    if isinstance(outcome, BaseException):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


def _next_batch(queue: _Queue) -> list[_Waiting]:
    """Take who waits, in order of arrival, and nobody twice: a second tap is for the next batch to answer."""
    batch: list[_Waiting] = []
    residents: set[str] = set()
    while queue.waiting and len(batch) < MOST and queue.waiting[0][0].resident_uid not in residents:
        batch.append(queue.waiting.popleft())
        residents.add(batch[-1][0].resident_uid)
    return batch


async def _outcomes(slot_uid: str, batch: Sequence[Asked]) -> Sequence[AppointmentCard | BaseException]:
    if len(batch) > 1:
        try:
            return await book_batch(actor=SWEEPER, slot_uid=slot_uid, batch=batch, now=batch[-1].now)
        except Busy as busy:  # the database was away: one by one they would wait as long again
            return [busy] * len(batch)
        except Exception as error:  # noqa: BLE001  the plain way finds out whose fault it was
            LOG.warning("a batch is served one by one: %s", type(error).__name__)
    return [await _plainly(slot_uid, asked) for asked in batch]


async def _plainly(slot_uid: str, asked: Asked) -> AppointmentCard | BaseException:
    try:
        return await book_slot(slot_uid=slot_uid, **asked.saying())
    except Exception as error:  # noqa: BLE001  it is raised where it was asked
        return error


@action
async def book_batch(*, actor: Actor, slot_uid: str, batch: Sequence[Asked], now: datetime) -> list[Outcome]:  # noqa: ARG001  every action is told
    """Serve different residents in one transaction; the outcome of each stands where its request stood."""
    slot = await slot_for(actor=batch[0].actor, uid=slot_uid)
    known = await _known(batch, slot)
    wishes = {each.resident.id: each for each in known if isinstance(each, Wish)}
    # Of several residents always the lowest id first, then the slot: the same order as the plain way.
    alone = await Resident.filter(id__in=sorted(wishes), died_at=None, merged_into_id=None).update(
        touched=F("touched") + 1
    )
    if alone != len(wishes):
        raise WrongStatus  # somebody died or was merged since: the plain way tells who
    # Only now: until the lock was ours the same request, sent again to another node, may have been under way there,
    # and its owner would be told that they have this seat already.
    due = await _with_answers(batch, known)
    rows: dict[int, list[Appointment]] = {number: [] for number in wishes}
    for row in await diaries(wishes, now=min(asked.now for asked in batch)):
        rows[row.resident_id].append(row)
    await reclaim([slot.id], now=max(asked.now for asked in batch))
    (latest,) = await lock([slot.id])
    limit = await most_open(now)
    outcomes: list[Outcome] = []
    async with noting_together(), enqueuing_together():
        for asked, each in zip(batch, due, strict=True):
            if isinstance(each, Wish):
                diary = rows[each.resident.id]
                outcomes.append(await _seat(asked, each, slot=slot, latest=latest, diary=diary, limit=limit))
            else:
                outcomes.append(each)
    await _keep(batch, outcomes)
    await _take(slot, sum(isinstance(outcome, AppointmentCard) for outcome in outcomes))
    return outcomes


async def _take(slot: Slot, seats: int) -> None:
    room = Slot.filter(id=slot.id, state=SlotState.OPEN, capacity__gte=F("booked") + (F("held") + seats))
    if seats and not await room.update(booked=F("booked") + seats, issued=F("issued") + seats):
        raise WrongStatus  # cannot be, as long as one node writes


async def _known(batch: Sequence[Asked], slot: Slot) -> list[Wish | DomainError]:
    """Find for whom each of them asks, or why not; what is looked up for all is looked up once."""
    rows = await Resident.filter(uid__in=[asked.resident_uid for asked in batch], merged_into_id=None)
    residents = {row.uid: row for row in rows}
    return [await _wish(asked, slot, residents.get(asked.resident_uid)) for asked in batch]


async def _wish(asked: Asked, slot: Slot, row: Resident | None) -> Wish | DomainError:
    try:
        if not asked.actor.may(Permission.SCHEDULE_READ):
            raise NotFound
        resident, standing = await _whom(asked, slot, row)
    except DomainError as refusal:
        return refusal
    return Wish(resident, standing, asked.reason, asked.companion_note, asked.source)


async def _whom(asked: Asked, slot: Slot, row: Resident | None) -> tuple[Resident, Standing]:
    if row is None:  # nobody, or somebody who was merged
        return await whom_to_book(
            actor=asked.actor, slot=slot, resident_uid=asked.resident_uid, now=asked.now
        )
    permission = permission_to_book(actor=asked.actor, institution_id=slot.institution.id)
    standing = await standing_of(actor=asked.actor, resident=row, permission=permission, now=asked.now)
    return row, standing


def _key(asked: Asked) -> tuple[int, str] | None:
    request = asked.actor.request_key
    return None if request is None else (request.account_id, request.key)


async def _with_answers(
    batch: Sequence[Asked], known: Sequence[Wish | DomainError]
) -> list[Wish | DomainError | Answered]:
    """Put the answers of requests that were carried out before in the place of what they ask for."""
    before = await _answered_before(batch)
    return [
        await _answer_of(asked) if _key(asked) in before else each
        for asked, each in zip(batch, known, strict=True)
    ]


async def _answer_of(asked: Asked) -> DomainError | Answered:
    assert asked.actor.request_key is not None  # noqa: S101  its key was found
    try:
        await answer_given(asked.actor.request_key)
    except (DomainError, Answered) as told:
        return told
    return Busy()  # forgotten between two looks: ask again


async def _answered_before(batch: Sequence[Asked]) -> frozenset[tuple[int, str] | None]:
    keys = [key[1] for asked in batch if (key := _key(asked)) is not None]
    if not keys:
        return frozenset()
    return frozenset(await AnsweredRequest.filter(key__in=keys).values_list("account_id", "key"))


async def _seat(
    asked: Asked, wish: Wish, *, slot: Slot, latest: Slot, diary: Sequence[Appointment], limit: int
) -> Outcome:
    """Give a seat of the locked slot, counting on `latest`, or the reason why there is none."""
    try:
        judge_diary(diary, wish, slot, limit=limit, now=asked.now)
        may_green = await is_green_for(wish.resident, slot, now=asked.now)
        if not _is_free(latest, may_green=may_green, now=asked.now):
            facts = SlotFacts(latest.state, latest.pool, latest.closes_at, latest.release_at)
            raise why_no_seat(facts, may_green=may_green, now=asked.now)
    except DomainError as refusal:
        return refusal
    latest.booked += 1
    latest.issued += 1
    row = await write(
        asked.actor, slot, wish, status=AppointmentStatus.BOOKED, number=latest.issued, now=asked.now
    )
    await tell(asked.actor, "booking.booked", row, now=asked.now)
    return appointment_card(row, booked_by=asked.actor.name, now=asked.now)


def _is_free(slot: Slot, *, may_green: bool, now: datetime) -> bool:
    reserved = green_is_reserved(pool=slot.pool, release_at=slot.release_at, now=now)
    seats = slot.capacity - slot.booked - slot.held
    return slot.state == SlotState.OPEN and slot.closes_at > now and seats > 0 and (may_green or not reserved)


async def _keep(batch: Sequence[Asked], outcomes: Sequence[Outcome]) -> None:
    """Keep the answers beside what was done; a key arriving twice at once fails the batch, not its owner."""
    rows = [
        AnsweredRequest(
            account_id=request.account_id,
            key=request.key,
            fingerprint=request.fingerprint,
            answer=plain.dumps(outcome).decode(),
            created_at=asked.now,
        )
        for asked, outcome in zip(batch, outcomes, strict=True)
        if isinstance(outcome, AppointmentCard) and (request := asked.actor.request_key) is not None
    ]
    if rows:
        await AnsweredRequest.bulk_create(rows)
