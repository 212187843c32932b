"""Whose appointments are when, and whether a phone's receipt still stands."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from tortoise.expressions import Q, Subquery

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import (
    appointment_for,
    appointment_of_own_resident,
    appointments_of_own_residents,
    appointments_visible_to,
    few_of_own_residents,
)
from server.booking.models import Appointment, Slot, WaitlistEntry
from server.booking.queries.cards import (
    APPOINTMENT_RELATIONS,
    AppointmentCard,
    DeskCard,
    appointment_card,
    desk_card,
    is_signed,
    receipt_text,
)
from server.booking.rules import LIVE_STATUSES, AppointmentStatus
from server.kit.clock import day_bounds
from server.kit.engines.any_of import AnyOf
from server.kit.pages import CountedPage, Page, PageWish, page_of
from server.people.access import STAFF_WAYS
from server.people.models import Resident

NO_WISH = PageWish()
MOST_TO_COME = 500
LONGEST = timedelta(days=1)  # no slot lasts longer: its times are of one day
_UNANSWERED = sorted({AppointmentStatus.RELEASED, AppointmentStatus.LAPSED})
NOT_GONE = ~Q(status__in=[*_UNANSWERED, AppointmentStatus.RESCHEDULED])
# What the family only looked at was never an appointment; that a hold of staff ran out they were told.
MADE = ~Q(status=AppointmentStatus.RELEASED) & (
    ~Q(status=AppointmentStatus.LAPSED) | Q(on_behalf_basis__in=sorted(STAFF_WAYS))
)


async def appointments(
    *,
    actor: Actor,
    resident_uid: str | None = None,
    live_only: bool = False,
    wish: PageWish = NO_WISH,
    now: datetime,
) -> Page[AppointmentCard]:
    """List the appointments of those for whom the actor may look, latest booked first."""
    own = appointments_of_own_residents(actor=actor, permission=Permission.APPOINTMENT_READ, now=now)
    wanted = Q(own, MADE)
    if resident_uid is not None:
        wanted = Q(wanted, resident__uid=resident_uid)
    if live_only:
        wanted = Q(wanted, _live(now))
    rows = Appointment.filter(wanted).select_related(*APPOINTMENT_RELATIONS)
    return await page_of(rows, wish, partial(appointment_card, now=now), by="created_at")


async def next_appointments(
    *, actor: Actor, resident_uid: str, most: int, now: datetime
) -> tuple[AppointmentCard, ...]:
    """Return the live appointments of one resident that are not over yet, the soonest first."""
    own = appointments_of_own_residents(actor=actor, permission=Permission.APPOINTMENT_READ, now=now)
    whose = Q(resident__uid=resident_uid) | Q(resident__merged_into__uid=resident_uid)
    to_come = Q(own, whose, _live(now), slot__ends_at__gt=now)
    rows = Appointment.filter(to_come).select_related(*APPOINTMENT_RELATIONS)
    return tuple(
        appointment_card(row, now=now) for row in await rows.order_by("slot__starts_at", "id").limit(most)
    )


async def appointment(*, actor: Actor, uid: str, now: datetime) -> AppointmentCard:
    row = await appointment_of_own_resident(
        actor=actor, uid=uid, permission=Permission.APPOINTMENT_READ, now=now
    )
    return appointment_card(row, now=now)


async def booking_slip(*, actor: Actor, uid: str, now: datetime) -> AppointmentCard:
    """Return what is printed for a resident without a phone, at the counter where it was booked or in the home."""
    row = await appointment_for(actor=actor, uid=uid, permission=Permission.APPOINTMENT_READ, now=now)
    return appointment_card(row, now=now)


async def desk(
    *,
    actor: Actor,
    day: date,
    department_uid: str | None = None,
    status: AppointmentStatus | None = None,
    wish: PageWish = NO_WISH,
    now: datetime,
) -> Page[DeskCard]:
    """List who comes to the actor's institution on a day, or leaves the home for one, in the order of booking."""
    wanted = Q(
        appointments_visible_to(actor=actor, permission=Permission.APPOINTMENT_READ, now=now),
        _on(day),
        NOT_GONE,
    )
    if department_uid is not None:
        wanted = Q(wanted, slot__department__uid=department_uid)
    if status is not None:
        wanted = Q(wanted, status=status)
    own = actor.institutions_with(Permission.APPOINTMENT_CONFIRM)
    rows = Appointment.filter(wanted).select_related(*APPOINTMENT_RELATIONS)
    return await page_of(
        rows,
        wish,
        lambda row: desk_card(row, at_own_desk=row.slot.institution.id in own, now=now),
        by="created_at",
        newest_first=False,
    )


@dataclass(frozen=True)
class BookingFilter:
    past: bool = False
    resident_uid: str | None = None
    status: AppointmentStatus | None = None

    def condition(self, now: datetime) -> Q:
        wanted = Q(MADE, Q(slot__ends_at__lte=now) if self.past else _to_come(now))
        if self.resident_uid is not None:
            wanted &= Q(resident__uid=self.resident_uid) | Q(resident__merged_into__uid=self.resident_uid)
        return wanted if self.status is None else Q(wanted, status=self.status)


async def bookings(
    *, actor: Actor, which: BookingFilter, wish: PageWish = NO_WISH, now: datetime
) -> Page[AppointmentCard]:
    """List what the residents of the actor's homes have booked: what is to come by its day, what is past by its booking.

    What is to come is handed out whole: nobody has more than a few open, and a day's plan must not be cut by a page.
    """
    own = few_of_own_residents(actor=actor, permission=Permission.APPOINTMENT_BOOK, now=now)
    rows = Appointment.filter(Q(own, which.condition(now))).select_related(*APPOINTMENT_RELATIONS)
    card = partial(appointment_card, now=now)
    if which.past:
        return await page_of(rows, wish, card, by="created_at")
    found = await rows.order_by("slot__starts_at", "id").limit(MOST_TO_COME)
    return CountedPage(tuple(card(row) for row in found), None, len(found))


async def count_expected(*, actor: Actor, day: date) -> int:
    """Count who is booked at the actor's desk on a day and has not come yet."""
    own = sorted(actor.institutions_with(Permission.APPOINTMENT_CONFIRM))
    expected = Q(slot__institution_id__in=own, status=AppointmentStatus.BOOKED)
    return await Appointment.filter(Q(expected, _on(day))).count()


async def count_to_come(*, resident_id: int, now: datetime) -> int:
    """Count the seats that somebody still has, and the queues in which they still wait, also by rows merged into theirs."""
    absorbed = Resident.filter(merged_into_id=resident_id).values("id")
    mine = Q(resident_id__in=AnyOf(Resident.filter(id=resident_id).values("id"), absorbed))
    waiting = WaitlistEntry.filter(mine, waiting_key__isnull=False).count()
    return await Appointment.filter(mine, _live(now), _to_come(now)).count() + await waiting


def _live(now: datetime) -> Q:
    still_held = Q(status=AppointmentStatus.HELD, hold_expires_at__gt=now)
    return Q(status__in=sorted(LIVE_STATUSES - {AppointmentStatus.HELD})) | still_held


def _to_come(now: datetime) -> Q:
    begun = now - LONGEST
    slots = Slot.filter(starts_at__gt=begun, ends_at__gt=now)
    return Q(slot_id__in=Subquery(slots.values("id")))


def _on(day: date) -> Q:
    """Read the slots of the day first, and what was booked in them by its index: without the hint all were read."""
    first, after = day_bounds(day)
    slots = Slot.filter(starts_at__gte=first, starts_at__lt=after)
    return Q(slot_id__in=Subquery(slots.values("id")))


@dataclass(frozen=True)
class ReceiptVerdict:
    genuine: bool  # we signed it
    found: bool  # and the appointment it names is there
    advice: str


async def check_receipt(
    *,
    actor: Actor,
    uid: str,
    slot_uid: str,
    resident_uid: str,
    starts_at: datetime,
    receipt: str,
    now: datetime,
) -> ReceiptVerdict:
    """Compare what a phone kept with what we hold: a lost row becomes visible instead of silent."""
    text = receipt_text(uid=uid, slot_uid=slot_uid, resident_uid=resident_uid, starts_at=starts_at)
    if not is_signed(text, receipt):
        return ReceiptVerdict(
            genuine=False, found=False, advice="这张凭证不是本系统开出的，请在“约好的号”里查看。"
        )
    mine = few_of_own_residents(actor=actor, permission=Permission.APPOINTMENT_READ, now=now)
    found = await Appointment.filter(mine, uid=uid, slot__uid=slot_uid, resident__uid=resident_uid).exists()
    advice = (
        "预约有效，请按时就诊。" if found else "凭证有效但没有查到预约，请带手机到医院服务台，凭此凭证补登。"
    )
    return ReceiptVerdict(genuine=True, found=found, advice=advice)
