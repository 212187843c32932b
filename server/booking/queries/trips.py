"""Trips of a home, with who sits on the bus."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q
from tortoise.functions import Count

from server.alliance.models import Department
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import trip_for, trips_visible_to
from server.booking.models import Appointment, GroupTrip
from server.booking.queries.cards import APPOINTMENT_RELATIONS, AppointmentCard, appointment_card
from server.booking.queries.counter import Choice, resident_in_words, with_open_slots
from server.booking.rules import (
    BOOKED_STATUSES,
    AppointmentStatus,
    HalfDay,
    TripStatus,
    half_day_bounds,
)
from server.identity.queries import HistoryLine, history_of
from server.kit.pages import Page, PageWish, rows_of
from server.people.queries import LIVING, ResidentChoices, resident_choices

TRIP_RELATIONS = ("home", "provider", "planned_by")
MOST_RESIDENTS = 300


@dataclass(frozen=True)
class TripLine:
    uid: str
    home_name: str
    provider_name: str
    day: date
    half: HalfDay
    bus_seats: int
    riders: int
    status: TripStatus


@dataclass(frozen=True)
class TripCard:
    uid: str
    home_name: str
    provider_uid: str
    provider_name: str
    day: date
    half: HalfDay
    bus_seats: int
    companions: int | None
    note: str
    status: TripStatus
    planned_by_name: str
    cancelled_reason: str | None
    riders: tuple[AppointmentCard, ...]  # who comes along, in the order of the day
    left: tuple[AppointmentCard, ...]  # who does not any more
    may_change: bool
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True)
class TripChoices:
    """What somebody who plans a trip chooses from."""

    providers: tuple[Choice, ...]
    departments: tuple[Choice, ...]  # of the provider, once it is chosen
    residents: tuple[Choice, ...]
    more: bool  # residents than are listed


async def trips(*, actor: Actor, wish: PageWish, now: datetime) -> Page[TripLine]:  # noqa: ARG001  one form for all queries
    """List the trips of the actor's homes, the latest planned first."""
    visible = trips_visible_to(actor=actor, permission=Permission.APPOINTMENT_READ)
    rows = GroupTrip.filter(visible).select_related("home", "provider")
    page = await rows_of(rows, wish, by="created_at")
    riding = await _riding([row.id for row in page.items])
    return page.of(_line(row, riding[row.id]) for row in page.items)


async def _riding(trip_ids: list[int]) -> Counter[int]:
    rows = Appointment.filter(trip_id__in=trip_ids, status__in=sorted(BOOKED_STATUSES))
    counts = await rows.annotate(riders=Count("id")).group_by("trip_id").values("trip_id", "riders")
    return Counter({row["trip_id"]: row["riders"] for row in counts})


def _line(row: GroupTrip, riders: int) -> TripLine:
    return TripLine(
        uid=row.uid,
        home_name=row.home.name,
        provider_name=row.provider.name,
        day=row.day,
        half=row.half,
        bus_seats=row.bus_seats,
        riders=riders,
        status=row.status,
    )


async def trip(*, actor: Actor, uid: str, now: datetime) -> TripCard:
    row = await trip_for(actor=actor, uid=uid, permission=Permission.APPOINTMENT_READ)
    return await trip_card(row, now=now)


async def trip_card(row: GroupTrip, *, now: datetime) -> TripCard:
    appointments = await (
        Appointment.filter(trip_id=row.id)
        .select_related(*APPOINTMENT_RELATIONS)
        .order_by("slot__starts_at", "number", "id")
    )
    riders = [each for each in appointments if each.status in BOOKED_STATUSES]
    return TripCard(
        uid=row.uid,
        home_name=row.home.name,
        provider_uid=row.provider.uid,
        provider_name=row.provider.name,
        day=row.day,
        half=row.half,
        bus_seats=row.bus_seats,
        companions=row.companions,
        note=row.note,
        status=row.status,
        planned_by_name=row.planned_by.name,
        cancelled_reason=row.cancelled_reason,
        riders=tuple(appointment_card(each, now=now) for each in riders),
        left=tuple(appointment_card(each, now=now) for each in appointments if each not in riders),
        may_change=is_to_come(row, riders, now=now),
        history=await history_of(subject_uid=row.uid),
    )


def is_to_come(row: GroupTrip, riders: list[Appointment], *, now: datetime) -> bool:
    """Tell whether nobody was due yet: until then a trip may be changed as a whole."""
    begins = min((each.slot.starts_at for each in riders), default=half_day_bounds(row.day, row.half)[0])
    arrived = any(each.status != AppointmentStatus.BOOKED for each in riders)
    return row.status == TripStatus.PLANNED and now < begins and not arrived


async def trip_choices(
    *, actor: Actor, provider_uid: str | None, bed: str = "", now: datetime
) -> TripChoices:
    """Return hospitals with seats to come; once one is chosen its departments, and who lives in the actor's homes.

    `bed` is how the beds of those begin who shall be listed: a floor, where a home is too large for one list.
    """
    listed = await with_open_slots(now=now)
    if not provider_uid:
        return TripChoices(listed, (), (), more=False)
    departments = await Department.filter(institution__uid=provider_uid, closed=False).order_by("id")
    residents = await _residents(actor, bed, now)
    return TripChoices(
        providers=listed,
        departments=tuple(Choice(row.uid, row.name) for row in departments),
        residents=tuple(map(resident_in_words, residents.residents)),
        more=residents.more,
    )


async def residents_to_book_for(*, actor: Actor, now: datetime) -> tuple[Choice, ...]:
    """Return who lives in the actor's homes, by their beds."""
    return tuple(map(resident_in_words, (await _residents(actor, None, now)).residents))


async def _residents(actor: Actor, bed: str | None, now: datetime) -> ResidentChoices:
    homes = sorted(actor.institutions_with(Permission.APPOINTMENT_BOOK))
    return await resident_choices(
        actor=actor,
        permission=Permission.APPOINTMENT_BOOK,
        which=LIVING & Q(home_id__in=homes),
        bed=bed,
        most=MOST_RESIDENTS,
        now=now,
    )
