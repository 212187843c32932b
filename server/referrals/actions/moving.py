"""How a referral goes from one state to the next: one UPDATE that names what it saw (I30, I31)."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from tortoise.expressions import F

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.outbox.actions import enqueue
from server.referrals.access import institution_id_of, referral_at_work, sides_of
from server.referrals.errors import NotThisNow, NotYourTurn, ReasonNeeded
from server.referrals.models import Referral, ReferralEscalation
from server.referrals.rules import (
    ENDED,
    NEEDS_REASON,
    REFERRAL_MOVES,
    TURN,
    ReferralEvent,
    ReferralStatus,
    deadline_code,
    deadline_of,
    may_move,
    readable_until,
)

_E = ReferralEvent
NOTHING: Mapping[str, Any] = MappingProxyType({})
TOPICS = {
    _E.SUBMIT: "referrals.submitted",
    _E.ACCEPT: "referrals.accepted",
    _E.RETURN: "referrals.returned",
    _E.DECLINE: "referrals.declined",
    _E.SCHEDULE: "referrals.scheduled",
    _E.DEPART: "referrals.departed",
    _E.RECEIVE: "referrals.received",
    _E.TREAT: "referrals.in_treatment",
    _E.STAY: "referrals.staying",
    _E.PLAN_DISCHARGE: "referrals.discharge_planned",
    _E.OFFER_BACK: "referrals.back_offered",
    _E.ASK_MORE: "referrals.back_returned",
    _E.ACCEPT_BACK: "referrals.back_accepted",
    _E.ARRIVE_HOME: "referrals.returned_home",
    _E.CLOSE: "referrals.closed",
    _E.CANCEL: "referrals.cancelled",
}


async def row_in_turn(actor: Actor, uid: str, event: ReferralEvent) -> Referral:
    """Return the referral for this step; refuse one that the table does not list, and whoever is not in turn for it.

    Every step begins here, before it touches anything else: a bed, a seat or a slip is nothing to whoever is not in turn.
    """
    row = await referral_at_work(actor=actor, uid=uid, permission=Permission.REFERRAL_SEND)
    ensure_in_turn(row, event, actor=actor)
    return row


def ensure_in_turn(row: Referral, event: ReferralEvent, *, actor: Actor) -> None:
    if not REFERRAL_MOVES.allows(row.status, event):
        raise NotThisNow
    sides = sides_of(row, actor=actor, permission=Permission.REFERRAL_SEND)
    if not any(may_move(row.status, event, side) for side in sides):
        raise NotYourTurn


async def move(
    actor: Actor,
    row: Referral,
    event: ReferralEvent,
    *,
    reason: str | None = None,
    changes: Mapping[str, Any] = NOTHING,
    now: datetime,
) -> ReferralStatus:
    """Carry out a step for whoever's turn it was found to be, and hand the turn and its deadline on."""
    if event in NEEDS_REASON and not reason:
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})
    return await carry_out(actor, row, event, reason=reason, changes=changes, now=now)


async def carry_out(
    actor: Actor,
    row: Referral,
    event: ReferralEvent,
    *,
    reason: str | None = None,
    changes: Mapping[str, Any] = NOTHING,
    now: datetime,
) -> ReferralStatus:
    """Do the step itself: what `move` does once it has asked, and what the clock does for nobody."""
    target = REFERRAL_MOVES.after(row.status, event)
    values = {**await _turn_of(row, target, changes, now), **changes}
    if reason:
        values["reason"] = reason
    changed = await Referral.filter(id=row.id, moves=row.moves).update(
        status=target, moves=F("moves") + 1, escalated_at=None, **values
    )
    if not changed:
        raise NotThisNow
    if row.escalated_at is not None or await _is_escalated(row):
        await ReferralEscalation.filter(open_key=str(row.id)).update(
            open_key=None, settled_at=now, settled_by_id=actor.account_id
        )
    await tell(actor, TOPICS[event], row, reason=reason, now=now)
    row.status, row.moves = target, row.moves + 1
    for name, value in values.items():
        setattr(row, name, value)
    return target


async def tell(
    actor: Actor, topic: str, row: Referral, *, reason: str | None = None, now: datetime, **detail: Any
) -> None:
    """Leave the audit line and the message of one step."""
    await note(
        actor,
        topic,
        subject_kind="referral",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=await _speaking_for(actor, row),
        reason=reason,
        detail=detail,
        now=now,
    )
    payload = {"referral": row.uid, "resident": row.resident.uid, **detail}
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{row.uid}:{row.moves}")


async def _turn_of(
    row: Referral, target: ReferralStatus, changes: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    if target in ENDED:
        days = await parameter("referrals.packet_days", on=now)
        return {
            "owner_id": None,
            "next_deadline": None,
            "ended_at": now,
            "open_key": None,
            "readable_until": readable_until(target, days=days, now=now),
        }
    hours = await parameter(deadline_code(target, row.urgency), on=now)
    come_at = changes.get("come_at", row.come_at)
    return {
        "owner_id": institution_id_of(row, TURN[target]),
        "next_deadline": deadline_of(hours=hours, status=target, come_at=come_at, now=now),
    }


async def _is_escalated(row: Referral) -> bool:
    """Ask once more: the sweep may have come by since the row was read."""
    return await ReferralEscalation.filter(open_key=str(row.id)).exists()


async def _speaking_for(actor: Actor, row: Referral) -> int | None:
    sides = sides_of(row, actor=actor, permission=Permission.REFERRAL_SEND)
    return institution_id_of(row, sides[0]) if sides else row.owner_id
