"""Remind of what is booked for tomorrow."""

from datetime import datetime

from server.alliance.queries import parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.booking.models import Appointment
from server.booking.rules import AppointmentStatus, last_day_to_remind, reminder_due
from server.kit.clock import day_bounds, local_date
from server.kit.transactions import action
from server.outbox.actions import enqueue

DAYS, MINUTE = "booking.reminder_days", "booking.reminder_minute"


@action
async def sweep_reminders(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Send every reminder whose hour has come, also late, as long as the slot has not begun; return how many.

    Who booked after that hour has just been told of it all and is not told again.
    """
    numbers = await parameters((DAYS, MINUTE), on=now)
    when = {"days": numbers[DAYS], "minute": numbers[MINUTE]}
    _, until = day_bounds(last_day_to_remind(now, **when))
    due = await (
        Appointment.filter(
            status=AppointmentStatus.BOOKED,
            reminded_at=None,
            slot__starts_at__gt=now,
            slot__starts_at__lt=until,
            resident__died_at=None,
        )
        .select_related("slot", "resident")
        .order_by("id")
        .limit(limit)
    )
    done = 0
    for row in due:
        unsaid = Appointment.filter(id=row.id, status=AppointmentStatus.BOOKED, reminded_at=None)
        changed = await unsaid.update(reminded_at=now)
        if changed and row.created_at < reminder_due(local_date(row.slot.starts_at), **when):
            await _remind(actor, row, now=now)
            done += 1
    return done


async def _remind(actor: Actor, row: Appointment, *, now: datetime) -> None:
    await note(
        actor,
        "booking.reminded",
        subject_kind="appointment",
        subject_uid=row.uid,
        resident_id=row.resident.id,
        now=now,
    )
    payload = {"appointment": row.uid, "resident": row.resident.uid}
    await enqueue("booking.reminder", payload, now=now, once_key=f"booking.reminder:{row.uid}")
