"""Booking, holding, confirming, moving and giving back, by those who may and those who may not."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from server.booking.models import Appointment, Slot
from server.booking.rules import Pool
from tests.machines.playing import DONE, NOT_THERE, Machine, Told, one_of

HOLD = timedelta(minutes=10)
MOST_OPEN = 3
BOOKS_FOR = {
    "wang": {"wang"}, "daughter": {"wang"}, "guardian": {"li"}, "nurse": {"wang", "li"}, "other_nurse": {"zhao_yun"},
    "stranger": set(), "nephew": set(),
}  # fmt: skip
RESIDENTS = ("wang", "li", "zhao_yun")
LIVES_WHERE_GREEN_IS_FOR = {"wang", "li"}  # Songhe has no agreement with the first hospital


@dataclass(frozen=True)
class Seats:
    uid: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    green: bool

    def overlaps(self, other: "Seats") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass
class Place:
    uid: str
    resident: str
    seats: Seats
    status: str  # "held", "booked" or "over"
    until: datetime | None = None  # of a hold

    def is_live(self, now: datetime) -> bool:
        return self.status == "booked" or (
            self.status == "held" and self.until is not None and self.until > now
        )


@dataclass
class Booking(Machine):
    slots: list[Seats] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    moves: ClassVar = ("book", "book", "hold", "confirm", "cancel", "move", "time_passes")

    async def look_around(self) -> None:
        town = self.town.booking
        uids = (town.public_slot, town.green_slot, town.later_slot, town.almost_full_slot)
        rows = await Slot.filter(uid__in=uids).order_by("id")
        self.slots = [_seats(row) for row in rows]
        for row in await Appointment.filter(status="booked").select_related("slot", "resident"):
            resident = next(each for each in RESIDENTS if getattr(self.town.people, each) == row.resident.uid)
            self.places.append(Place(row.uid, resident, _seats(row.slot), "booked"))

    async def check(self, number: int) -> None:
        resident = one_of(RESIDENTS, number)
        who = next(each for each, whom in BOOKS_FOR.items() if resident in whom)
        uid = getattr(self.town.people, resident)
        shown = await self.asks(who, f"/appointments?live=true&limit=100&resident={uid}")
        booked = {card["uid"] for card in shown["items"] if card["status"] == "booked"}
        assert booked == {
            each.uid for each in self.places if each.resident == resident and each.status == "booked"
        }

    async def book(self, one: int, two: int) -> None:
        await self._take(one, two, "appointments", "booked", None)

    async def hold(self, one: int, two: int) -> None:
        await self._take(one, two, "holds", "held", self.now + HOLD)

    async def _take(self, one: int, two: int, way: str, status: str, until: datetime | None) -> None:
        who, resident, seats = (
            one_of(list(BOOKS_FOR), one),
            one_of(RESIDENTS, one // 3 + two),
            one_of(self.slots, two),
        )
        word = self._word_for(who, resident, seats)
        says = {"resident": getattr(self.town.people, resident), "reason": "复查"}
        told = await self.does(who, "POST", f"/slots/{seats.uid}/{way}", says, allowed=[word])
        self._placed(told, resident, seats, status, until)

    async def confirm(self, one: int, two: int) -> None:
        who, place = one_of(list(BOOKS_FOR), one), one_of(self.places, two)
        word = {"held": DONE, "booked": "booking.already_booked", "over": "booking.wrong_status"}[
            place.status
        ]
        if place.status == "held" and not place.is_live(self.now):
            word = "booking.hold_lapsed"
        allowed = [word] if place.resident in BOOKS_FOR[who] else [NOT_THERE]
        told = await self.does(who, "POST", f"/appointments/{place.uid}/confirm", allowed=allowed)
        if told.done:
            place.status, place.until = "booked", None

    async def cancel(self, one: int, two: int) -> None:
        who, place = one_of(list(BOOKS_FOR), one), one_of(self.places, two)
        allowed = [DONE if place.is_live(self.now) else "booking.wrong_status"]
        if place.status == "held" and not place.is_live(self.now):
            allowed = [DONE, "booking.wrong_status"]  # until somebody needs the seat nobody takes it back
        if place.resident not in BOOKS_FOR[who]:
            allowed = [NOT_THERE]
        told = await self.does(who, "POST", f"/appointments/{place.uid}/cancel", {}, allowed=allowed)
        if told.done:
            place.status = "over"

    async def move(self, one: int, two: int) -> None:
        who, place, seats = (
            one_of(list(BOOKS_FOR), one),
            one_of(self.places, two),
            one_of(self.slots, one + two),
        )
        if place.resident not in BOOKS_FOR[who]:
            word = NOT_THERE
        elif place.status != "booked":
            word = "booking.wrong_status"
        elif place.seats.uid == seats.uid:
            word = "booking.already_booked"
        else:
            word = self._word_for(who, place.resident, seats, instead_of=place)
        says = {"slot": seats.uid}
        told = await self.does(who, "POST", f"/appointments/{place.uid}/reschedule", says, allowed=[word])
        if self._placed(told, place.resident, seats, "booked", None):
            place.status = "over"

    async def time_passes(self, one: int, _: int) -> None:
        self.table.clock.advance(minutes=(1, 4, 11)[one % 3])

    def _word_for(self, who: str, resident: str, seats: Seats, *, instead_of: Place | None = None) -> str:
        """Foretell what becomes of a wish for a seat."""
        live = [each for each in self.places if each.is_live(self.now) and each is not instead_of]
        own = [each for each in live if each.resident == resident]
        if resident not in BOOKS_FOR[who]:
            return NOT_THERE
        for place in own:
            if place.seats.uid == seats.uid:
                return f"booking.already_{place.status}"
        if any(place.seats.overlaps(seats) for place in own):
            return "booking.overlapping"
        if instead_of is None and len(own) >= MOST_OPEN:
            return "booking.too_many_open"
        if seats.green and resident not in LIVES_WHERE_GREEN_IS_FOR:
            return "booking.green_seats_reserved"
        taken = sum(place.seats.uid == seats.uid for place in live)
        return DONE if taken < seats.capacity else "booking.slot_full"

    def _placed(self, told: Told, resident: str, seats: Seats, status: str, until: datetime | None) -> bool:
        if told.done:
            self.places.append(Place(told.body["uid"], resident, seats, status, until))
        return told.done


def _seats(row: Slot) -> Seats:
    return Seats(row.uid, row.starts_at, row.ends_at, row.capacity, row.pool == Pool.GREEN)
