"""One bus, one half-day: found together, booked together, or clearly not (C09)."""

import os
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.alliance.models import Department
from server.booking import actions, queries
from server.booking.actions import Rider
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
from server.booking.queries import RiderWish, TripCard, TripProposal
from server.booking.rules import HalfDay, Pool
from server.kit.clock import local_date
from server.kit.errors import DomainError, NotFound
from server.kit.pages import PageWish
from server.people.models import Resident
from tests.core.booking.world import NOW, World, build, seats, status_of, topics

START = NOW + timedelta(days=3)  # nine o'clock on Thursday
DAY = local_date(START)
HALF_HOUR = timedelta(minutes=30)
TRIES = int(os.environ.get("HISTORIES", "8"))


async def find(
    world: World, wishes: list[tuple[Resident, Department]], *, day: date = DAY, bus_seats: int = 12
) -> TripProposal:
    return await queries.propose_trip(
        actor=world.nurse, provider_uid=world.hospital.uid, day=day, half=HalfDay.MORNING, bus_seats=bus_seats,
        wishes=[RiderWish(resident.uid, department.uid) for resident, department in wishes], now=NOW,
    )  # fmt: skip


async def book(world: World, proposal: TripProposal, *, bus_seats: int = 12) -> TripCard:
    riders = [Rider(each.resident_uid, each.slot_uid or "", "复诊") for each in proposal.seats]
    return await actions.book_trip(
        actor=world.nurse, provider_uid=world.hospital.uid, day=proposal.day, half=proposal.half,
        bus_seats=bus_seats, remark="李师傅，护士小王陪同", riders=riders, now=NOW,
    )  # fmt: skip


async def booked(world: World, count: int, capacity: int = 5) -> tuple[TripCard, Slot]:
    slot = await world.slot(capacity=capacity, starts_at=START)
    people = [(each, world.department) for each in await world.residents(count)]
    return await book(world, await find(world, people)), slot


class TestFinding:
    async def test_finds_everybody_a_seat_in_their_own_department(self, world: World) -> None:
        heart = await world.another_department()
        geriatrics = await world.slot(capacity=2, starts_at=START)
        cardiology = await world.slot(capacity=1, starts_at=START, department=heart)
        one, two, three = await world.residents(3)

        found = await find(world, [(one, world.department), (two, heart), (three, world.department)])

        assert [each.slot_uid for each in found.seats] == [geriatrics.uid, cardiology.uid, geriatrics.uid]
        assert [each.left for each in found.seats] == [0, 0, 0]
        assert (found.obstacles, found.nearest) == ((), None)
        assert await seats(geriatrics) == (0, 0)

    async def test_says_how_many_seats_are_missing_and_which_half_day_would_do(self, world: World) -> None:
        heart = await world.another_department()
        await world.slot(capacity=1, starts_at=START, department=heart)
        for days in (1, 4):
            await world.slot(capacity=3, starts_at=START + timedelta(days=days), department=heart)
        people = await world.residents(3)

        found = await find(world, [(each, heart) for each in people])

        assert found.obstacles == ("心内科3月5日上午只剩 1 个号，还差 2 个。",)
        assert [each.why_not for each in found.seats] == ["", "号不够", "号不够"]
        assert found.nearest == (DAY + timedelta(days=1), HalfDay.MORNING)

    async def test_says_of_each_why_they_cannot_come(self, world: World) -> None:
        slot, other = await world.slot(capacity=3, starts_at=START), await world.another_department()
        busy, full, free = await world.residents(3)
        for resident, starts in ((busy, [START]), (full, [START + timedelta(days=day) for day in (1, 2, 4)])):
            for start in starts:
                seat = await world.slot(starts_at=start, department=other)
                await actions.book_slot(
                    actor=world.nurse, slot_uid=seat.uid, resident_uid=resident.uid, reason="复诊", now=NOW
                )

        found = await find(world, [(each, world.department) for each in (busy, full, free)])

        assert [each.slot_uid for each in found.seats] == [None, None, slot.uid]
        assert "已有别的预约" in found.seats[0].why_not
        assert "已到上限" in found.seats[1].why_not
        assert "号够，但有 2 位" in found.obstacles[0]

    async def test_knows_to_whom_green_seats_are_reserved(self, world: World) -> None:
        await world.slot(capacity=2, starts_at=START, pool=Pool.GREEN, release_at=START - timedelta(days=1))
        (outside,) = await world.residents(1, home=world.unsigned_home)
        wishes = [RiderWish(outside.uid, world.department.uid)]

        theirs = await queries.propose_trip(
            actor=world.other_nurse, provider_uid=world.hospital.uid, day=DAY, half=HalfDay.MORNING, bus_seats=9,
            wishes=wishes, now=NOW,
        )  # fmt: skip
        ours = await find(world, [(await world.resident(), world.department)])

        assert "另有 2 个绿色通道号" in theirs.obstacles[0]
        assert ours.seats[0].green

    async def test_refuses_a_list_that_is_none(self, world: World) -> None:
        await world.slot(starts_at=START)
        resident = await world.resident()
        (outside,) = await world.residents(1, home=world.unsigned_home)
        mine, theirs = (resident, world.department), (outside, world.department)

        for wishes, refusal in (([], TripInvalid), ([mine, mine], TripInvalid), ([mine, theirs], NotFound)):
            with pytest.raises(refusal):
                await find(world, wishes)


class TestPacking:
    """Who comes when not everybody can: the claims, and the bus besides the seats at the hospital."""

    async def propose(self, world: World, wishes: list[RiderWish], **bus: int) -> TripProposal:
        return await queries.propose_trip(
            actor=world.nurse, provider_uid=world.hospital.uid, day=DAY, half=HalfDay.MORNING,
            bus_seats=bus.pop("bus_seats", 12), wishes=wishes, now=NOW, **bus,
        )  # fmt: skip

    async def test_takes_first_who_should_not_wait_then_who_waits_for_a_seat_already(
        self, world: World
    ) -> None:
        await world.slot(capacity=2, starts_at=START)
        one, waiting, urgent = await world.residents(3)
        await actions.join_waitlist(
            actor=world.nurse, resident_uid=waiting.uid, department_uid=world.department.uid, first_day=DAY,
            last_day=DAY, reason="复诊", now=NOW,
        )  # fmt: skip
        wishes = [
            RiderWish(each.uid, world.department.uid, urgent=each == urgent)
            for each in (one, waiting, urgent)
        ]

        found = await self.propose(world, wishes)

        assert [each.slot_uid is not None for each in found.seats] == [False, True, True]
        assert (found.seats[0].why_not, found.coming) == ("号不够", 2)

    async def test_counts_companions_in_the_bus_and_says_who_stays_and_why(self, world: World) -> None:
        await world.slot(capacity=9, starts_at=START)
        wishes = [RiderWish(each.uid, world.department.uid) for each in await world.residents(6)]

        few_eyes = await self.propose(world, wishes, companions=1)
        few_seats = await self.propose(world, wishes, companions=2, bus_seats=5)
        enough = await self.propose(world, wishes, companions=2, bus_seats=8)

        assert [each.why_not for each in few_eyes.seats[4:]] == ["陪同的人不够", "陪同的人不够"]
        assert [each.why_not for each in few_seats.seats[3:]] == ["车上坐不下了"] * 3
        assert few_seats.obstacles == ("车上坐不下了。",)
        assert (enough.obstacles, enough.companions_asked) == ((), 2)
        assert (few_eyes.nearest, few_seats.nearest) == (None, None)

    async def test_does_not_keep_a_busload_waiting_for_one(self, world: World) -> None:
        heart = await world.another_department()
        await world.slot(starts_at=START - timedelta(hours=3))
        await world.slot(starts_at=START + timedelta(hours=2), department=heart)
        one, two = await world.residents(2)

        found = await self.propose(
            world, [RiderWish(one.uid, world.department.uid), RiderWish(two.uid, heart.uid)]
        )

        assert "离得太远" in found.seats[1].why_not
        assert found.sets_down_at == START - timedelta(hours=3, minutes=10)

    async def test_books_no_more_than_the_companions_can_keep_an_eye_on(self, world: World) -> None:
        slot = await world.slot(capacity=9, starts_at=START)
        riders = [Rider(each.uid, slot.uid, "复诊") for each in await world.residents(5)]

        async def book_with(companions: int, bus_seats: int) -> TripCard:
            return await actions.book_trip(
                actor=world.nurse, provider_uid=world.hospital.uid, day=DAY, half=HalfDay.MORNING,
                bus_seats=bus_seats, companions=companions, remark="", riders=riders, now=NOW,
            )  # fmt: skip

        with pytest.raises(TooFewCompanions):
            await book_with(1, 9)
        with pytest.raises(BusFull):
            await book_with(2, 6)
        assert (await book_with(2, 7)).companions == 2

    async def test_keeps_who_has_a_companion_of_their_own_when_one_more_comes(self, world: World) -> None:
        slot = await world.slot(capacity=9, starts_at=START)
        *four, fifth = await world.residents(5)
        riders = [Rider(each.uid, slot.uid, "复诊", own_companion=True) for each in four]

        async def book_with(companions: int) -> TripCard:
            return await actions.book_trip(
                actor=world.nurse, provider_uid=world.hospital.uid, day=DAY, half=HalfDay.MORNING,
                bus_seats=12, companions=companions, remark="", riders=riders, now=NOW,
            )  # fmt: skip

        with pytest.raises(TooFewCompanions):
            await book_with(3)
        trip = await book_with(4)
        with pytest.raises(TooFewCompanions):  # all four are with somebody
            await actions.add_rider(
                actor=world.nurse, trip_uid=trip.uid, resident_uid=fifth.uid,
                department_uid=world.department.uid, reason="配药", now=NOW,
            )  # fmt: skip


class TestBooking:
    async def test_books_everybody_with_one_trip(self, world: World) -> None:
        trip, slot = await booked(world, 3)

        assert [rider.number for rider in trip.riders] == [1, 2, 3]
        assert await seats(slot) == (3, 0)
        assert await topics(world) == ["booking.booked"] * 3
        (line,) = (await queries.trips(actor=world.nurse, wish=PageWish(), now=NOW)).items
        assert (line.uid, line.riders) == (trip.uid, 3)

    async def test_books_nobody_when_one_seat_is_gone(self, world: World) -> None:
        slot = await world.slot(capacity=3, starts_at=START)
        found = await find(world, [(each, world.department) for each in await world.residents(3)])
        await actions.book_slot(
            actor=world.nurse,
            slot_uid=slot.uid,
            resident_uid=(await world.resident()).uid,
            reason="复诊",
            now=NOW,
        )

        with pytest.raises(TripNotBooked) as refused:
            await book(world, found)

        assert found.seats[2].resident_name in refused.value.sentence
        assert "全车都没有约" in refused.value.sentence
        assert await seats(slot) == (1, 0)
        assert not await GroupTrip.all().exists()

    async def test_books_no_seat_outside_the_half_day_or_the_hospital(self, world: World) -> None:
        afternoon = await world.slot(starts_at=START + timedelta(hours=5))
        resident = await world.resident()

        with pytest.raises(TripInvalid):
            await actions.book_trip(
                actor=world.nurse, provider_uid=world.hospital.uid, day=DAY, half=HalfDay.MORNING, bus_seats=3,
                remark="", riders=[Rider(resident.uid, afternoon.uid, "复诊")], now=NOW,
            )  # fmt: skip

    async def test_is_the_homes_own(self, world: World) -> None:
        trip, _ = await booked(world, 1)

        for actor in (world.other_nurse, world.manager):
            with pytest.raises(NotFound):
                await queries.trip(actor=actor, uid=trip.uid, now=NOW)
            with pytest.raises(NotFound):
                await actions.cancel_trip(actor=actor, trip_uid=trip.uid, reason="试试", now=NOW)


class TestChanging:
    async def test_takes_one_more_along_while_seat_and_bus_allow(self, world: World) -> None:
        slot = await world.slot(capacity=2, starts_at=START)
        first, second, third = await world.residents(3)
        trip = await book(world, await find(world, [(first, world.department)]), bus_seats=3)

        async def add(resident: Resident) -> TripCard:
            return await actions.add_rider(
                actor=world.nurse, trip_uid=trip.uid, resident_uid=resident.uid,
                department_uid=world.department.uid, reason="配药", now=NOW,
            )  # fmt: skip

        assert len((await add(second)).riders) == 2
        with pytest.raises(NoSeatThatHalfDay) as refused:
            await add(third)
        assert "没有能约的号" in refused.value.sentence
        assert await seats(slot) == (2, 0)
        await GroupTrip.filter(uid=trip.uid).update(bus_seats=2)
        await world.slot(capacity=2, starts_at=START + HALF_HOUR)
        with pytest.raises(BusFull):
            await add(third)

    async def test_cancelling_gives_every_seat_back_and_says_by_whom(self, world: World) -> None:
        trip, slot = await booked(world, 3, capacity=3)
        waiting = await world.resident()
        await actions.join_waitlist(
            actor=world.nurse, resident_uid=waiting.uid, department_uid=world.department.uid, first_day=DAY,
            last_day=DAY, reason="复诊", now=NOW,
        )  # fmt: skip

        card = await actions.cancel_trip(actor=world.nurse, trip_uid=trip.uid, reason="车坏了", now=NOW)

        assert (card.status, card.riders, len(card.left)) == ("cancelled", (), 3)
        rows = await Appointment.filter(slot_id=slot.id)
        assert {(row.status, row.cancelled_by, row.ended_reason) for row in rows} == {
            ("cancelled", "resident", "车坏了")
        }
        assert await seats(slot) == (0, 1)  # and one of them is kept for who waited
        with pytest.raises(TripOver):
            await actions.cancel_trip(actor=world.nurse, trip_uid=trip.uid, reason="车坏了", now=NOW)
        assert await queries.faults(now=NOW) == []

    async def test_may_not_be_cancelled_without_a_reason_or_once_it_has_begun(self, world: World) -> None:
        trip, _ = await booked(world, 1)

        with pytest.raises(ReasonMissing):
            await actions.cancel_trip(actor=world.nurse, trip_uid=trip.uid, reason=" ", now=NOW)
        with pytest.raises(TripOver):
            await actions.cancel_trip(actor=world.nurse, trip_uid=trip.uid, reason="晚了", now=START)

    async def test_who_moves_to_another_hour_leaves_the_bus(self, world: World) -> None:
        trip, _ = await booked(world, 2)
        later = await world.slot(starts_at=START + timedelta(days=1))
        moved = trip.riders[0]

        await actions.reschedule(
            actor=world.nurse, appointment_uid=moved.uid, slot_uid=later.uid, reason="家里有事", now=NOW
        )

        card = await queries.trip(actor=world.nurse, uid=trip.uid, now=NOW)
        assert ([each.uid for each in card.left], len(card.riders)) == ([moved.uid], 1)
        assert await status_of(moved.uid) == "rescheduled"


class History:
    """One hospital with a few slots; trips, one of them planned long before, and single bookings in between."""

    def __init__(self, world: World, slots: list[Slot], stale: TripProposal) -> None:
        self.world, self.slots, self.stale = world, slots, stale

    @classmethod
    async def begin(cls, capacities: list[int]) -> "History":
        world = await build()
        slots = [
            await world.slot(capacity=capacity, starts_at=START + number * HALF_HOUR)
            for number, capacity in enumerate(capacities)
        ]
        people = await world.residents(2)
        return cls(world, slots, await find(world, [(each, world.department) for each in people]))

    async def trip(self, count: int) -> None:
        people = await self.world.residents(count)
        found = await find(self.world, [(each, self.world.department) for each in people])
        slots = await Slot.filter(id__in=[slot.id for slot in self.slots])
        assert (not found.obstacles) == (count <= sum(slot.capacity - slot.booked for slot in slots))
        if not found.obstacles:
            await book(self.world, found)

    async def belated(self, _: int) -> None:
        if not self.stale.obstacles:
            await book(self.world, self.stale)

    async def single(self, which: int) -> None:
        await actions.book_slot(
            actor=self.world.nurse, slot_uid=self.slots[which % len(self.slots)].uid,
            resident_uid=(await self.world.resident()).uid, reason="复诊", now=NOW,
        )  # fmt: skip

    async def cancel(self, _: int) -> None:
        trip = await GroupTrip.filter(home_id=self.world.home.id).order_by("-id").first()
        if trip is not None:
            await actions.cancel_trip(actor=self.world.nurse, trip_uid=trip.uid, reason="改天", now=NOW)

    async def check(self) -> None:
        assert await queries.faults(now=NOW) == []
        for trip in await GroupTrip.filter(home_id=self.world.home.id):
            statuses = set(await Appointment.filter(trip_id=trip.id).values_list("status", flat=True))
            assert statuses == ({"booked"} if trip.status == "planned" else {"cancelled"})


@given(
    capacities=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    steps=st.lists(
        st.tuples(st.sampled_from(["trip", "single", "cancel", "belated"]), st.integers(1, 4)),
        min_size=2,
        max_size=6,
    ),
)
@settings(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))
async def test_never_oversold_and_never_half_a_trip(
    town: object, capacities: list[int], steps: list[tuple[str, int]]
) -> None:
    history = await History.begin(capacities)
    for step, count in steps:
        with suppress(DomainError):  # a refusal is an answer; what it leaves behind is checked like the rest
            await getattr(history, step)(count)
        await history.check()
