"""Get a resident into a slot: hold, confirm, book, move.

Lock order: resident, slots by id, appointment, waiting entry, offer.
"""

import secrets
from datetime import datetime, timedelta

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import appointment_of_own_resident, permission_to_book, slot_for
from server.booking.actions.diary import Wish, be_alone_with, look_into_diary
from server.booking.actions.seats import (
    Counter,
    give_back,
    lock,
    promote,
    take_seat,
    turn_held_into_booked,
)
from server.booking.errors import (
    AlreadyBooked,
    HoldLapsed,
    TooLate,
    WishMissing,
    WrongStatus,
)
from server.booking.models import Appointment, GroupTrip, Slot
from server.booking.queries import AppointmentCard, may_take_green
from server.booking.queries.cards import appointment_card
from server.booking.rules import (
    OPEN_STATUSES,
    AppointmentStatus,
    Source,
    green_is_reserved,
)
from server.kit.clock import local_date
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import Standing, resident_for, standing_of
from server.people.models import Resident

ALPHABET = (
    "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # read aloud at a counter: nothing that sounds or looks like another
)
ARRIVAL_CODE_LENGTH = 12


@action
async def book_slot(
    *,
    actor: Actor,
    slot_uid: str,
    resident_uid: str,
    reason: str,
    companion_note: str = "",
    source: Source = Source.APP,
    overlap_reason: str | None = None,
    now: datetime,
) -> AppointmentCard:
    """Book a seat at once."""
    slot = await slot_for(actor=actor, uid=slot_uid)
    resident, standing = await whom_to_book(actor=actor, slot=slot, resident_uid=resident_uid, now=now)
    wish = Wish(resident, standing, reason, companion_note, source, overlap_reason)
    row = await _place(actor, slot, wish, status=AppointmentStatus.BOOKED, now=now)
    await tell(actor, "booking.booked", row, now=now)
    return appointment_card(row, booked_by=actor.name, now=now)


@action
async def hold_slot(
    *,
    actor: Actor,
    slot_uid: str,
    resident_uid: str,
    reason: str = "",
    companion_note: str = "",
    source: Source = Source.APP,
    now: datetime,
) -> AppointmentCard:
    """Keep a seat for some minutes, in which the family can decide; what for may be said in `describe`."""
    slot = await slot_for(actor=actor, uid=slot_uid)
    resident, standing = await whom_to_book(actor=actor, slot=slot, resident_uid=resident_uid, now=now)
    wish = Wish(resident, standing, reason, companion_note, source)
    row = await _place(actor, slot, wish, status=AppointmentStatus.HELD, now=now)
    await tell(actor, "booking.held", row, now=now)
    return appointment_card(row, booked_by=actor.name, now=now)


@action
async def confirm_hold(*, actor: Actor, appointment_uid: str, now: datetime) -> AppointmentCard:
    row = await appointment_of_own_resident(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_BOOK, now=now
    )
    if row.status != AppointmentStatus.HELD:
        raise _why_not_held(row)
    if not row.reason:
        raise WishMissing
    if not await turn_held_into_booked(row.slot.id, now=now):
        raise HoldLapsed
    confirmed = await Appointment.filter(
        id=row.id, status=AppointmentStatus.HELD, hold_expires_at__gt=now
    ).update(status=AppointmentStatus.BOOKED, hold_expires_at=None)
    if not confirmed:
        raise HoldLapsed
    row.status = AppointmentStatus.BOOKED
    await tell(actor, "booking.booked", row, now=now)
    return appointment_card(row, now=now)


@action
async def describe(
    *, actor: Actor, appointment_uid: str, reason: str, companion_note: str = "", now: datetime
) -> AppointmentCard:
    """Say what a place is for and who comes along, until it begins. Neither is noted: it is what ails somebody."""
    row = await appointment_of_own_resident(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_BOOK, now=now
    )
    if row.slot.starts_at <= now:
        raise TooLate
    described = await Appointment.filter(id=row.id, status__in=sorted(OPEN_STATUSES)).update(
        reason=reason, companion_note=companion_note
    )
    if not described:
        raise WrongStatus
    row.reason, row.companion_note = reason, companion_note
    await note_down(actor, "booking.described", row, now=now)
    return appointment_card(row, now=now)


@action
async def reschedule(
    *, actor: Actor, appointment_uid: str, slot_uid: str, reason: str = "", now: datetime
) -> AppointmentCard:
    """Move to another slot: the new seat is had before the old one is given up, or nothing changes."""
    old = await appointment_of_own_resident(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_BOOK, now=now
    )
    slot = await slot_for(actor=actor, uid=slot_uid)
    resident, standing = await whom_to_book(actor=actor, slot=slot, resident_uid=old.resident.uid, now=now)
    if old.status != AppointmentStatus.BOOKED:
        raise WrongStatus
    if old.slot.id == slot.id:
        raise AlreadyBooked
    if old.slot.starts_at <= now:
        raise TooLate
    wish = Wish(resident, standing, old.reason, old.companion_note, old.source)
    row = await _place(actor, slot, wish, status=AppointmentStatus.BOOKED, instead_of=old, now=now)
    await give_back(old.slot.id, counter="booked")
    moved = await Appointment.filter(id=old.id, status=AppointmentStatus.BOOKED).update(
        status=AppointmentStatus.RESCHEDULED, place_key=None, ended_at=now, successor_id=row.id
    )
    if not moved:
        raise WrongStatus
    await promote(old.slot.id, now=now)
    await tell(actor, "booking.rescheduled", row, now=now, reason=reason or None, replaces=old.uid)
    return appointment_card(row, booked_by=actor.name, now=now)


async def whom_to_book(
    *, actor: Actor, slot: Slot, resident_uid: str, now: datetime
) -> tuple[Resident, Standing]:
    permission = permission_to_book(actor=actor, institution_id=slot.institution.id)
    resident = await resident_for(actor=actor, uid=resident_uid, permission=permission, now=now)
    return resident, await standing_of(actor=actor, resident=resident, permission=permission, now=now)


async def _place(
    actor: Actor,
    slot: Slot,
    wish: Wish,
    *,
    status: AppointmentStatus,
    instead_of: Appointment | None = None,
    now: datetime,
) -> Appointment:
    await be_alone_with(wish.resident)
    if instead_of is not None:
        await lock([slot.id, instead_of.slot.id])
    overlap_reason = await look_into_diary(wish, slot, instead_of=instead_of, now=now)
    may_green = await is_green_for(wish.resident, slot, now=now)
    counter: Counter = "held" if status == AppointmentStatus.HELD else "booked"
    number = await take_seat(slot, counter=counter, may_green=may_green, now=now)
    return await write(
        actor, slot, wish, status=status, number=number, overlap_reason=overlap_reason, now=now
    )


async def is_green_for(resident: Resident, slot: Slot, *, now: datetime) -> bool:
    if not green_is_reserved(pool=slot.pool, release_at=slot.release_at, now=now):
        return False  # not asked: the seat is for everybody
    return await may_take_green(resident=resident, institution_id=slot.institution.id, now=now)


async def write(
    actor: Actor,
    slot: Slot,
    wish: Wish,
    *,
    status: AppointmentStatus,
    number: int,
    overlap_reason: str | None = None,
    trip: GroupTrip | None = None,
    own_companion: bool = False,
    now: datetime,
) -> Appointment:
    """Write the appointment of a seat that was taken; relations its card needs are set."""
    basis = wish.standing.basis or wish.standing.way
    row = Appointment(
        slot=slot,
        resident=wish.resident,
        status=status,
        number=number,
        reason=wish.reason,
        companion_note=wish.companion_note,
        source=wish.source,
        arrival_code="".join(secrets.choice(ALPHABET) for _ in range(ARRIVAL_CODE_LENGTH)),
        booked_by_id=actor.account_id,
        on_behalf_basis=basis.value,
        on_behalf_grant=wish.standing.grant_uid,
        place_key=f"{slot.id}.{wish.resident.id}",
        overlap_reason=overlap_reason,
        trip=trip,
        own_companion=own_companion,
        created_at=now,
    )
    if status == AppointmentStatus.HELD:
        minutes = await parameter("booking.hold_minutes", on=local_date(now))
        row.hold_expires_at = min(now + timedelta(minutes=minutes), slot.closes_at)
    await row.save()
    return row


async def tell(
    actor: Actor,
    topic: str,
    row: Appointment,
    *,
    now: datetime,
    reason: str | None = None,
    institution_id: int | None = None,
    **more: str,
) -> None:
    """Leave the audit line and the message of one change."""
    await note_down(actor, topic, row, now=now, reason=reason, institution_id=institution_id, **more)
    payload = {"appointment": row.uid, "resident": row.resident.uid, "slot": row.slot.uid, **more}
    await enqueue(topic, payload, now=now)


async def note_down(
    actor: Actor,
    topic: str,
    row: Appointment,
    *,
    now: datetime,
    reason: str | None = None,
    institution_id: int | None = None,
    **more: str,
) -> None:
    """Leave the audit line alone: nobody has to hear of it."""
    await note(
        actor,
        topic,
        subject_kind="appointment",
        subject_uid=row.uid,
        resident_id=row.resident.id,
        institution_id=institution_id,
        reason=reason,
        now=now,
        detail={"slot": row.slot.uid, "basis": row.on_behalf_basis, "grant": row.on_behalf_grant, **more},
    )


def _why_not_held(row: Appointment) -> AlreadyBooked | HoldLapsed | WrongStatus:
    if row.status == AppointmentStatus.BOOKED:
        return AlreadyBooked()
    return HoldLapsed() if row.status == AppointmentStatus.LAPSED else WrongStatus()
