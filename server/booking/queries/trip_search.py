"""Look for one half-day in which everybody on the bus has a seat, or say plainly why there is none (C09)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.alliance.access import institution_for
from server.alliance.models import Department, Institution
from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.errors import BusFull, TripInvalid
from server.booking.models import Appointment, Slot
from server.booking.queries.cards import clock_words
from server.booking.queries.diaries import diaries, has_run_out
from server.booking.queries.finding import free_slots, seats_of
from server.booking.queries.slots import may_take_green
from server.booking.rules import (
    MOST_RIDERS,
    OPEN_STATUSES,
    FreeSeats,
    HalfDay,
    Pool,
    SeatWish,
    Span,
    half_day_bounds,
    half_day_words,
    half_days_near,
    seat_everybody,
)
from server.kit.clock import local_date, start_of_day
from server.kit.errors import NotFound
from server.people.access import residents_visible_to
from server.people.models import Resident


@dataclass(frozen=True)
class RiderWish:
    resident_uid: str
    department_uid: str


@dataclass(frozen=True)
class ProposedSeat:
    resident_uid: str
    resident_name: str
    department_name: str
    slot_uid: str | None  # None: no seat for this one, and `why_not` says why
    starts_at: datetime | None
    green: bool
    left: int  # seats of that slot once everybody here is booked
    why_not: str


@dataclass(frozen=True)
class TripProposal:
    provider_uid: str
    provider_name: str
    day: date
    half: HalfDay
    bus_seats: int
    seats: tuple[ProposedSeat, ...]
    obstacles: tuple[str, ...]  # empty: everybody has a seat
    nearest: tuple[date, HalfDay] | None  # where everybody would have one


@dataclass(frozen=True)
class _Party:
    """Who wants to go where, and all that there is to choose from in the days around."""

    provider: Institution
    residents: dict[str, Resident]
    departments: dict[str, Department]
    wishes: Sequence[RiderWish]
    may_green: bool
    booked: dict[int, list[Appointment]]  # by resident
    slots: Sequence[Slot]
    most_open: int


async def propose_trip(
    *,
    actor: Actor,
    provider_uid: str,
    day: date,
    half: HalfDay,
    bus_seats: int,
    wishes: Sequence[RiderWish],
    now: datetime,
) -> TripProposal:
    """Find seats for everybody together; nothing is kept until the trip is booked."""
    if len(wishes) > bus_seats:
        raise BusFull
    reach = await _reach(now)
    first = max(local_date(now), day - timedelta(days=reach))
    party = await _party(actor, provider_uid, wishes, first, day + timedelta(days=reach + 1), now=now)
    seated = _seated(party, day, half, now=now)
    fits = len(seated) == len(wishes)
    others = [] if fits else half_days_near(day, half, first=first, reach=reach)
    return TripProposal(
        provider_uid=party.provider.uid,
        provider_name=party.provider.name,
        day=day,
        half=half,
        bus_seats=bus_seats,
        seats=_proposed(party, seated, day, half, now=now),
        obstacles=() if fits else _obstacles(party, seated, day, half, now=now),
        nearest=next((each for each in others if len(_seated(party, *each, now=now)) == len(wishes)), None),
    )


async def _reach(now: datetime) -> int:
    code = "booking.trip_search_days"
    return (await parameters([code], on=local_date(now)))[code]


async def _party(
    actor: Actor, provider_uid: str, wishes: Sequence[RiderWish], first: date, after: date, *, now: datetime
) -> _Party:
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
    limit = "booking.open_per_resident"
    return _Party(
        provider=provider,
        residents={each.uid: each for each in residents},
        departments={each.uid: each for each in departments},
        wishes=wishes,
        may_green=await may_take_green(resident=residents[0], institution_id=provider.id, now=now),
        booked=booked,
        slots=await free_slots(
            [each.id for each in departments], start_of_day(first), start_of_day(after), now=now
        ),
        most_open=(await parameters([limit], on=local_date(now)))[limit],
    )


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


def _seated(party: _Party, day: date, half: HalfDay, *, now: datetime) -> dict[int, int]:
    """Return which resident sits in which slot of a half-day."""
    wishes = [
        SeatWish(
            who=party.residents[each.resident_uid].id,
            department_id=party.departments[each.department_uid].id,
            may_green=party.may_green,
            engaged=tuple(Span(row.slot.starts_at, row.slot.ends_at) for row in _diary(party, each)),
        )
        for each in party.wishes
        if not _has_enough(party, each)
    ]
    return seat_everybody(wishes, _seats(party, day, half, now=now))


def _seats(party: _Party, day: date, half: HalfDay, *, now: datetime) -> list[FreeSeats]:
    first, after = half_day_bounds(day, half)
    return seats_of([slot for slot in party.slots if first <= slot.starts_at < after], now=now)


def _diary(party: _Party, wish: RiderWish) -> list[Appointment]:
    return party.booked[party.residents[wish.resident_uid].id]


def _has_enough(party: _Party, wish: RiderWish) -> bool:
    return sum(row.status in OPEN_STATUSES for row in _diary(party, wish)) >= party.most_open


def _proposed(
    party: _Party, seated: dict[int, int], day: date, half: HalfDay, *, now: datetime
) -> tuple[ProposedSeat, ...]:
    slots = {slot.id: slot for slot in party.slots}
    left = {seats.slot_id: seats.free for seats in _seats(party, day, half, now=now)}
    for slot_id in seated.values():
        left[slot_id] -= 1
    found = []
    for wish in party.wishes:
        resident = party.residents[wish.resident_uid]
        slot = slots.get(seated.get(resident.id, 0))
        found.append(
            ProposedSeat(
                resident_uid=resident.uid,
                resident_name=resident.name,
                department_name=party.departments[wish.department_uid].name,
                slot_uid=slot.uid if slot else None,
                starts_at=slot.starts_at if slot else None,
                green=slot is not None and slot.pool == Pool.GREEN,
                left=left[slot.id] if slot else 0,
                why_not="" if slot else _why_not(party, wish, day, half),
            )
        )
    return tuple(found)


def _why_not(party: _Party, wish: RiderWish, day: date, half: HalfDay) -> str:
    if _has_enough(party, wish):
        return "还没去的预约已到上限，先就诊或取消一个"
    first, after = half_day_bounds(day, half)
    there = [row for row in _diary(party, wish) if first <= row.slot.starts_at < after]
    if there:
        return f"{clock_words(there[0].slot.starts_at)} 已有别的预约，这半天排不开"
    return "号不够"


def _obstacles(
    party: _Party, seated: dict[int, int], day: date, half: HalfDay, *, now: datetime
) -> tuple[str, ...]:
    """Say what is missing, department by department: whose seats are too few, and whether green ones are reserved."""
    seats = _seats(party, day, half, now=now)
    when = half_day_words(day, half)
    found = []
    for department in party.departments.values():
        wishes = [each for each in party.wishes if each.department_uid == department.uid]
        missing = sum(party.residents[each.resident_uid].id not in seated for each in wishes)
        there = [each for each in seats if each.department_id == department.id]
        if missing:
            found.append(f"{department.name}{when}{_shortage(party, there, len(wishes), missing)}")
    return tuple(found)


def _shortage(party: _Party, seats: Sequence[FreeSeats], wanted: int, missing: int) -> str:
    usable = sum(each.free for each in seats if party.may_green or not each.reserved)
    reserved = sum(each.free for each in seats) - usable
    hint = f"另有 {reserved} 个绿色通道号，只留给和医院签了约的养老院。" if reserved else ""
    if usable >= wanted:
        return f"号够，但有 {missing} 位这半天去不了，原因见下表。{hint}"
    left = f"只剩 {usable} 个号" if usable else "没有能约的号"
    return f"{left}，还差 {wanted - usable} 个。{hint}"
