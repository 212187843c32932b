"""Calling people whom WeChat cannot tell."""

from datetime import datetime, timedelta

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.transactions import action
from server.notifications.access import call_for, claimed_call_for
from server.notifications.errors import AlreadyClaimed, NotYourCall
from server.notifications.models import CallListEntry
from server.notifications.rules import CALL_MOVES, CallEvent, CallOutcome, CallStatus


@action
async def claim_call(*, actor: Actor, uid: str, now: datetime) -> None:
    """Take a call, so that nobody is called twice. Refuses: AlreadyClaimed."""
    entry = await call_for(actor=actor, uid=uid)
    reached = CALL_MOVES.after(entry.status, CallEvent.CLAIM) if entry.status is CallStatus.WAITING else None
    if reached is None or not await CallListEntry.filter(id=entry.id, status=CallStatus.WAITING).update(
        status=reached, claimed_by_id=actor.account_id, claimed_at=now
    ):
        raise AlreadyClaimed
    await _note(actor, entry, "notifications.call_claimed", now)


@action
async def release_call(*, actor: Actor, uid: str, now: datetime) -> None:
    """Put a call back that one took. Refuses: NotYourCall."""
    entry = await claimed_call_for(actor=actor, uid=uid)
    if not await _put_back(entry):
        raise NotYourCall
    await _note(actor, entry, "notifications.call_released", now)


@action
async def finish_call(*, actor: Actor, uid: str, outcome: CallOutcome, remark: str, now: datetime) -> None:
    """Write down how the call went. Refuses: NotYourCall."""
    entry = await claimed_call_for(actor=actor, uid=uid)
    reached = CALL_MOVES.after(entry.status, CallEvent.FINISH)
    if not await CallListEntry.filter(
        id=entry.id, status=entry.status, claimed_by_id=actor.account_id
    ).update(status=reached, outcome=outcome, note=remark or None, done_at=now):
        raise NotYourCall
    await _note(actor, entry, "notifications.call_done", now)


async def _put_back(entry: CallListEntry) -> bool:
    reached = CALL_MOVES.after(entry.status, CallEvent.RELEASE)
    changed = await CallListEntry.filter(
        id=entry.id, status=entry.status, claimed_at=entry.claimed_at
    ).update(status=reached, claimed_by_id=None, claimed_at=None)
    return changed == 1


@action
async def sweep_stale_calls(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Put calls back whose operator took them and went away."""
    minutes = await parameter("notifications.call_minutes", on=local_date(now))
    stale = (
        await CallListEntry.filter(
            status=CallStatus.CLAIMED, claimed_at__lte=now - timedelta(minutes=minutes)
        )
        .order_by("claimed_at")
        .limit(limit)
    )
    freed = 0
    for entry in stale:
        if await _put_back(entry):
            freed += 1
            await _note(actor, entry, "notifications.call_released", now)
    return freed


async def _note(actor: Actor, entry: CallListEntry, happened: str, now: datetime) -> None:
    await note(
        actor,
        happened,
        subject_kind="call",
        subject_uid=entry.uid,
        resident_id=entry.resident_id,
        reason=entry.reason,
        now=now,
    )
