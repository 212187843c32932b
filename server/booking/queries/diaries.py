"""What residents have booked already and is still to come (I24)."""

from collections.abc import Iterable
from datetime import datetime

from server.booking.models import Appointment
from server.booking.rules import LIVE_STATUSES, AppointmentStatus
from server.people.queries import merged_into


async def diaries(resident_ids: Iterable[int], *, now: datetime) -> list[Appointment]:
    """Return the live appointments still to come; final only where the caller is alone with the residents."""
    people = sorted(resident_ids)
    survivors = await merged_into(people)
    rows = await Appointment.filter(
        resident_id__in=[*people, *survivors], status__in=sorted(LIVE_STATUSES), slot__ends_at__gt=now
    ).select_related("slot")
    for row in rows:  # what was booked for a row that was merged since stands in its survivor's diary
        row.resident_id = survivors.get(row.resident_id, row.resident_id)
    return rows


def has_run_out(row: Appointment, now: datetime) -> bool:
    return (
        row.status == AppointmentStatus.HELD
        and row.hold_expires_at is not None
        and row.hold_expires_at <= now
    )
