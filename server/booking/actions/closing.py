"""Days that differ: a session more, or none at all.

Lock order: the department, its schedules, then as in `placing`. Whoever makes slots locks a schedule first, so no slot is
made on a day that is being closed. The slots of that day and those of the seats proposed instead are locked together,
by id: whoever books into one of them meanwhile is either seen here or finds it closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.access import department_for
from server.alliance.models import Department
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.actions.leaving import displace
from server.booking.actions.seats import close_offer, lock, offer_instead
from server.booking.actions.slotmaking import lock_hours, make_slots
from server.booking.errors import ClosedAlready, ReasonMissing
from server.booking.models import ScheduleException, Slot, WaitlistOffer
from server.booking.queries import ExceptionCard
from server.booking.queries.cards import OFFER_RELATIONS
from server.booking.queries.closing import booked_on
from server.booking.queries.slots import exception_card
from server.booking.rules import DayRule, ExceptionKind, OfferEvent, OfferStatus, SlotState, WaitEvent
from server.kit.clock import day_bounds
from server.kit.transactions import action


@dataclass(frozen=True)
class DayClosed:
    uid: str  # of the exception that stands in the calendar
    displaced: int
    offered: int  # of those, who was offered the very seat that was proposed; the others are first in line


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
    await make_slots(department, rule, day, release_minutes, now=now)
    return exception_card(row)


@action
async def close_day(
    *,
    actor: Actor,
    department_uid: str,
    day: date,
    reason: str,
    replacements: Mapping[str, str] | None = None,
    now: datetime,
) -> DayClosed:
    """Call off a department's day: no new bookings, and everybody booked is put first in line elsewhere (I27).

    `replacements` says which slot was proposed instead of which appointment. Who is named there is offered that seat,
    if it is still free; it is kept for them until the offer runs out.
    """
    department = await department_for(
        actor=actor, uid=department_uid, permission=Permission.SCHEDULE_MANAGE, now=now
    )
    row = await _write_exception(actor, department, ExceptionKind.CLOSED_DAY, day, reason, now=now)
    instead = replacements or {}
    first, after = day_bounds(day)
    closing = await Slot.filter(department_id=department.id, starts_at__gte=first, starts_at__lt=after)
    spare = {
        each.uid: each
        for each in await Slot.filter(
            uid__in=sorted(instead.values()), department_id=department.id, starts_at__gte=after
        )
    }
    await lock(each.id for each in (*closing, *spare.values()))
    ids = [each.id for each in closing]
    await Slot.filter(id__in=ids).update(state=SlotState.CLOSED)
    await _take_offers_back(ids, now=now)
    offered = 0
    affected = await booked_on(ids)
    for appointment in affected:
        entry_id = await displace(actor, appointment, reason=reason, now=now)
        seat = spare.get(instead.get(appointment.uid, ""))
        offered += seat is not None and await offer_instead(seat.id, entry_id, day=day, now=now)
    return DayClosed(row.uid, len(affected), offered)


async def _take_offers_back(slot_ids: list[int], *, now: datetime) -> None:
    offers = WaitlistOffer.filter(slot_id__in=slot_ids, status=OfferStatus.OFFERED)
    for offer in await offers.select_related(*OFFER_RELATIONS):
        await close_offer(offer, OfferEvent.LAPSE, WaitEvent.RETURN, now=now)


async def _write_exception(
    actor: Actor, department: Department, kind: ExceptionKind, day: date, reason: str, *, now: datetime
) -> ScheduleException:
    if not reason.strip():
        raise ReasonMissing
    await lock_hours(department)
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
