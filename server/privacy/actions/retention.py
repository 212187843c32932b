"""The clocks that run by themselves: what is over is deleted or emptied, a thousand rows at a time.

One clock a pass, the one that has waited longest; a run that found a full batch is due again at once. Lock order: the
run's row, then what it removes (children before parents), then audit.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.documents.models import ExportJob, ExportPart
from server.kit.idempotency import AnsweredRequest
from server.kit.tables import Table
from server.kit.transactions import action
from server.notifications.models import CallListEntry, Delivery, InboxMessage
from server.notifications.rules import CallStatus
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.models import ProxyInvitation
from server.privacy.models import Rectification, RetentionRun
from server.privacy.rules import BATCH, EVERY, SWEPT, RectificationStatus

Removing = Callable[
    [datetime, int], Awaitable[int]
]  # what is older than this, at most so many: how many it were


@action
async def sweep_retention(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Go through one clock that is due and return how many rows it removed."""
    run = await _due(now)
    if run is None:
        return 0
    clock = next(each for each in SWEPT if each.code == run.clock)
    before = now - timedelta(days=await parameter(clock.parameter, on=now))
    removed = await REMOVING[run.clock](before, limit)
    found = {"removed": removed, "removed_at": now, "removed_ever": F("removed_ever") + removed}
    next_due = now if removed >= limit else now + EVERY
    await RetentionRun.filter(id=run.id).update(ran_at=now, due_at=next_due, **(found if removed else {}))
    if removed:
        await note(
            actor,
            "privacy.removed",
            subject_kind="retention_run",
            subject_uid=run.uid,
            detail={"clock": run.clock, "rows": removed, "before": before.isoformat()},
            now=now,
        )
    return removed


async def _due(now: datetime) -> RetentionRun | None:
    """Return the clock that has waited longest, if it is due and no other worker has just taken it."""
    # A clock of another release, on a node that has it, or one that was dropped, is not ours to run.
    ours = RetentionRun.filter(clock__in=sorted(REMOVING)).order_by("due_at", "id")
    runs = await ours
    if missing := {each.code for each in SWEPT} - {run.clock for run in runs}:
        rows = [RetentionRun(clock=code, due_at=now, created_at=now) for code in sorted(missing)]
        await RetentionRun.bulk_create(rows, ignore_conflicts=True)
        runs = await ours
    first = runs[0]
    if first.due_at > now:
        return None
    taken = await RetentionRun.filter(id=first.id, due_at=first.due_at).update(due_at=now + EVERY)
    return first if taken else None


async def _messages(before: datetime, limit: int) -> int:
    ids = await _oldest(InboxMessage, before, limit)
    await Delivery.filter(inbox_message_id__in=ids).delete()
    return await InboxMessage.filter(id__in=ids).delete()


async def _calls(before: datetime, limit: int) -> int:
    # By when the call was made, not when it was asked for: a call that waited half a year is not forgotten at once.
    told = CallListEntry.filter(~Q(text="") | ~Q(note=None), status=CallStatus.DONE, done_at__lt=before)
    ids = await told.order_by("done_at", "id").limit(limit).values_list("id", flat=True)
    return await CallListEntry.filter(id__in=list(ids)).update(text="", note=None) if ids else 0


async def _answers(before: datetime, limit: int) -> int:
    return await _deleted(AnsweredRequest, Q(created_at__lt=before), "created_at", limit)


async def _news(before: datetime, limit: int) -> int:
    return await _deleted(OutboxMessage, Q(status=MessageStatus.DONE, due_at__lt=before), "due_at", limit)


async def _invitations(before: datetime, limit: int) -> int:
    return await _deleted(ProxyInvitation, Q(redeemed_at__isnull=True, expires_at__lt=before), "id", limit)


async def _exports(before: datetime, limit: int) -> int:
    ids = await _oldest(ExportJob, before, limit)
    await ExportPart.filter(job_id__in=ids).delete()
    return await ExportJob.filter(id__in=ids).delete()


async def _rectifications(before: datetime, limit: int) -> int:
    over = [each for each in RectificationStatus if each is not RectificationStatus.OPEN]
    old = Rectification.filter(~Q(text="") | ~Q(answer=""), status__in=over, decided_at__lt=before)
    ids = await old.order_by("decided_at", "id").limit(limit).values_list("id", flat=True)
    return await Rectification.filter(id__in=list(ids)).update(text="", answer="") if ids else 0


async def _oldest(table: type[Table], before: datetime, limit: int) -> Sequence[int]:
    """Return the oldest rows that are old enough. They lie first in the table: no index is needed, none is read on."""
    first = await table.all().order_by("id").limit(limit).values_list("id", "created_at")
    return [row_id for row_id, at in first if at < before]


async def _deleted(table: type[Table], over: Q, by: str, limit: int) -> int:
    ids: Any = await table.filter(over).order_by(by).limit(limit).values_list("id", flat=True)
    return await table.filter(id__in=list(ids)).delete() if ids else 0


REMOVING: Mapping[str, Removing] = {
    "messages": _messages,
    "calls": _calls,
    "answers": _answers,
    "news": _news,
    "invitations": _invitations,
    "exports": _exports,
    "rectifications": _rectifications,
}
