"""Ask for an effect after commit, and let exactly one worker carry it out."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q

from server.kit.ids import new_uid
from server.outbox.models import MessageStatus, OutboxMessage

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
MOST_TRIES = 8  # to be the fastest; whoever fails comes back in the next round


@dataclass(frozen=True)
class Message:
    """A claimed message, as the worker passes it on."""

    uid: str
    topic: str
    payload: Mapping[str, Any]
    claim: str
    attempts: int
    written_at: datetime


_together: ContextVar[list[OutboxMessage] | None] = ContextVar("enqueuing_together", default=None)


@asynccontextmanager
async def enqueuing_together() -> AsyncIterator[None]:
    """Add the messages that are enqueued within in one statement, at the end and in their order.

    For an action that changes many rows; what fails within leaves none of them.
    """
    rows: list[OutboxMessage] = []
    before = _together.set(rows)
    try:
        yield
    finally:
        _together.reset(before)
    if rows:
        await OutboxMessage.bulk_create(rows)


async def enqueue(
    topic: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    due_at: datetime | None = None,
    once_key: str | None = None,
) -> None:
    """Add a message in the caller's transaction. With `once_key` a second request for the same effect is dropped."""
    row = OutboxMessage(
        topic=topic, payload=dict(payload), once_key=once_key, due_at=due_at or now, created_at=now
    )
    rows = _together.get()
    if once_key is not None:
        await OutboxMessage.bulk_create([row], ignore_conflicts=True)
    elif rows is None:
        await row.save()
    else:
        rows.append(row)


async def claim(*, limit: int, now: datetime, topics: Sequence[str] | None = None) -> list[Message]:
    """Take messages that are due for this worker alone, for the length of a lease."""
    mark = new_uid()
    free = Q(status=MessageStatus.WAITING, due_at__lte=now) | Q(
        status=MessageStatus.CLAIMED, claimed_until__lte=now
    )
    wanted = (
        OutboxMessage.filter(free) if topics is None else OutboxMessage.filter(free, topic__in=list(topics))
    )
    for _ in range(MOST_TRIES):
        ids = await wanted.order_by("due_at", "id").limit(limit).values_list("id", flat=True)
        # The condition once more: whoever looked at the same moment and was faster has them.
        if not ids or await OutboxMessage.filter(free, id__in=ids).update(
            status=MessageStatus.CLAIMED, claim=mark, claimed_until=now + LEASE, attempts=F("attempts") + 1
        ):
            break
    rows = await OutboxMessage.filter(claim=mark).order_by("due_at", "id")
    return [
        Message(
            uid=row.uid,
            topic=row.topic,
            payload=row.payload,
            claim=mark,
            attempts=row.attempts,
            written_at=row.created_at,
        )
        for row in rows
    ]


async def mark_done(message: Message) -> bool:
    """Close the message; False when the lease was lost to another worker, whose work then counts.

    Called in the transaction of the effect itself, this makes the effect happen exactly once.
    """
    changed = await OutboxMessage.filter(
        uid=message.uid, claim=message.claim, status=MessageStatus.CLAIMED
    ).update(status=MessageStatus.DONE, claimed_until=None)
    return changed == 1


async def mark_failed(message: Message, fault: str, *, now: datetime) -> None:
    """Give the message back with a growing pause, or lay it aside for a person after the last attempt."""
    if message.attempts >= MOST_ATTEMPTS:
        changes: dict[str, Any] = {"status": MessageStatus.DEAD, "claimed_until": None}
    else:
        pause = timedelta(seconds=min(5 * 4 ** (message.attempts - 1), 3600))
        changes = {"status": MessageStatus.WAITING, "claimed_until": None, "due_at": now + pause}
    await OutboxMessage.filter(uid=message.uid, claim=message.claim, status=MessageStatus.CLAIMED).update(
        fault=fault[:64], **changes
    )


async def revive(*, now: datetime) -> int:
    """Give what was laid aside its attempts anew, in the caller's transaction; return how many there were."""
    dead = OutboxMessage.filter(status=MessageStatus.DEAD)
    return await dead.update(status=MessageStatus.WAITING, attempts=0, due_at=now)


@dataclass(frozen=True)
class Backlog:
    waiting: int  # due, and not delivered
    oldest: timedelta  # how long the first of them has been due
    dead: int  # laid aside for a person


async def backlog(*, now: datetime) -> Backlog:
    """Tell what is late and what was given up."""
    due = OutboxMessage.filter(status=MessageStatus.WAITING, due_at__lte=now)
    first = await due.order_by("due_at").first()
    return Backlog(
        waiting=await due.count(),
        oldest=now - first.due_at if first else timedelta(),
        dead=await OutboxMessage.filter(status=MessageStatus.DEAD).count(),
    )
