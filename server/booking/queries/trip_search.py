"""Look for one half-day in which everybody on the bus has a seat, or say plainly who cannot come and why (C09)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.authority.actor import Actor
from server.booking.queries.cards import clock_words
from server.booking.queries.trip_party import Party, RiderWish, bus_of, gather_party
from server.booking.rules import (
    FreeSeats,
    HalfDay,
    Pool,
    half_day_bounds,
    half_day_words,
    half_days_near,
)
from server.kit.clock import local_date
from server.packing.trips import Trip, companions_needed
from server.packing.why import SENTENCES, Why


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
    companions: int | None
    companions_asked: int  # for all who want to come
    seats: tuple[ProposedSeat, ...]
    obstacles: tuple[str, ...]  # empty: everybody has a seat
    nearest: tuple[date, HalfDay] | None  # where everybody would have one
    sets_down_at: datetime | None
    takes_along_at: datetime | None

    @property
    def coming(self) -> int:
        return sum(each.slot_uid is not None for each in self.seats)


async def propose_trip(
    *,
    actor: Actor,
    provider_uid: str,
    day: date,
    half: HalfDay,
    bus_seats: int,
    companions: int | None = None,
    wishes: Sequence[RiderWish],
    now: datetime,
) -> TripProposal:
    """Find seats for everybody together, or for as many as can come; nothing is kept until the trip is booked."""
    bus, reach, most_open = await bus_of(seats=bus_seats, companions=companions, now=now)
    first = max(local_date(now), day - timedelta(days=reach))
    days = (first, day + timedelta(days=reach + 1))
    party = await gather_party(
        actor=actor,
        provider_uid=provider_uid,
        wishes=wishes,
        days=days,
        bus=bus,
        most_open=most_open,
        now=now,
    )
    trip = party.packed(day, half, now=now)
    return TripProposal(
        provider_uid=party.provider.uid,
        provider_name=party.provider.name,
        day=day,
        half=half,
        bus_seats=bus_seats,
        companions=companions,
        companions_asked=companions_needed(party.riders, bus.riders_each),
        seats=_proposed(party, trip, day, half, now=now),
        obstacles=_obstacles(party, trip, day, half, now=now),
        nearest=_nearest(party, trip, half_days_near(day, half, first=first, reach=reach), now=now),
        sets_down_at=_at(day, half, trip.sets_down),
        takes_along_at=_at(day, half, trip.takes_along),
    )


def _nearest(
    party: Party, trip: Trip, others: Sequence[tuple[date, HalfDay]], *, now: datetime
) -> tuple[date, HalfDay] | None:
    """Return the nearest half-day on which all would come; none is looked for where the bus itself is too small."""
    if not trip.left_out or not party.bus.carries(party.riders):
        return None
    return next((each for each in others if not party.packed(*each, now=now).left_out), None)


def _at(day: date, half: HalfDay, minute: int | None) -> datetime | None:
    return None if minute is None else half_day_bounds(day, half)[0] + timedelta(minutes=minute)


def _proposed(
    party: Party, trip: Trip, day: date, half: HalfDay, *, now: datetime
) -> tuple[ProposedSeat, ...]:
    slots = {slot.id: slot for slot in party.slots}
    left = {seats.slot_id: seats.free for seats in party.seats(day, half, now=now)}
    for slot_id in trip.seated.values():
        left[slot_id] -= 1
    found = []
    for wish in party.wishes:
        resident = party.residents[wish.resident_uid]
        slot = slots.get(trip.seated.get(resident.id, 0))
        why = trip.left_out.get(resident.id)
        found.append(
            ProposedSeat(
                resident_uid=resident.uid,
                resident_name=resident.name,
                department_name=party.departments[wish.department_uid].name,
                slot_uid=slot.uid if slot else None,
                starts_at=slot.starts_at if slot else None,
                green=slot is not None and slot.pool == Pool.GREEN,
                left=left[slot.id] if slot else 0,
                why_not=_why_not(party, wish, why, day, half) if why else "",
            )
        )
    return tuple(found)


def _why_not(party: Party, wish: RiderWish, why: Why, day: date, half: HalfDay) -> str:
    """Say what keeps somebody: first what is their own, then what the bus or the hospital lacks."""
    if party.has_enough(wish):
        return "还没去的预约已到上限，先就诊或取消一个"
    first, after = half_day_bounds(day, half)
    there = [row for row in party.diary(wish) if first <= row.slot.starts_at < after]
    if there and why is Why.NO_SEAT:
        return f"{clock_words(there[0].slot.starts_at)} 已有别的预约，这半天排不开"
    return SENTENCES[why].removesuffix("。")


def _obstacles(party: Party, trip: Trip, day: date, half: HalfDay, *, now: datetime) -> tuple[str, ...]:
    """Say what is missing: bus, companions, time; and department by department the seats, and whether green ones are reserved."""
    others = [SENTENCES[why] for why in Why if why in trip.left_out.values() and why is not Why.NO_SEAT]
    return (*others, *_short_of_seats(party, trip, day, half, now=now))


def _short_of_seats(party: Party, trip: Trip, day: date, half: HalfDay, *, now: datetime) -> list[str]:
    seats = party.seats(day, half, now=now)
    when = half_day_words(day, half)
    found = []
    for department in party.departments.values():
        wishes = [each for each in party.wishes if each.department_uid == department.uid]
        missing = sum(
            trip.left_out.get(party.residents[each.resident_uid].id) is Why.NO_SEAT for each in wishes
        )
        there = [each for each in seats if each.department_id == department.id]
        if missing:
            found.append(f"{department.name}{when}{_shortage(party, there, len(wishes), missing)}")
    return found


def _shortage(party: Party, seats: Sequence[FreeSeats], wanted: int, missing: int) -> str:
    usable = sum(each.free for each in seats if party.may_green or not each.reserved)
    reserved = sum(each.free for each in seats) - usable
    hint = f"另有 {reserved} 个绿色通道号，只留给和医院签了约的养老院。" if reserved else ""
    if usable >= wanted:
        return f"号够，但有 {missing} 位这半天去不了，原因见下表。{hint}"
    left = f"只剩 {usable} 个号" if usable else "没有能约的号"
    return f"{left}，还差 {wanted - usable} 个。{hint}"
