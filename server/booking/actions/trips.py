"""One bus, one half-day (C09): everybody on it is booked together, or nobody is.

Lock order: residents by id, the trip, slots by id, appointments. Whoever cancels starts at the trip.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.access import institution_for
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import trip_for
from server.booking.actions.diary import Wish, be_alone_with, look_into_diary
from server.booking.actions.leaving import give_up
from server.booking.actions.placing import is_green_for, tell, write
from server.booking.actions.seats import lock, promote, take_seat
from server.booking.errors import (
    BusFull,
    NoSeatThatHalfDay,
    ReasonMissing,
    TooFewCompanions,
    TripInvalid,
    TripNotBooked,
    TripOver,
)
from server.booking.models import Appointment, GroupTrip, Slot
from server.booking.queries import TripCard
from server.booking.queries.cards import APPOINTMENT_RELATIONS, clock_words
from server.booking.queries.trip_party import RiderWish, bus_of, residents_of_one_home
from server.booking.queries.trip_search import propose_trip
from server.booking.queries.trips import TRIP_RELATIONS, is_to_come, trip_card
from server.booking.rules import (
    BOOKED_STATUSES,
    AppointmentStatus,
    HalfDay,
    Source,
    TripStatus,
    half_day_bounds,
)
from server.kit.errors import DomainError
from server.kit.transactions import action
from server.packing.trips import Rider as PackedRider
from server.people.access import Standing, Way
from server.people.models import Resident


@dataclass(frozen=True)
class Rider:
    """Somebody on the bus, with the seat at the hospital that was found for them."""

    resident_uid: str
    slot_uid: str
    reason: str
    own_companion: bool = False  # somebody is with them all the time


@action
async def book_trip(
    *,
    actor: Actor,
    provider_uid: str,
    day: date,
    half: HalfDay,
    bus_seats: int,
    companions: int | None = None,
    remark: str,
    riders: Sequence[Rider],
    now: datetime,
) -> TripCard:
    """Book exactly the seats that were proposed, all of them or none."""
    party = [each.own_companion for each in riders]
    await _ensure_carried(party, seats=bus_seats, companions=companions, now=now)
    provider = await institution_for(
        actor=actor, uid=provider_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    residents = {
        each.uid: each
        for each in await residents_of_one_home(actor, [rider.resident_uid for rider in riders], now=now)
    }
    slots = await _slots_of(provider.id, day, half, [rider.slot_uid for rider in riders])
    for resident in residents.values():  # by id
        await be_alone_with(resident)
    trip = GroupTrip(
        home_id=next(iter(residents.values())).home_id,
        provider=provider,
        day=day,
        half=half,
        bus_seats=bus_seats,
        companions=companions,
        note=remark,
        planned_by_id=actor.account_id,
        created_at=now,
    )
    await trip.save()
    await lock(each.id for each in slots.values())
    for rider in riders:
        await _seat(actor, trip, residents[rider.resident_uid], slots[rider.slot_uid], rider, now=now)
    await _note(actor, "booking.trip_booked", trip, now=now)
    return await _card(trip, now=now)


async def _ensure_carried(
    own_companions: Sequence[bool], *, seats: int, companions: int | None, now: datetime
) -> None:
    """Refuse a party, told by who of it has a companion of their own, that is too large for the bus or its companions."""
    bus, _, _ = await bus_of(seats=seats, companions=companions, now=now)
    party = [PackedRider(who, frozenset(), own) for who, own in enumerate(own_companions)]
    if not bus.seats_all(party):
        raise BusFull
    if not bus.watches_all(party):
        raise TooFewCompanions


async def _slots_of(provider_id: int, day: date, half: HalfDay, uids: Sequence[str]) -> dict[str, Slot]:
    first, after = half_day_bounds(day, half)
    rows = Slot.filter(
        uid__in=list(uids), institution_id=provider_id, starts_at__gte=first, starts_at__lt=after
    )
    slots = {each.uid: each for each in await rows.select_related("institution", "department")}
    if len(slots) != len(set(uids)):
        raise TripInvalid
    return slots


async def _seat(
    actor: Actor, trip: GroupTrip, resident: Resident, slot: Slot, rider: Rider, *, now: datetime
) -> None:
    """Book one of the party; the refusal says whose seat it was, because nobody is booked then."""
    wish = Wish(
        resident,
        Standing(Way.HOME_STAFF, institution_id=trip.home_id),
        rider.reason,
        trip.note,
        Source.COMPANION,
    )
    try:
        await look_into_diary(wish, slot, now=now)
        may_green = await is_green_for(resident, slot, now=now)
        number = await take_seat(slot, counter="booked", may_green=may_green, now=now)
    except DomainError as refusal:
        whose = f"{resident.name}，{slot.department.name} {clock_words(slot.starts_at)}"
        sentence = f"{whose}：{refusal.sentence}全车都没有约，请返回重新找一次号。"
        raise TripNotBooked(sentence) from refusal
    row = await write(
        actor,
        slot,
        wish,
        status=AppointmentStatus.BOOKED,
        number=number,
        trip=trip,
        own_companion=rider.own_companion,
        now=now,
    )
    await tell(actor, "booking.booked", row, now=now, trip=trip.uid)


@action
async def add_rider(
    *,
    actor: Actor,
    trip_uid: str,
    resident_uid: str,
    department_uid: str,
    reason: str,
    own_companion: bool = False,
    now: datetime,
) -> TripCard:
    """Take one more along: the earliest seat of the same half-day, if there is one, and room on the bus."""
    trip = await trip_for(actor=actor, uid=trip_uid, permission=Permission.APPOINTMENT_BOOK)
    (resident,) = await residents_of_one_home(actor, [resident_uid], now=now)
    if resident.home_id != trip.home_id:
        raise TripInvalid
    await be_alone_with(resident)
    riders = await _alone_with(trip, now=now)
    party = [*(row.own_companion for row in riders), own_companion]
    await _ensure_carried(party, seats=trip.bus_seats, companions=trip.companions, now=now)
    proposal = await propose_trip(
        actor=actor,
        provider_uid=trip.provider.uid,
        day=trip.day,
        half=trip.half,
        bus_seats=1,
        wishes=[RiderWish(resident_uid, department_uid)],
        now=now,
    )
    (seat,) = proposal.seats
    if seat.slot_uid is None:
        raise NoSeatThatHalfDay("".join(proposal.obstacles) + seat.why_not + "。")
    slots = await _slots_of(trip.provider.id, trip.day, trip.half, [seat.slot_uid])
    await _seat(
        actor,
        trip,
        resident,
        slots[seat.slot_uid],
        Rider(resident_uid, seat.slot_uid, reason, own_companion),
        now=now,
    )
    await _note(actor, "booking.trip_joined", trip, now=now)
    return await _card(trip, now=now)


@action
async def cancel_trip(*, actor: Actor, trip_uid: str, reason: str, now: datetime) -> TripCard:
    """Cancel the bus and with it every appointment that was made for it."""
    if not reason.strip():
        raise ReasonMissing
    trip = await trip_for(actor=actor, uid=trip_uid, permission=Permission.APPOINTMENT_BOOK)
    riders = await _alone_with(trip, now=now)
    await GroupTrip.filter(id=trip.id).update(
        status=TripStatus.CANCELLED, cancelled_at=now, cancelled_reason=reason
    )
    slot_ids = sorted({row.slot_id for row in riders})
    await lock(slot_ids)
    for row in riders:
        await give_up(actor, row, reason=reason, now=now)
    for slot_id in slot_ids:
        await promote(slot_id, now=now)
    await _note(actor, "booking.trip_cancelled", trip, reason=reason, now=now)
    return await _card(trip, now=now)


async def _alone_with(trip: GroupTrip, *, now: datetime) -> list[Appointment]:
    """Be alone with a trip that may still be changed; return who is on it."""
    (latest,) = await GroupTrip.filter(id=trip.id).select_for_update()
    riders = await (
        Appointment.filter(trip_id=trip.id, status__in=sorted(BOOKED_STATUSES))
        .select_related(*APPOINTMENT_RELATIONS)
        .order_by("id")
    )
    if not is_to_come(latest, riders, now=now):
        raise TripOver
    return riders


async def _card(trip: GroupTrip, *, now: datetime) -> TripCard:
    return await trip_card(await GroupTrip.get(id=trip.id).select_related(*TRIP_RELATIONS), now=now)


async def _note(
    actor: Actor, action_word: str, trip: GroupTrip, *, reason: str | None = None, now: datetime
) -> None:
    await note(
        actor,
        action_word,
        subject_kind="group_trip",
        subject_uid=trip.uid,
        institution_id=trip.home_id,
        reason=reason,
        now=now,
    )
