"""Which seats there are."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.alliance.queries import agreement_in_force
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import permission_to_book
from server.booking.models import Appointment, Schedule, ScheduleException, Slot, WaitlistOffer
from server.booking.queries.cards import SlotCard, slot_card
from server.booking.rules import AppointmentStatus, ExceptionKind, OfferStatus, SlotState
from server.kit.clock import day_bounds
from server.kit.pages import Page, PageWish, page_of
from server.people.access import resident_for
from server.people.models import Resident

NO_WISH = PageWish()


@dataclass(frozen=True)
class ScheduleCard:
    uid: str
    department_uid: str
    department_name: str
    weekday: int
    starts_minute: int
    ends_minute: int
    slot_minutes: int
    capacity: int
    green_capacity: int
    release_minutes: int
    starts_on: date
    ends_on: date | None
    generated_until: date | None


@dataclass(frozen=True)
class ExceptionCard:
    uid: str
    kind: ExceptionKind
    department_name: str
    day: date
    reason: str


async def open_slots(
    *,
    actor: Actor,
    institution_uid: str,
    department_uid: str | None = None,
    day: date | None = None,
    resident_uid: str | None = None,
    wish: PageWish = NO_WISH,
    now: datetime,
) -> Page[SlotCard]:
    """List what can still be booked, full slots included: one may join the queue for those."""
    institution = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    wanted = Q(institution_id=institution.id, state=SlotState.OPEN, closes_at__gt=now)
    if department_uid is not None:
        wanted &= Q(department__uid=department_uid)
    if day is not None:
        first, after = day_bounds(day)
        wanted &= Q(starts_at__gte=first, starts_at__lt=after)
    may_green = False
    if resident_uid is not None:
        permission = permission_to_book(actor=actor, institution_id=institution.id)
        resident = await resident_for(actor=actor, uid=resident_uid, permission=permission, now=now)
        may_green = await may_take_green(resident=resident, institution_id=institution.id, now=now)
    stale = await _stale_holds(institution, now=now)
    rows = Slot.filter(wanted).select_related("institution", "department")
    return await page_of(
        rows,
        wish,
        lambda slot: slot_card(slot, stale=stale[slot.id], may_green=may_green, now=now),
        by="starts_at",
        newest_first=False,
    )


async def may_take_green(*, resident: Resident, institution_id: int, now: datetime) -> bool:
    """Tell whether the home where the resident lives has an agreement in force with this institution."""
    if resident.home_id is None:
        return False
    return await agreement_in_force(home_id=resident.home_id, provider_id=institution_id, now=now) is not None


async def _stale_holds(institution: Institution, *, now: datetime) -> Counter[int]:
    """Count, per slot, seats of holds and offers that have run out and only wait to be swept."""
    holds = Appointment.filter(
        status=AppointmentStatus.HELD, hold_expires_at__lte=now, slot__institution_id=institution.id
    )
    offers = WaitlistOffer.filter(
        status=OfferStatus.OFFERED, expires_at__lte=now, slot__institution_id=institution.id
    )
    return Counter([row.slot_id for row in await holds] + [row.slot_id for row in await offers])


def schedule_card(row: Schedule) -> ScheduleCard:
    return ScheduleCard(
        uid=row.uid,
        department_uid=row.department.uid,
        department_name=row.department.name,
        weekday=row.weekday,
        starts_minute=row.starts_minute,
        ends_minute=row.ends_minute,
        slot_minutes=row.slot_minutes,
        capacity=row.capacity,
        green_capacity=row.green_capacity,
        release_minutes=row.release_minutes,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        generated_until=row.generated_until,
    )


def exception_card(row: ScheduleException) -> ExceptionCard:
    return ExceptionCard(
        uid=row.uid, kind=row.kind, department_name=row.department.name, day=row.day, reason=row.reason
    )
