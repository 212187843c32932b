"""Who wants to go on a trip, in the order of their claims, and all that there is to choose from in the days around."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.access import institution_for
from server.alliance.models import Department, Institution
from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.errors import TripInvalid
from server.booking.models import Appointment, Slot, WaitlistEntry
from server.booking.queries.diaries import diaries, has_run_out
from server.booking.queries.finding import free_slots, seats_of
from server.booking.queries.slots import may_take_green
from server.booking.rules import (
    MOST_RIDERS,
    OPEN_STATUSES,
    URGENCY_RANK,
    FreeSeats,
    HalfDay,
    SeatWish,
    Span,
    WaitStatus,
    half_day_bounds,
)
from server.kit.clock import local_date, start_of_day
from server.kit.errors import NotFound
from server.packing.trips import Bus, Places, Rider, Trip, pack_trip
from server.people.access import residents_visible_to
from server.people.models import Resident

LIMIT, EACH, WALK, LONGEST = (
    "booking.open_per_resident",
    "booking.trip_riders_each",
    "booking.trip_walk_minutes",
    "booking.trip_longest_minutes",
)
REACH = "booking.trip_search_days"
NUMBERS = (LIMIT, EACH, WALK, LONGEST, REACH)


@dataclass(frozen=True)
class RiderWish:
    resident_uid: str
    department_uid: str
    urgent: bool = False  # the home says that it should not wait
    own_companion: bool = False  # somebody is with them all the time


@dataclass(frozen=True)
class Party:
    provider: Institution
    residents: dict[str, Resident]
    departments: dict[str, Department]
    wishes: Sequence[RiderWish]
    claims: Sequence[RiderWish]  # the same in the order of their claims
    may_green: bool
    booked: dict[int, list[Appointment]]  # by resident
    slots: Sequence[Slot]
    most_open: int
    bus: Bus

    @property
    def riders(self) -> list[Rider]:
        """Everybody as the bus counts them."""
        return [self._rider(each, ()) for each in self.claims]

    def seats(self, day: date, half: HalfDay, *, now: datetime) -> list[FreeSeats]:
        first, after = half_day_bounds(day, half)
        return seats_of([slot for slot in self.slots if first <= slot.starts_at < after], now=now)

    def diary(self, wish: RiderWish) -> list[Appointment]:
        return self.booked[self.residents[wish.resident_uid].id]

    def has_enough(self, wish: RiderWish) -> bool:
        return sum(row.status in OPEN_STATUSES for row in self.diary(wish)) >= self.most_open

    def packed(self, day: date, half: HalfDay, *, now: datetime) -> Trip:
        """Pack the bus for one half-day; minutes count from its first instant."""
        first, _ = half_day_bounds(day, half)
        # A green seat before a public one of the same hour: the public ones are all that strangers can have.
        seats = sorted(
            self.seats(day, half, now=now),
            key=lambda each: (each.span.starts_at, not each.green, each.slot_id),
        )
        places = [
            Places(
                each.slot_id,
                _minutes(each.span.starts_at, first),
                _minutes(each.span.ends_at, first),
                each.free,
            )
            for each in seats
        ]
        return pack_trip([self._rider(each, seats) for each in self.claims], places, self.bus)

    def _rider(self, wish: RiderWish, seats: Sequence[FreeSeats]) -> Rider:
        seat_wish = SeatWish(
            who=self.residents[wish.resident_uid].id,
            department_id=self.departments[wish.department_uid].id,
            may_green=self.may_green,
            engaged=tuple(Span(row.slot.starts_at, row.slot.ends_at) for row in self.diary(wish)),
        )
        open_to_them = () if self.has_enough(wish) else seats
        suits = frozenset(each.slot_id for each in open_to_them if seat_wish.suits(each))
        return Rider(seat_wish.who, suits, wish.own_companion)


def _minutes(at: datetime, first: datetime) -> int:
    return int((at - first).total_seconds() // 60)


async def gather_party(
    *,
    actor: Actor,
    provider_uid: str,
    wishes: Sequence[RiderWish],
    days: tuple[date, date],  # the first, and the first after
    bus: Bus,
    most_open: int,
    now: datetime,
) -> Party:
    provider = await institution_for(
        actor=actor, uid=provider_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    residents = await residents_of_one_home(actor, [each.resident_uid for each in wishes], now=now)
    wanted = {each.department_uid for each in wishes}
    departments = await Department.filter(uid__in=sorted(wanted), institution_id=provider.id, closed=False)
    if len(departments) != len(wanted):
        raise NotFound
    booked: dict[int, list[Appointment]] = {each.id: [] for each in residents}
    for row in await diaries(booked, now=now):
        if not has_run_out(row, now):
            booked[row.resident_id].append(row)
    ids = [each.id for each in departments]
    return Party(
        provider=provider,
        residents={each.uid: each for each in residents},
        departments={each.uid: each for each in departments},
        wishes=wishes,
        claims=await _by_claim(wishes, residents, ids, now),
        may_green=await may_take_green(resident=residents[0], institution_id=provider.id, now=now),
        booked=booked,
        slots=await free_slots(ids, start_of_day(days[0]), start_of_day(days[1]), now=now),
        most_open=most_open,
        bus=bus,
    )


async def bus_of(*, seats: int, companions: int | None, now: datetime) -> tuple[Bus, int, int]:
    """Return the bus with the numbers that hold, how many days around are looked at, and how much one may have open."""
    numbers = await parameters(NUMBERS, on=local_date(now))
    bus = Bus(
        seats=seats,
        companions=companions,
        riders_each=numbers[EACH],
        walking=numbers[WALK],
        longest=numbers[LONGEST],
    )
    return bus, numbers[REACH], numbers[LIMIT]


async def _by_claim(
    wishes: Sequence[RiderWish], residents: Sequence[Resident], department_ids: Sequence[int], now: datetime
) -> list[RiderWish]:
    """Put first who should not wait, then who waits for a seat of such a department already, as that queue has them."""
    uids = {each.id: each.uid for each in residents}
    waiting = WaitlistEntry.filter(
        resident_id__in=list(uids), department_id__in=list(department_ids), status=WaitStatus.WAITING
    )
    queue: dict[str, tuple[int, datetime]] = {}
    for resident, rank, since in await waiting.order_by("-urgency_rank", "-joined_at").values_list(
        "resident_id", "urgency_rank", "joined_at"
    ):
        queue[uids[resident]] = (rank, since)  # the strongest comes last
    nobody = (len(URGENCY_RANK), now)  # behind the whole queue
    return sorted(wishes, key=lambda each: (not each.urgent, *queue.get(each.resident_uid, nobody)))


async def residents_of_one_home(actor: Actor, uids: Sequence[str], *, now: datetime) -> list[Resident]:
    """Return the residents, each once and all of one home where the actor books."""
    if not 0 < len(uids) <= MOST_RIDERS or len(set(uids)) != len(uids):
        raise TripInvalid
    visible = residents_visible_to(actor=actor, permission=Permission.APPOINTMENT_BOOK, now=now)
    own_homes = sorted(actor.institutions_with(Permission.APPOINTMENT_BOOK))
    rows = await Resident.filter(visible, uid__in=list(uids), home_id__in=own_homes, died_at=None).order_by(
        "id"
    )
    if len(rows) != len(uids):
        raise NotFound
    if len({row.home_id for row in rows}) != 1:
        raise TripInvalid
    return rows
