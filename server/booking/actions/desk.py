"""The day of the appointment: arrived, seen, or not come."""

from datetime import datetime, timedelta
from typing import Any

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import appointment_at_own_desk
from server.booking.actions.placing import tell
from server.booking.errors import NoSuchCode, NotTheDay, WrongStatus
from server.booking.models import Appointment
from server.booking.queries import DeskCard
from server.booking.queries.cards import APPOINTMENT_RELATIONS, desk_card
from server.booking.rules import APPOINTMENT_MOVES, AppointmentEvent, AppointmentStatus
from server.kit.clock import local_date
from server.kit.transactions import action


@action
async def confirm_arrival(*, actor: Actor, appointment_uid: str, now: datetime) -> DeskCard:
    row = await appointment_at_own_desk(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_CONFIRM
    )
    return await _arrive(actor, row, now=now)


@action
async def confirm_arrival_by_code(*, actor: Actor, code: str, now: datetime) -> DeskCard:
    """Find the appointment by what the phone shows; the codes of other institutions do not exist here."""
    desks = sorted(actor.institutions_with(Permission.APPOINTMENT_CONFIRM))
    spelled = "".join(code.split()).replace("-", "").upper()
    rows = Appointment.filter(slot__institution_id__in=desks, arrival_code=spelled)
    row = await rows.select_related(*APPOINTMENT_RELATIONS).first()
    if row is None:
        raise NoSuchCode
    return await _arrive(actor, row, now=now)


async def _arrive(actor: Actor, row: Appointment, *, now: datetime) -> DeskCard:
    if local_date(row.slot.starts_at) != local_date(now):
        raise NotTheDay
    await _move(row, AppointmentEvent.ARRIVE, arrived_at=now)
    await tell(actor, "booking.arrived", row, now=now, institution_id=row.slot.institution.id)
    return desk_card(row, now=now)


@action
async def fulfil(*, actor: Actor, appointment_uid: str, now: datetime) -> DeskCard:
    """Say that the resident was seen; the message lets the family rate it."""
    row = await appointment_at_own_desk(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_CONFIRM
    )
    await _move(row, AppointmentEvent.FULFIL, fulfilled_at=now)
    await tell(actor, "booking.fulfilled", row, now=now, institution_id=row.slot.institution.id)
    return desk_card(row, now=now)


@action
async def mark_noshow(*, actor: Actor, appointment_uid: str, now: datetime) -> DeskCard:
    """Say that nobody came, once the slot is over."""
    row = await appointment_at_own_desk(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_CONFIRM
    )
    if now < row.slot.ends_at:
        raise NotTheDay
    await _miss(actor, row, now=now)
    return desk_card(row, now=now)


@action
async def sweep_no_shows(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Mark who did not come within the grace after the end of the slot."""
    grace = await parameter("booking.noshow_grace_minutes", on=local_date(now))
    missed = await (
        Appointment.filter(status=AppointmentStatus.BOOKED, slot__ends_at__lte=now - timedelta(minutes=grace))
        .select_related(*APPOINTMENT_RELATIONS)
        .order_by("id")
        .limit(limit)
    )
    done = 0
    for row in missed:
        if await _moved(row, AppointmentEvent.MISS, ended_at=now):
            await tell(actor, "booking.noshow", row, now=now)
            done += 1
    return done


async def _miss(actor: Actor, row: Appointment, *, now: datetime) -> None:
    await _move(row, AppointmentEvent.MISS, ended_at=now)
    await tell(actor, "booking.noshow", row, now=now, institution_id=row.slot.institution.id)


async def _move(row: Appointment, event: AppointmentEvent, **says: Any) -> None:
    if not await _moved(row, event, **says):
        raise WrongStatus


async def _moved(row: Appointment, event: AppointmentEvent, **says: Any) -> bool:
    """Move without touching the seat: who came, was seen or stayed away has spent it."""
    sources = sorted(APPOINTMENT_MOVES.sources(event))
    if row.status not in sources:
        return False
    status = APPOINTMENT_MOVES.after(row.status, event)
    changed = await Appointment.filter(id=row.id, status__in=sources).update(status=status, **says)
    for name, value in {"status": status, **says}.items():
        setattr(row, name, value)
    return changed == 1
