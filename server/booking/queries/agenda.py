"""Who goes to hospital today, and whom a hospital expects: the first thing on a desk in the morning."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import few_of_own_residents
from server.booking.models import Appointment
from server.booking.rules import AppointmentStatus
from server.kit.clock import day_bounds

MOST_LINES = 20
_KEPT = sorted({AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED})


@dataclass(frozen=True)
class GoingToday:
    uid: str
    starts_at: datetime
    resident_name: str
    institution_name: str
    department_name: str
    number: int


@dataclass(frozen=True)
class ExpectedToday:
    """One department's day."""

    department_uid: str
    department_name: str
    first_at: datetime
    people: int


async def going_today(*, actor: Actor, day: date, now: datetime) -> tuple[GoingToday, ...]:
    """Return the day's appointments of the residents for whom the actor's home books, the earliest first."""
    first, end = day_bounds(day)
    own = few_of_own_residents(actor=actor, permission=Permission.APPOINTMENT_BOOK, now=now)
    rows = Appointment.filter(own, status__in=_KEPT, slot__starts_at__gte=first, slot__starts_at__lt=end)
    found = (
        await rows.order_by("slot__starts_at", "id")
        .limit(MOST_LINES)
        .values_list(
            "uid",
            "slot__starts_at",
            "resident__name",
            "slot__institution__name",
            "slot__department__name",
            "number",
        )
    )
    return tuple(GoingToday(*row) for row in found)


async def expected_today(*, actor: Actor, day: date) -> tuple[ExpectedToday, ...]:
    """Return whom the departments of the actor's institutions expect on a day."""
    first, end = day_bounds(day)
    own = sorted(actor.institutions_with(Permission.APPOINTMENT_CONFIRM))
    kept = Appointment.filter(
        slot__institution_id__in=own, slot__starts_at__gte=first, slot__starts_at__lt=end, status__in=_KEPT
    )
    rows = await kept.order_by("slot__starts_at").values_list(
        "slot__department__uid", "slot__department__name", "slot__starts_at"
    )
    people = Counter(uid for uid, _, _ in rows)
    earliest = {uid: (name, starts_at) for uid, name, starts_at in reversed(rows)}
    lines = [ExpectedToday(uid, name, at, people[uid]) for uid, (name, at) in earliest.items()]
    return tuple(sorted(lines, key=lambda line: (line.first_at, line.department_name)))
