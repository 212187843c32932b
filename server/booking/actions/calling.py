"""The waiting room: numbers are called, again if need be, and a slip of the tongue is taken back."""

from datetime import datetime, timedelta

from server.alliance.access import department_for
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import appointment_at_own_desk
from server.booking.actions.placing import note_down
from server.booking.errors import CallPassed, NobodyWaiting, NotArrived
from server.booking.models import Appointment
from server.booking.queries import DeskCard
from server.booking.queries.cards import desk_card
from server.booking.rules import AppointmentStatus
from server.kit.clock import day_bounds, local_date
from server.kit.transactions import action

ROOMS_AT_ONCE = 10


@action
async def call_number(*, actor: Actor, appointment_uid: str, room: str, now: datetime) -> DeskCard:
    """Call somebody who has arrived into a room. Calling again is how one calls louder."""
    row = await appointment_at_own_desk(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_CONFIRM
    )
    here = Appointment.filter(id=row.id, status=AppointmentStatus.ARRIVED)
    if not await here.update(called_at=now, called_to=room):
        raise NotArrived
    await note_down(actor, "booking.called", row, now=now, institution_id=row.slot.institution.id)
    return desk_card(row, now=now)


@action
async def call_next(*, actor: Actor, department_uid: str, room: str, now: datetime) -> DeskCard:
    """Call whoever is next today: by the hour, then by number. Two rooms that call at once get two people."""
    department = await department_for(
        actor=actor, uid=department_uid, permission=Permission.APPOINTMENT_CONFIRM, now=now
    )
    first, after = day_bounds(local_date(now))
    waiting = Appointment.filter(
        slot__department_id=department.id,
        slot__starts_at__gte=first,
        slot__starts_at__lt=after,
        status=AppointmentStatus.ARRIVED,
        called_at=None,
    )
    for row in await waiting.order_by("slot__starts_at", "number", "id").limit(ROOMS_AT_ONCE):
        uncalled = Appointment.filter(id=row.id, status=AppointmentStatus.ARRIVED, called_at=None)
        if await uncalled.update(called_at=now, called_to=room):
            return await call_number(actor=actor, appointment_uid=row.uid, room=room, now=now)
    raise NobodyWaiting


@action
async def take_call_back(*, actor: Actor, appointment_uid: str, now: datetime) -> DeskCard:
    """Say within a few minutes that the wrong number was called: its owner waits as before."""
    row = await appointment_at_own_desk(
        actor=actor, uid=appointment_uid, permission=Permission.APPOINTMENT_CONFIRM
    )
    minutes = await parameter("booking.call_undo_minutes", on=local_date(now))
    called = Appointment.filter(
        id=row.id, status=AppointmentStatus.ARRIVED, called_at__gt=now - timedelta(minutes=minutes)
    )
    if not await called.update(called_at=None, called_to=""):
        raise CallPassed
    await note_down(actor, "booking.call_taken_back", row, now=now, institution_id=row.slot.institution.id)
    return desk_card(row, now=now)
