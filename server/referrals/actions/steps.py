"""The steps on the way: most are one press, some bring a time, a seat, a slip or a bed along."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.actions import book_slot
from server.booking.models import Appointment
from server.booking.rules import Source
from server.kit.transactions import action
from server.people.actions import follow_event
from server.people.errors import WrongCareState
from server.people.rules import CareCause, CareEvent
from server.referrals.access import referral_at_work
from server.referrals.actions.moving import NOTHING, move, row_in_turn
from server.referrals.actions.writing import send_packet, write_slip
from server.referrals.errors import (
    FollowUpOwed,
    ImpossibleTime,
    NotThisNow,
    OtherHospital,
    ResidentGone,
)
from server.referrals.models import Referral, ReferralFollowUp
from server.referrals.queries.cards import ReferralCard, referral_card
from server.referrals.rules import (
    BACK,
    OWED,
    PLAIN_STEPS,
    Direction,
    ReferralEvent,
    Urgency,
    Way,
)

_E = ReferralEvent
FOR_A_REFERRAL = "转诊"  # what an appointment says that it is for: why, only the slip says
BACK_TO = (CareEvent.CONVALESCE, CareEvent.RETURN)


@action
async def move_referral(
    *, actor: Actor, uid: str, event: ReferralEvent, reason: str | None = None, now: datetime
) -> ReferralCard:
    """Do a step that brings nothing along but, where others must know why, a reason."""
    if event not in PLAIN_STEPS:
        raise NotThisNow
    row = await row_in_turn(actor, uid, event)
    changes = await _BEFORE[event](actor, row, now) if event in _BEFORE else NOTHING
    await move(actor, row, event, reason=reason, changes=changes, now=now)
    if event is _E.SUBMIT:
        await send_packet(actor, row, way=Way.UP, slip=row.out_slip, entries=row.chosen, now=now)
        await _owe_follow_up(row, now)
    return await _card(actor, uid, now)


@action
async def schedule_referral(
    *, actor: Actor, uid: str, come_at: datetime, come_to: str, now: datetime
) -> ReferralCard:
    """Say when and where they are expected."""
    row = await row_in_turn(actor, uid, _E.SCHEDULE)
    days = await parameter("referrals.schedule_ahead_days", on=now)
    if not now - timedelta(minutes=5) <= come_at <= now + timedelta(days=days):
        raise ImpossibleTime(fields={"come_at": ImpossibleTime.message})
    # A seat that was booked before stays the resident's, and is cancelled where seats are; it is not this time any more.
    changes = {"come_at": come_at, "come_to": come_to, "appointment_id": None}
    await move(actor, row, _E.SCHEDULE, changes=changes, now=now)
    return await _card(actor, uid, now)


@action
async def book_seat(*, actor: Actor, uid: str, slot_uid: str, now: datetime) -> ReferralCard:
    """Book a seat of one's own, the green channel's among them, and tie the referral to it."""
    row = await row_in_turn(actor, uid, _E.SCHEDULE)
    seat = await book_slot(
        actor=actor,
        slot_uid=slot_uid,
        resident_uid=row.resident.uid,
        reason=FOR_A_REFERRAL,
        source=Source.COUNTER,
        now=now,
    )
    if seat.institution_uid != row.upper.uid:
        raise OtherHospital(fields={"slot": OtherHospital.message})
    appointment = await Appointment.get(uid=seat.uid)
    changes = {
        "come_at": seat.starts_at,
        "come_to": seat.department_name,
        "appointment_id": appointment.id,
    }
    await move(actor, row, _E.SCHEDULE, changes=changes, now=now)
    return await _card(actor, uid, now)


@action
async def offer_back(
    *, actor: Actor, uid: str, slip: Mapping[str, str], entries: tuple[str, ...] = (), now: datetime
) -> ReferralCard:
    """Write the return slip and ask the other side to take them back; what goes along is sent with it."""
    row = await row_in_turn(actor, uid, _E.OFFER_BACK)
    back_slip = await write_slip(actor, row.resident, row.upper, BACK, slip, now=now)
    changes = {"back_slip": back_slip, "sent_at": row.sent_at or now}
    await move(actor, row, _E.OFFER_BACK, changes=changes, now=now)
    along = [*entries, *(row.chosen if row.direction is Direction.DOWN else ())]
    await send_packet(actor, row, way=Way.DOWN, slip=back_slip, entries=along, now=now)
    return await _card(actor, uid, now)


@action
async def accept_back(*, actor: Actor, uid: str, care: CareEvent, now: datetime) -> ReferralCard:
    """Agree to take them back, to rest on a nursing bed or to their old life: the care state follows at once (A10)."""
    row = await row_in_turn(actor, uid, _E.ACCEPT_BACK)
    await _care_follows(actor, row, care if care in BACK_TO else CareEvent.RETURN, CareCause.REFERRAL, now)
    await move(actor, row, _E.ACCEPT_BACK, now=now)
    return await _card(actor, uid, now)


async def _submitting(_: Actor, row: Referral, now: datetime) -> Mapping[str, Any]:
    return {"sent_at": row.sent_at or now}


async def _receiving(actor: Actor, row: Referral, now: datetime) -> Mapping[str, Any]:
    """I33: whoever was received lies in hospital, from this very moment."""
    await _care_follows(actor, row, CareEvent.HOSPITALIZE, CareCause.REFERRAL, now)
    return {"received_at": now}


async def _closing(_: Actor, row: Referral, __: datetime) -> Mapping[str, Any]:
    if await ReferralFollowUp.filter(referral_id=row.id, status__in=sorted(OWED)).exists():
        raise FollowUpOwed
    return NOTHING


_BEFORE = {_E.SUBMIT: _submitting, _E.RECEIVE: _receiving, _E.CLOSE: _closing}


async def _care_follows(
    actor: Actor, row: Referral, event: CareEvent, cause: CareCause, now: datetime
) -> None:
    survivor = row.resident.merged_into_id or row.resident_id
    try:
        await follow_event(
            actor=actor, resident_id=survivor, event=event, cause=cause, cause_uid=row.uid, now=now
        )
    except WrongCareState:
        raise ResidentGone from None


async def _owe_follow_up(row: Referral, now: datetime) -> None:
    """Two weeks after an urgent referral somebody asks how it went; once, however often it is sent."""
    if row.urgency is not Urgency.URGENT or await ReferralFollowUp.filter(referral_id=row.id).exists():
        return
    days = await parameter("referrals.follow_up_days", on=now)
    await ReferralFollowUp(
        referral_id=row.id,
        resident_id=row.resident_id,
        owner_id=row.lower_id,
        due_at=now + timedelta(days=days),
        created_at=now,
    ).save()


async def _card(actor: Actor, uid: str, now: datetime) -> ReferralCard:
    row = await referral_at_work(actor=actor, uid=uid, permission=Permission.REFERRAL_SEND)
    return referral_card(row, actor=actor, now=now)
