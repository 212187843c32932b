"""Buses, closed days and waiting rooms, several at once on MariaDB: all or none, nobody lost, nobody called twice."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.booking import actions, queries
from server.booking.actions import Rider
from server.booking.models import Appointment, GroupTrip, Slot, WaitlistEntry
from server.booking.rules import HalfDay
from server.kit.clock import local_date
from server.people.models import Resident
from tests.core.booking.world import NOW, World, build, seats

pytestmark = pytest.mark.mysql

START = NOW + timedelta(days=3)
DAY = local_date(START)


@pytest_asyncio.fixture
async def world(town: Any, _standing: Any) -> Any:
    yield await build()
    assert await queries.faults(now=NOW) == []
    _standing.snapshot.restore(everything=True)


async def outcomes(*work: Any) -> Counter[str]:
    answers = await asyncio.gather(*work, return_exceptions=True)
    return Counter(getattr(answer, "code", None) or type(answer).__name__ for answer in answers)


async def trip(world: World, riders: list[tuple[Resident, Slot]]) -> Any:
    return await actions.book_trip(
        actor=world.nurse, provider_uid=world.hospital.uid, day=DAY, half=HalfDay.MORNING, bus_seats=len(riders),
        remark="", riders=[Rider(resident.uid, slot.uid, "复诊") for resident, slot in riders], now=NOW,
    )  # fmt: skip


async def book(world: World, slot: Slot, resident: Resident) -> Any:
    return await actions.book_slot(
        actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


class TestTrips:
    async def test_of_two_buses_for_the_last_seats_one_is_booked_whole_and_one_not_at_all(
        self, world: World
    ) -> None:
        """Each names the two slots in the other's order: only locking by id keeps them from waiting for each other."""
        one, two = (
            await world.slot(capacity=2),
            await world.slot(capacity=2, starts_at=START + timedelta(minutes=30)),
        )
        for _ in range(5):
            people = await world.residents(6)
            forwards = [(people[0], one), (people[1], two), (people[2], one)]
            backwards = [(people[3], two), (people[4], one), (people[5], two)]

            answers = await outcomes(trip(world, forwards), trip(world, backwards))

            assert answers == {"TripCard": 1, "booking.trip_not_booked": 1}
            booked = await GroupTrip.get(home_id=world.home.id, status="planned")
            assert await Appointment.filter(trip_id=booked.id, status="booked").count() == 3
            assert (await seats(one))[0] + (await seats(two))[0] == 3
            await actions.cancel_trip(actor=world.nurse, trip_uid=booked.uid, reason="下一轮", now=NOW)

    async def test_a_bus_against_single_bookings_takes_all_its_seats_or_none(self, world: World) -> None:
        slot = await world.slot(capacity=6)
        on_the_bus, alone = await world.residents(4), await world.residents(6)

        answers = await outcomes(
            *(book(world, slot, each) for each in alone[:3]),
            trip(world, [(each, slot) for each in on_the_bus]),
            *(book(world, slot, each) for each in alone[3:]),
        )

        riding = await Appointment.filter(slot_id=slot.id, trip_id__isnull=False).count()
        assert riding in {0, 4}
        assert answers["AppointmentCard"] + riding == (await seats(slot))[0] <= 6

    async def test_two_who_fill_the_last_seat_of_the_bus_do_not_both_get_on(self, world: World) -> None:
        slot = await world.slot(capacity=9)
        first, *more = await world.residents(4)
        card = await trip(world, [(first, slot)])
        await GroupTrip.filter(uid=card.uid).update(bus_seats=2)

        answers = await outcomes(
            *(
                actions.add_rider(
                    actor=world.nurse, trip_uid=card.uid, resident_uid=each.uid,
                    department_uid=world.department.uid, reason="复诊", now=NOW,
                )
                for each in more
            )
        )  # fmt: skip

        assert answers == {"TripCard": 1, "booking.bus_full": 2}

    async def test_a_bus_that_is_cancelled_while_somebody_gets_on_leaves_nobody_behind(
        self, world: World
    ) -> None:
        slot = await world.slot(capacity=9)
        first, second = await world.residents(2)
        card = await trip(world, [(first, slot)])
        await GroupTrip.filter(uid=card.uid).update(bus_seats=2)

        await outcomes(
            actions.add_rider(
                actor=world.nurse, trip_uid=card.uid, resident_uid=second.uid,
                department_uid=world.department.uid, reason="复诊", now=NOW,
            ),
            actions.cancel_trip(actor=world.nurse, trip_uid=card.uid, reason="车坏了", now=NOW),
        )  # fmt: skip

        assert await seats(slot) == (0, 0)
        assert (await GroupTrip.get(uid=card.uid)).status == "cancelled"


class TestClosingDay:
    async def test_whoever_books_into_a_day_that_is_being_closed_is_refused_or_offered_anew(
        self, world: World
    ) -> None:
        slot, spare = (
            await world.slot(capacity=20),
            await world.slot(capacity=3, starts_at=START + timedelta(days=2)),
        )
        sitting, coming = await world.residents(4), await world.residents(12)
        cards = [await book(world, slot, each) for each in sitting]
        replacements = {card.uid: spare.uid for card in cards}

        answers = await outcomes(
            *(book(world, slot, each) for each in coming[:6]),
            actions.close_day(
                actor=world.manager, department_uid=world.department.uid, day=DAY, reason="停诊",
                replacements=replacements, now=NOW,
            ),
            *(book(world, slot, each) for each in coming[6:]),
        )  # fmt: skip

        assert answers["DayClosed"] == 1
        assert answers["AppointmentCard"] + answers["booking.slot_closed"] == len(coming)
        assert await seats(slot) == (0, 0)
        assert await seats(spare) == (0, 3)
        left = await Appointment.filter(slot_id=slot.id, status="booked").count()
        waiting = await WaitlistEntry.filter(department_id=world.department.id, urgency="displaced").count()
        assert (left, waiting) == (0, len(sitting) + answers["AppointmentCard"])

    async def test_two_who_close_the_same_day_displace_nobody_twice(self, world: World) -> None:
        slot = await world.slot(capacity=5)
        for each in await world.residents(3):
            await book(world, slot, each)

        answers = await outcomes(
            *(
                actions.close_day(
                    actor=world.manager, department_uid=world.department.uid, day=DAY, reason="停诊", now=NOW
                )
                for _ in range(3)
            )
        )

        assert answers == {"DayClosed": 1, "booking.closed_already": 2}
        assert await WaitlistEntry.filter(department_id=world.department.id).count() == 3


class TestCalling:
    async def test_rooms_that_call_at_once_get_different_people(self, world: World) -> None:
        slot = await world.slot(capacity=9, starts_at=NOW + timedelta(hours=1))
        for each in await world.residents(4):
            card = await book(world, slot, each)
            await actions.confirm_arrival(actor=world.manager, appointment_uid=card.uid, now=NOW)

        answers = await outcomes(
            *(
                actions.call_next(
                    actor=world.manager, department_uid=world.department.uid, room=f"{room} 诊室", now=NOW
                )
                for room in range(6)
            )
        )

        assert answers == {"DeskCard": 4, "booking.nobody_waiting": 2}
        rooms = await Appointment.filter(slot_id=slot.id).values_list("called_to", flat=True)
        assert len(set(rooms)) == 4
