"""Give a seat up: cancelled by either side, or struck out as entered in error.

Lock order: slot, appointment, waiting entry, offer. Each ending frees the seat and offers it in one transaction.
"""

from datetime import datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import appointment_at_own_desk, appointment_of_own_resident
from server.booking.actions.placing import note_down, tell
from server.booking.actions.seats import Counter, give_back, promote
from server.booking.errors import ReasonMissing, SamePersonTwice, TooLate, WrongStatus
from server.booking.models import Appointment, WaitlistEntry
from server.booking.queries import AppointmentCard, DeskCard
from server.booking.queries.cards import appointment_card, desk_card
from server.booking.rules import (
    APPOINTMENT_MOVES,
    BOOKED_STATUSES,
    URGENCY_RANK,
    AppointmentEvent,
    AppointmentStatus,
    CancelledBy,
    Urgency,
    WaitStatus,
    giving_up,
)
from server.kit.clock import local_date
from server.kit.database import is_duplicate
from server.kit.transactions import action


@action
async def cancel_appointment(
    *, actor: Actor, appointment_uid: str, reason: str = "", now: datetime
) -> AppointmentCard:
    """Cancel for the resident, or let a hold go, of which nobody was told; possible until the slot begins."""
    row = await appointment_of_own_resident(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_BOOK, now=now
    )
    await give_up(actor, row, reason=reason, now=now)
    await promote(row.slot.id, now=now)
    return appointment_card(row, now=now)


async def give_up(actor: Actor, row: Appointment, *, reason: str, now: datetime) -> None:
    """End an appointment for the resident's side; the caller then promotes."""
    if row.slot.starts_at <= now:
        raise TooLate
    event = giving_up(row.status)
    await _leave(row, event, now=now, cancelled_by=CancelledBy.RESIDENT, ended_reason=reason or None)
    if event is AppointmentEvent.RELEASE:
        await note_down(actor, "booking.released", row, now=now, reason=reason or None)
    else:
        await tell(actor, "booking.cancelled", row, now=now, reason=reason or None, by=CancelledBy.RESIDENT)


@action
async def cancel_by_provider(*, actor: Actor, appointment_uid: str, reason: str, now: datetime) -> DeskCard:
    """Cancel at the institution's wish: the resident is put first in line for another seat (I27)."""
    row = await appointment_at_own_desk(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_CONFIRM
    )
    await displace(actor, row, reason=reason, now=now)
    await promote(row.slot.id, now=now)
    return desk_card(row, now=now)


async def displace(actor: Actor, row: Appointment, *, reason: str, now: datetime) -> int:
    """End an appointment for the provider and always offer anew (I27); return the id of the place in the queue.

    The caller then promotes.
    """
    if not reason.strip():
        raise ReasonMissing
    await _leave(
        row, AppointmentEvent.CANCEL, now=now, cancelled_by=CancelledBy.PROVIDER, ended_reason=reason
    )
    entry = await _put_first_in_line(actor, row, now=now)
    await tell(
        actor,
        "booking.cancelled",
        row,
        now=now,
        reason=reason,
        institution_id=row.slot.institution.id,
        by=CancelledBy.PROVIDER,
    )
    return int(entry.id)


async def _put_first_in_line(actor: Actor, row: Appointment, *, now: datetime) -> WaitlistEntry:
    """Let the resident wait for any later seat of the department, before everybody else."""
    days = await parameter("booking.reoffer_days", on=local_date(now))
    latest_at = max(row.slot.starts_at, now) + timedelta(days=days)
    key = f"{row.slot.department.id}.{row.resident.id}"
    waits_already = await _moved_up(key, latest_at)
    if waits_already is not None:
        return waits_already
    entry = WaitlistEntry(
        resident=row.resident,
        department_id=row.slot.department.id,
        earliest_at=row.slot.ends_at,  # not the very seat that was just withdrawn
        latest_at=latest_at,
        urgency=Urgency.DISPLACED,
        urgency_rank=URGENCY_RANK[Urgency.DISPLACED],
        joined_at=row.created_at,  # they have waited since they booked
        joined_by_id=actor.account_id,
        on_behalf_basis="provider",
        reason=row.reason,
        waiting_key=key,
        created_at=now,
    )
    try:
        async with in_transaction():
            await entry.save()
    except Exception as error:
        # They joined the queue themselves this very moment, which no lock of ours prevents.
        if not is_duplicate(error) or (joined := await _moved_up(key, latest_at)) is None:
            raise
        return joined
    return entry


async def _moved_up(waiting_key: str, latest_at: datetime) -> WaitlistEntry | None:
    waiting = WaitlistEntry.filter(
        waiting_key=waiting_key, status__in=[WaitStatus.WAITING, WaitStatus.OFFERED]
    )
    await waiting.update(
        urgency=Urgency.DISPLACED, urgency_rank=URGENCY_RANK[Urgency.DISPLACED], latest_at=latest_at
    )
    return await waiting.select_related("resident").first()


@action
async def report_error(*, actor: Actor, appointment_uid: str, reason: str, now: datetime) -> DeskCard:
    """Say that an appointment should never have been entered; a colleague has to agree."""
    row = await appointment_at_own_desk(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_CONFIRM
    )
    if not reason.strip():
        raise ReasonMissing
    reported = await Appointment.filter(
        id=row.id,
        error_reported_by_id=None,
        status__in=sorted(APPOINTMENT_MOVES.sources(AppointmentEvent.ENTER_IN_ERROR)),
    ).update(error_reported_by_id=actor.account_id, error_reason=reason)
    if not reported:
        raise WrongStatus
    await tell(
        actor, "booking.error_reported", row, now=now, reason=reason, institution_id=row.slot.institution.id
    )
    row.error_reported_by_id = actor.account_id
    return desk_card(row, now=now)


@action
async def enter_in_error(*, actor: Actor, appointment_uid: str, now: datetime) -> DeskCard:
    """Strike out what a colleague reported. One person alone cannot."""
    row = await appointment_at_own_desk(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_CONFIRM
    )
    if row.error_reported_by_id is None:
        raise WrongStatus
    if row.error_reported_by_id == actor.account_id:
        raise SamePersonTwice
    await _leave(row, AppointmentEvent.ENTER_IN_ERROR, now=now, error_confirmed_by_id=actor.account_id)
    await tell(
        actor,
        "booking.entered_in_error",
        row,
        now=now,
        reason=row.error_reason,
        institution_id=row.slot.institution.id,
    )
    await promote(row.slot.id, now=now)
    return desk_card(row, now=now)


async def _leave(row: Appointment, event: AppointmentEvent, *, now: datetime, **says: Any) -> None:
    """Free the seat, if it has one, and then move the appointment as it was read."""
    seat = _seat_of(row.status)
    if not APPOINTMENT_MOVES.allows(row.status, event):
        raise WrongStatus
    if seat is not None:
        await give_back(row.slot.id, counter=seat)
    status = APPOINTMENT_MOVES.after(row.status, event)
    changes = {"status": status, "place_key": None, "ended_at": now, **says}
    if not await Appointment.filter(id=row.id, status=row.status).update(**changes):
        raise WrongStatus
    for name, value in {"status": status, **says}.items():
        setattr(row, name, value)


def _seat_of(status: AppointmentStatus) -> Counter | None:
    if status == AppointmentStatus.HELD:
        return "held"
    return "booked" if status in BOOKED_STATUSES else None
