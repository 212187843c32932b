"""Make the slots of consultation hours, fit those that are there to hours that changed, and take back the rest.

Nobody who has a seat loses it here: a slot shrinks at most to the seats that are taken. Slots are locked by id.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from server.alliance.models import Department
from server.alliance.queries import parameter
from server.booking.actions.seats import lock, promote
from server.booking.models import Schedule, ScheduleException, Slot
from server.booking.rules import DayRule, ExceptionKind, PlannedSlot, Pool, SlotState, planned_slots
from server.kit.clock import local_date


async def lock_hours(department: Department) -> None:
    """Be alone with the hours of a department, also where it has none yet."""
    await Department.filter(id=department.id).select_for_update()
    await Schedule.filter(department_id=department.id).order_by("id").select_for_update()


async def horizon(now: datetime) -> date:
    """Return the first day that has no slots yet."""
    return local_date(now) + timedelta(days=await parameter("booking.horizon_days", on=local_date(now)))


async def generate(schedule: Schedule, *, fit: bool = False, now: datetime) -> int:
    """Make the slots of a schedule up to the horizon; doing it again makes none. `fit` adapts those that are there."""
    until = await horizon(now)
    await Schedule.filter(id=schedule.id).update(generated_until=until)  # and be alone with it
    latest = await Schedule.get(id=schedule.id).select_related("department")
    made = 0
    for day in await _days_of(latest, until, now=now):
        made += await make_slots(
            latest.department, rule_of(latest), day, latest.release_minutes, fit=fit, now=now
        )
    schedule.generated_until = until
    return made


def rule_of(schedule: Schedule) -> DayRule:
    return DayRule(
        schedule.starts_minute,
        schedule.ends_minute,
        schedule.slot_minutes,
        schedule.capacity,
        schedule.green_capacity,
    )


async def _days_of(schedule: Schedule, until: date, *, now: datetime) -> list[date]:
    """List the days that need slots, without those that were called off."""
    first = max(local_date(now), schedule.starts_on)
    closed = frozenset(
        await ScheduleException.filter(
            department_id=schedule.department_id, kind=ExceptionKind.CLOSED_DAY, day__gte=first
        ).values_list("day", flat=True)
    )
    return [day for day in _weekdays(schedule, first, until) if day not in closed]


def _weekdays(schedule: Schedule, first: date, until: date) -> Iterator[date]:
    last = until if schedule.ends_on is None else min(until, schedule.ends_on)
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days))
    return (day for day in days if day.weekday() == schedule.weekday)


async def make_slots(
    department: Department,
    rule: DayRule,
    day: date,
    release_minutes: int,
    *,
    fit: bool = False,
    now: datetime,
) -> int:
    closing = timedelta(minutes=await parameter("booking.closes_minutes_before", on=local_date(now)))
    rows = {
        row.slot_key: row
        for planned in planned_slots(rule, day)
        if (row := _row(department, planned, release_minutes, closing, now=now)).closes_at > now
    }
    there = await Slot.filter(slot_key__in=list(rows)).only("id", "slot_key")
    if fit:
        await _fit(there, rows, now=now)
    missing = [row for key, row in rows.items() if key not in {each.slot_key for each in there}]
    # Two workers may both have found them missing: the unique key lets one of them win, silently.
    await Slot.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def _row(
    department: Department, planned: PlannedSlot, release_minutes: int, closing: timedelta, *, now: datetime
) -> Slot:
    release = timedelta(minutes=release_minutes)
    return Slot(
        institution_id=department.institution_id,
        department_id=department.id,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        closes_at=planned.starts_at - closing,
        pool=planned.pool,
        release_at=planned.starts_at - release if planned.pool == Pool.GREEN else None,
        capacity=planned.capacity,
        slot_key=_key_of(department.id, planned),
        created_at=now,
    )


def _key_of(department_id: int, planned: PlannedSlot) -> str:
    return f"{department_id}.{int(planned.starts_at.timestamp()) // 60}.{planned.pool}"


async def _fit(there: list[Slot], wanted: dict[str, Slot], *, now: datetime) -> None:
    """Give slots of the same hour their new capacity, and offer what that frees to who waits."""
    for slot in await lock(each.id for each in there):
        new = wanted[slot.slot_key]
        taken = slot.booked + slot.held
        await Slot.filter(id=slot.id).update(
            state=SlotState.OPEN,
            capacity=max(new.capacity, taken),
            release_at=new.release_at,
            ends_at=slot.ends_at if taken else new.ends_at,  # who is booked was told until when
        )
        await promote(slot.id, now=now)


async def keys_from(schedule: Schedule, first: date, *, now: datetime) -> frozenset[str]:
    """Return the keys of the slots that a schedule has, or would have, from a day on."""
    days = _weekdays(schedule, max(first, schedule.starts_on), await horizon(now))
    return frozenset(
        _key_of(schedule.department_id, planned)
        for day in days
        for planned in planned_slots(rule_of(schedule), day)
    )


async def withdraw(keys: frozenset[str], *, now: datetime) -> int:
    """Close slots to come that nobody is in; leave the others exactly the seats that are taken. Return those seats."""
    coming = await Slot.filter(slot_key__in=sorted(keys), starts_at__gt=now).only("id")
    kept = 0
    for slot in await lock(each.id for each in coming):
        taken = slot.booked + slot.held
        await Slot.filter(id=slot.id).update(
            **({"capacity": taken} if taken else {"state": SlotState.CLOSED})
        )
        kept += taken
    return kept
