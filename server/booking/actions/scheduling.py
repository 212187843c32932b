"""Consultation hours become slots; a day that differs is said here.

Lock order: schedule, then as in `placing`. Whoever makes slots or closes a day first locks the department's
schedules, so no slot is made on a day that is being closed.
"""

from datetime import date, datetime, timedelta

from server.alliance.access import department_for
from server.alliance.models import Department
from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.actions.leaving import displace
from server.booking.actions.seats import close_offer, lock
from server.booking.errors import ClosedAlready, ReasonMissing, ScheduleInvalid
from server.booking.models import Appointment, Schedule, ScheduleException, Slot, WaitlistOffer
from server.booking.queries import ExceptionCard, ScheduleCard
from server.booking.queries.cards import APPOINTMENT_RELATIONS, OFFER_RELATIONS
from server.booking.queries.slots import exception_card, schedule_card
from server.booking.rules import (
    AppointmentStatus,
    DayRule,
    ExceptionKind,
    OfferEvent,
    OfferStatus,
    Pool,
    SlotState,
    WaitEvent,
    planned_slots,
)
from server.kit.clock import day_bounds, local_date
from server.kit.errors import NotFound
from server.kit.transactions import action

SUNDAY = 6
LONGEST_RELEASE = 60 * 24 * 30  # minutes


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
    department = await department_for(
        actor=actor, uid=department_uid, permission=Permission.SCHEDULE_MANAGE, now=now
    )
    week_fits = 0 <= weekday <= SUNDAY and (ends_on is None or starts_on < ends_on)
    if not (week_fits and 0 <= release_minutes <= LONGEST_RELEASE):
        raise ScheduleInvalid
    row = Schedule(
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
    await row.save()
    await note(
        actor,
        "booking.schedule_opened",
        subject_kind="schedule",
        subject_uid=row.uid,
        institution_id=department.institution_id,
        now=now,
    )
    await _generate(row, now=now)
    return schedule_card(row)


@action
async def generate_slots(*, actor: Actor, schedule_uid: str, now: datetime) -> int:
    """Make the slots of one schedule up to the horizon; doing it again makes none."""
    managed = sorted(actor.institutions_with(Permission.SCHEDULE_MANAGE))
    row = await Schedule.filter(uid=schedule_uid, department__institution_id__in=managed).first()
    if row is None:
        raise NotFound
    return await _generate(row, now=now)


@action
async def sweep_slots(*, actor: Actor, now: datetime, limit: int = 200) -> int:  # noqa: ARG001  every sweep is told
    """Carry every schedule to the horizon of today; return how many slots were made."""
    horizon = await _horizon(now)
    due = await Schedule.filter(generated_until__lt=horizon).order_by("id").limit(limit)
    return sum(
        [await _generate(row, now=now) for row in due if row.ends_on is None or row.ends_on > local_date(now)]
    )


async def _horizon(now: datetime) -> date:
    return local_date(now) + timedelta(days=await parameter("booking.horizon_days", on=local_date(now)))


async def _generate(schedule: Schedule, *, now: datetime) -> int:
    until = await _horizon(now)
    last = until if schedule.ends_on is None else min(until, schedule.ends_on)
    await Schedule.filter(id=schedule.id).update(generated_until=until)  # and be alone with it
    latest = await Schedule.get(id=schedule.id).select_related("department")
    first = max(local_date(now), schedule.starts_on)
    closed = frozenset(
        await ScheduleException.filter(
            department_id=latest.department.id, kind=ExceptionKind.CLOSED_DAY, day__gte=first
        ).values_list("day", flat=True)
    )
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days)]
    made = 0
    for day in days:
        if day.weekday() == schedule.weekday and day not in closed:
            rule = DayRule(
                schedule.starts_minute,
                schedule.ends_minute,
                schedule.slot_minutes,
                schedule.capacity,
                schedule.green_capacity,
            )
            made += await _make_slots(latest.department, rule, day, schedule.release_minutes, now=now)
    schedule.generated_until = until
    return made


async def _make_slots(
    department: Department, rule: DayRule, day: date, release_minutes: int, *, now: datetime
) -> int:
    closing = timedelta(minutes=await parameter("booking.closes_minutes_before", on=local_date(now)))
    release = timedelta(minutes=release_minutes)
    rows = [
        Slot(
            institution_id=department.institution_id,
            department_id=department.id,
            starts_at=planned.starts_at,
            ends_at=planned.ends_at,
            closes_at=planned.starts_at - closing,
            pool=planned.pool,
            release_at=planned.starts_at - release if planned.pool == Pool.GREEN else None,
            capacity=planned.capacity,
            slot_key=f"{department.id}.{int(planned.starts_at.timestamp()) // 60}.{planned.pool}",
            created_at=now,
        )
        for planned in planned_slots(rule, day)
        if planned.starts_at - closing > now
    ]
    there = await Slot.filter(slot_key__in=[row.slot_key for row in rows]).values_list("slot_key", flat=True)
    missing = [row for row in rows if row.slot_key not in set(there)]
    # Two workers may both have found them missing: the unique key lets one of them win, silently.
    await Slot.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


@action
async def add_extra_session(
    *,
    actor: Actor,
    department_uid: str,
    day: date,
    rule: DayRule,
    release_minutes: int,
    reason: str,
    now: datetime,
) -> ExceptionCard:
    """Open a session that the weekly hours do not have."""
    department = await department_for(
        actor=actor, uid=department_uid, permission=Permission.SCHEDULE_MANAGE, now=now
    )
    row = await _write_exception(actor, department, ExceptionKind.EXTRA_SESSION, day, reason, now=now)
    await _make_slots(department, rule, day, release_minutes, now=now)
    return exception_card(row)


@action
async def close_day(
    *, actor: Actor, department_uid: str, day: date, reason: str, now: datetime
) -> ExceptionCard:
    """Call off a department's day: no new bookings, and everybody booked is put first in line elsewhere (I27)."""
    department = await department_for(
        actor=actor, uid=department_uid, permission=Permission.SCHEDULE_MANAGE, now=now
    )
    row = await _write_exception(actor, department, ExceptionKind.CLOSED_DAY, day, reason, now=now)
    first, after = day_bounds(day)
    ids = [
        slot.id
        for slot in await Slot.filter(department_id=department.id, starts_at__gte=first, starts_at__lt=after)
    ]
    await lock(ids)
    await Slot.filter(id__in=ids).update(state=SlotState.CLOSED)
    for appointment in await _still_to_come(ids):
        await displace(actor, appointment, reason=reason, now=now)
    offers = WaitlistOffer.filter(slot_id__in=ids, status=OfferStatus.OFFERED)
    for offer in await offers.select_related(*OFFER_RELATIONS):
        await close_offer(offer, OfferEvent.LAPSE, WaitEvent.RETURN, now=now)
    return exception_card(row)


async def _still_to_come(slot_ids: list[int]) -> list[Appointment]:
    return await (
        Appointment.filter(
            slot_id__in=slot_ids, status__in=[AppointmentStatus.HELD, AppointmentStatus.BOOKED]
        )
        .select_related(*APPOINTMENT_RELATIONS)
        .order_by("id")
    )


async def _write_exception(
    actor: Actor, department: Department, kind: ExceptionKind, day: date, reason: str, *, now: datetime
) -> ScheduleException:
    if not reason.strip():
        raise ReasonMissing
    await Schedule.filter(department_id=department.id).order_by("id").select_for_update()
    key = f"{department.id}.{day.isoformat()}" if kind == ExceptionKind.CLOSED_DAY else None
    if key is not None and await ScheduleException.filter(closed_key=key).exists():
        raise ClosedAlready
    row = ScheduleException(
        department=department, kind=kind, day=day, reason=reason, closed_key=key, created_at=now
    )
    await row.save()
    await note(
        actor,
        f"booking.{kind}",
        subject_kind="schedule_exception",
        subject_uid=row.uid,
        institution_id=department.institution_id,
        reason=reason,
        now=now,
    )
    return row
