"""Consultation hours that come back every week: opened, changed, ended, copied.

Lock order: department, its schedules, then slots by id. Whoever changes the hours of a department is alone with them,
so that two rows never count the seats of the same hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q

from server.alliance.access import department_for
from server.alliance.models import Department
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import schedule_for
from server.booking.actions.slotmaking import generate, horizon, keys_from, lock_hours, rule_of, withdraw
from server.booking.errors import HoursOverlap, NothingToCopy, ScheduleInvalid
from server.booking.models import Schedule
from server.booking.queries import ScheduleCard
from server.booking.queries.slots import schedule_card
from server.booking.rules import DayRule, WeeklyHours
from server.kit.clock import local_date
from server.kit.transactions import action

SUNDAY = 6
LONGEST_RELEASE = 60 * 24 * 30  # minutes


@dataclass(frozen=True)
class HoursChanged:
    department_uid: str
    still_booked: (
        int  # seats outside the new hours that somebody has; those people are seen as they were told
    )


@action
async def open_schedule(
    *,
    actor: Actor,
    department_uid: str,
    weekday: int,
    rule: DayRule,
    release_minutes: int,
    starts_on: date,
    ends_on: date | None = None,
    now: datetime,
) -> ScheduleCard:
    """Open weekly hours; slots are made at once as far as the booking horizon reaches."""
    department = await _alone_with(actor, department_uid, now=now)
    row = _row(department, weekday, rule, release_minutes, starts_on=starts_on, ends_on=ends_on, now=now)
    await _open(actor, row, now=now)
    return schedule_card(row)


@action
async def replace_schedule(
    *, actor: Actor, schedule_uid: str, rule: DayRule, release_minutes: int, first_day: date, now: datetime
) -> HoursChanged:
    """Let other hours or capacities hold from a day on. Whoever is booked keeps the seat."""
    old = await _alone_with_hours(actor, schedule_uid)
    ended_before = old.ends_on
    given_up = await _end(old, first_day, now=now)
    new = _row(
        old.department,
        old.weekday,
        rule,
        release_minutes,
        starts_on=max(first_day, old.starts_on),
        ends_on=ended_before,
        now=now,
    )
    kept = await withdraw(given_up - await keys_from(new, first_day, now=now), now=now)
    await _open(actor, new, now=now)
    await _note(actor, "booking.schedule_replaced", old, now=now)
    return HoursChanged(old.department.uid, kept)


@action
async def end_schedule(
    *, actor: Actor, schedule_uid: str, first_day: date, reason: str, now: datetime
) -> HoursChanged:
    """Let hours hold no more from a day on. Whoever is booked keeps the seat; a closed day is another matter."""
    row = await _alone_with_hours(actor, schedule_uid)
    kept = await withdraw(await _end(row, first_day, now=now), now=now)
    await _note(actor, "booking.schedule_ended", row, reason=reason, now=now)
    return HoursChanged(row.department.uid, kept)


@action
async def copy_hours(
    *,
    actor: Actor,
    department_uid: str,
    weekday: int,
    to_weekdays: Sequence[int],
    first_day: date,
    now: datetime,
) -> int:
    """Give other weekdays the hours of one; all of them or none. Return how many rows were made."""
    department = await _alone_with(actor, department_uid, now=now)
    rows = await Schedule.filter(_holding(department, first_day), weekday=weekday).order_by("starts_minute")
    wanted = [
        _copy(row, department, to, first_day, now=now)
        for to in sorted({*to_weekdays} - {weekday})
        for row in rows
    ]
    return await _open_all(actor, wanted, now=now)


@action
async def copy_week(
    *, actor: Actor, from_department_uid: str, department_uid: str, first_day: date, now: datetime
) -> int:
    """Give one department the whole week of another; all of it or nothing. Return how many rows were made."""
    source = await department_for(
        actor=actor, uid=from_department_uid, permission=Permission.SCHEDULE_MANAGE, now=now
    )
    department = await _alone_with(actor, department_uid, now=now)
    if source.id == department.id:
        raise NothingToCopy
    rows = await Schedule.filter(_holding(source, first_day)).order_by("weekday", "starts_minute")
    return await _open_all(
        actor, [_copy(row, department, row.weekday, first_day, now=now) for row in rows], now=now
    )


@action
async def sweep_slots(*, actor: Actor, now: datetime, limit: int = 200) -> int:  # noqa: ARG001  every sweep is told
    """Carry every schedule to the horizon of today; return how many slots were made."""
    due = await Schedule.filter(generated_until__lt=await horizon(now)).order_by("id").limit(limit)
    return sum(
        [await generate(row, now=now) for row in due if row.ends_on is None or row.ends_on > local_date(now)]
    )


def _holding(department: Department, day: date) -> Q:
    """Return the condition of a department's hours that hold on this day or later."""
    return Q(Q(department_id=department.id), Q(ends_on=None) | Q(ends_on__gt=day))


async def _alone_with(actor: Actor, department_uid: str, *, now: datetime) -> Department:
    department = await department_for(
        actor=actor, uid=department_uid, permission=Permission.SCHEDULE_MANAGE, now=now
    )
    await lock_hours(department)
    return department


async def _alone_with_hours(actor: Actor, schedule_uid: str) -> Schedule:
    row = await schedule_for(actor=actor, uid=schedule_uid)
    await lock_hours(row.department)
    return await schedule_for(actor=actor, uid=schedule_uid)


def _row(
    department: Department,
    weekday: int,
    rule: DayRule,
    release_minutes: int,
    *,
    starts_on: date,
    ends_on: date | None,
    now: datetime,
) -> Schedule:
    week_fits = 0 <= weekday <= SUNDAY and (ends_on is None or starts_on < ends_on)
    if not (week_fits and 0 <= release_minutes <= LONGEST_RELEASE):
        raise ScheduleInvalid
    return Schedule(
        department=department,
        weekday=weekday,
        starts_minute=rule.starts_minute,
        ends_minute=rule.ends_minute,
        slot_minutes=rule.slot_minutes,
        capacity=rule.capacity,
        green_capacity=rule.green_capacity,
        release_minutes=release_minutes,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
    )


def _copy(row: Schedule, to: Department, weekday: int, first_day: date, *, now: datetime) -> Schedule:
    starts_on = max(first_day, row.starts_on)
    return _row(
        to, weekday, rule_of(row), row.release_minutes, starts_on=starts_on, ends_on=row.ends_on, now=now
    )


async def _open_all(actor: Actor, rows: Sequence[Schedule], *, now: datetime) -> int:
    if not rows:
        raise NothingToCopy
    for row in rows:
        await _open(actor, row, now=now)
    return len(rows)


async def _open(actor: Actor, row: Schedule, *, now: datetime) -> None:
    await _refuse_overlap(row)
    await row.save()
    await _note(actor, "booking.schedule_opened", row, now=now)
    await generate(row, fit=True, now=now)


async def _refuse_overlap(row: Schedule) -> None:
    wanted = _weekly(row)
    for other in await Schedule.filter(_holding(row.department, row.starts_on), weekday=row.weekday):
        if _weekly(other).overlaps(wanted):
            sentence = f"{row.department.name}{_weekly(other).words}已经有排班，和{wanted.words}重叠，什么也没有保存。请先修改或停用原来那一段。"
            raise HoursOverlap(sentence)


def _weekly(row: Schedule) -> WeeklyHours:
    return WeeklyHours(row.weekday, row.starts_minute, row.ends_minute, row.starts_on, row.ends_on)


async def _end(row: Schedule, first_day: date, *, now: datetime) -> frozenset[str]:
    """Let a row end before this day; return the keys of the slots that it had from there on."""
    if first_day < local_date(now) or (row.ends_on is not None and row.ends_on <= first_day):
        raise ScheduleInvalid
    keys = await keys_from(row, first_day, now=now)
    row.ends_on = max(first_day, row.starts_on)
    await row.save(update_fields=["ends_on"])
    return keys


async def _note(
    actor: Actor, action_word: str, row: Schedule, *, reason: str | None = None, now: datetime
) -> None:
    await note(
        actor,
        action_word,
        subject_kind="schedule",
        subject_uid=row.uid,
        institution_id=row.department.institution_id,
        reason=reason,
        now=now,
    )
