"""Authority is paused, given back, ended; each with a reason, each within one request (I6)."""

from datetime import datetime, timedelta

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import IllegalMove, NotFound
from server.kit.transactions import action
from server.people.access import Way, grant_for, standing_of
from server.people.actions.grants import move
from server.people.actions.proxy_confirmations import ensure_may_act
from server.people.actions.rows import lock
from server.people.errors import OwnApplication, ReasonNeeded, ResidentMustResume, StaffMustResume
from server.people.models import ProxyGrant
from server.people.queries import ProxyCard, proxy_card
from server.people.rules import EndReason, ProxyEvent, ProxyStatus

BY_STAFF_ONLY = frozenset({EndReason.SAFEGUARDING, EndReason.ABUSE, EndReason.UNDER_REVIEW})


@action
async def suspend_proxy(*, actor: Actor, uid: str, reason: EndReason | None, now: datetime) -> ProxyCard:
    row = await _to_change(actor, uid, now)
    await move(actor, row, ProxyEvent.SUSPEND, now=now, reason=_given(reason))
    return await proxy_card(uid, show_resident=row.proxy_id != actor.account_id)


@action
async def resume_proxy(*, actor: Actor, uid: str, now: datetime) -> ProxyCard:
    """Give the authority back; what was paused to protect the resident only staff may give back."""
    row = await _to_change(actor, uid, now)
    if row.resident is None:
        raise NotFound
    standing = await standing_of(
        actor=actor, resident=row.resident, permission=Permission.PROXY_SUSPEND, now=now
    )
    if standing.way is Way.SELF and row.reason in BY_STAFF_ONLY:
        raise StaffMustResume
    has_phone = row.resident.account_id is not None
    if row.reason is EndReason.RESIDENT_WISH and has_phone and standing.way is not Way.SELF:
        raise ResidentMustResume
    await ensure_may_act(row, row.resident, now)
    await move(actor, row, ProxyEvent.RESUME, now=now)
    return await proxy_card(uid, show_resident=True)


@action
async def review_proxy(*, actor: Actor, uid: str, now: datetime) -> ProxyCard:
    """Record that somebody asked the resident again and all still holds: the authority goes on to its next review."""
    row = await grant_for(actor=actor, uid=uid, permission=Permission.PROXY_REVIEW, now=now)
    if row.resident is None:
        raise NotFound
    if row.proxy_id == actor.account_id:
        raise OwnApplication
    await lock(row.resident)
    due = ProxyGrant.filter(id=row.id, status=ProxyStatus.ACTIVE, review_at__lte=now)
    days = await parameter("people.review_days", on=now)
    if not await due.update(review_at=now + timedelta(days=days)):
        raise IllegalMove
    await note(
        actor,
        "people.proxy_reviewed",
        subject_kind="proxy_grant",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        now=now,
    )
    return await proxy_card(uid, show_resident=True)


@action
async def end_proxy(*, actor: Actor, uid: str, reason: EndReason | None, now: datetime) -> ProxyCard:
    row = await _to_change(actor, uid, now)
    await move(actor, row, ProxyEvent.END, now=now, reason=_given(reason))
    return await proxy_card(uid, show_resident=row.proxy_id != actor.account_id)


@action
async def withdraw_proxy(*, actor: Actor, uid: str, now: datetime) -> ProxyCard:
    """The applicant takes the application back."""
    row = await grant_for(actor=actor, uid=uid, permission=Permission.PROXY_APPLY, now=now)
    if row.proxy_id != actor.account_id:
        raise NotFound
    await move(actor, row, ProxyEvent.WITHDRAW, now=now, reason=EndReason.PROXY_WISH)
    return await proxy_card(uid, show_resident=False)


async def _to_change(actor: Actor, uid: str, now: datetime) -> ProxyGrant:
    row = await grant_for(actor=actor, uid=uid, permission=Permission.PROXY_SUSPEND, now=now)
    if row.resident is not None:
        await lock(row.resident)
        await row.refresh_from_db()
    return row


def _given(reason: EndReason | None) -> EndReason:
    if reason is None:
        raise ReasonNeeded
    return reason
