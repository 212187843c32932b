"""Several processes book, cancel, move and confirm at once on MariaDB (T1, T2, T4)."""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from server.booking import actions, queries
from server.booking.models import Appointment, Slot
from server.booking.rules import BOOKED_STATUSES, HalfDay
from server.kit.clock import NOON, SHANGHAI
from server.people.models import Resident
from server.settings import Settings
from tests.core.booking.world import NOW, World, build, seats

pytestmark = pytest.mark.mysql

PROCESSES = 4
START = 4.0  # seconds until every process has imported the product
Step = dict[str, Any]


@pytest_asyncio.fixture
async def world(town: Any, _standing: Any) -> Any:
    yield await build()
    assert await queries.faults(now=NOW) == []
    _standing.snapshot.restore(everything=True)


def book(slot: Slot, resident: Any) -> Step:
    return {"do": "book_slot", "with": {"slot_uid": slot.uid, "resident_uid": resident.uid, "reason": "复诊"}}


def on(action: str, uid: str, **more: str) -> Step:
    return {"do": action, "with": {"appointment_uid": uid, **more}}


def on_a_bus(world: World, riders: list[tuple[Resident, Slot]]) -> Step:
    at = riders[0][1].starts_at.astimezone(SHANGHAI)
    return {
        "do": "book_trip",
        "with": {
            "provider_uid": world.hospital.uid,
            "day": at.date().isoformat(),
            "half": HalfDay.MORNING if at.hour < NOON else HalfDay.AFTERNOON,
            "bus_seats": 3,
            "remark": "",
            "riders": [
                {"resident_uid": rider.uid, "slot_uid": slot.uid, "reason": "复诊"} for rider, slot in riders
            ],
        },
    }


async def at_once(world: World, settings: Settings, folder: Path, steps: list[Step]) -> list[str]:
    """Deal the steps out to several processes, which begin at the same moment; answers come in the same order."""
    hands = [steps[number::PROCESSES] for number in range(PROCESSES)]
    begin_at = time.time() + START
    answers = await asyncio.gather(*(_process(world, settings, folder, hand, begin_at) for hand in hands))
    dealt: list[str] = [""] * len(steps)
    for number, answer in enumerate(answers):
        dealt[number::PROCESSES] = answer
    return dealt


async def _process(
    world: World, settings: Settings, folder: Path, steps: list[Step], begin_at: float
) -> list[str]:
    who = world.nurse
    (grant,) = who.grants
    job = {
        "folder": str(folder), "begin_at": begin_at, "steps": steps,
        "actor": {
            "account_id": who.account_id, "account_uid": who.account_uid, "role": grant.role,
            "institution_id": grant.institution_id,
        },
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.mysql.booking_process", settings.database,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, complained = await process.communicate(json.dumps(job).encode())
    assert process.returncode == 0, complained.decode()[-3000:]
    answers: list[str] = json.loads(said.decode().strip().splitlines()[-1])
    return answers


class TestBooking:
    @pytest.mark.parametrize("ways", [("book_slot",), ("book_together",), ("book_slot", "book_together")])
    async def test_t1_two_hundred_people_in_four_processes_for_five_seats(
        self, world: World, settings: Settings, tmp_path: Path, ways: tuple[str, ...]
    ) -> None:
        """The plain way, together, and both at once."""
        slot = await world.slot(capacity=5)
        residents = await world.residents(200)
        steps = [book(slot, each) | {"do": ways[number % len(ways)]} for number, each in enumerate(residents)]

        answers = await at_once(world, settings, tmp_path, steps)

        assert Counter(answers) == {"AppointmentCard": 5, "booking.slot_full": 195}
        assert await seats(slot) == (5, 0)
        assert await Appointment.filter(slot_id=slot.id, status="booked").count() == 5

    async def test_a_resident_tapping_in_four_processes_is_booked_once_and_told_so(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        slot, resident = await world.slot(capacity=5), await world.resident()

        answers = await at_once(world, settings, tmp_path, [book(slot, resident)] * 12)

        assert Counter(answers) == {"AppointmentCard": 1, "booking.already_booked": 11}

    async def test_overlapping_slots_never_take_the_same_resident_twice(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        """I24, without any lock on a range."""
        # Room for everybody in each of them: nobody is to be refused because a slot is full.
        starts = [NOW + timedelta(days=1, minutes=5 * step) for step in range(6)]
        slots = [await world.slot(capacity=20, starts_at=start) for start in starts]
        residents = await world.residents(10)
        steps = [book(slot, resident) for slot in slots for resident in residents]

        answers = await at_once(world, settings, tmp_path, steps)

        assert Counter(answers) == {"AppointmentCard": 10, "booking.overlapping": 50}

    async def test_the_limit_of_open_bookings_holds(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        resident = await world.resident()
        slots = [await world.slot(starts_at=NOW + timedelta(days=1, hours=hour)) for hour in range(8)]

        answers = await at_once(world, settings, tmp_path, [book(slot, resident) for slot in slots])

        assert Counter(answers) == {"AppointmentCard": 3, "booking.too_many_open": 5}


class TestAgainstEachOther:
    async def test_t2_confirms_of_one_hold_have_one_winner(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        slot, resident = await world.slot(), await world.resident()
        held = await actions.hold_slot(
            actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
        )

        answers = await at_once(world, settings, tmp_path, [on("confirm_hold", held.uid)] * 8)

        assert answers.count("AppointmentCard") == 1
        assert await seats(slot) == (1, 0)

    async def test_t4_cancel_book_and_move_keep_every_counter(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        """Cancel against book, reschedule against cancel, reschedule both ways between two slots."""
        slots = [await world.slot(capacity=20, starts_at=NOW + timedelta(days=day)) for day in (1, 2)]
        sitting, coming = await world.residents(24), await world.residents(24)
        cards = [
            await actions.book_slot(
                actor=world.nurse,
                slot_uid=slots[number % 2].uid,
                resident_uid=each.uid,
                reason="复诊",
                now=NOW,
            )
            for number, each in enumerate(sitting)
        ]
        steps = [on("cancel_appointment", card.uid) for card in cards[:16]]
        steps += [
            on("reschedule", card.uid, slot_uid=slots[1 - number % 2].uid)
            for number, card in enumerate(cards)
            if number >= 8
        ]
        steps += [book(slots[number % 2], each) for number, each in enumerate(coming)]
        random.Random(7).shuffle(steps)

        answers = await at_once(world, settings, tmp_path, steps)

        assert set(answers) <= {"AppointmentCard", "booking.slot_full", "booking.wrong_status"}
        for slot in slots:
            rows = await Appointment.filter(slot_id=slot.id, status__in=sorted(BOOKED_STATUSES)).count()
            assert (rows, 0) == await seats(slot)

    async def test_t4_a_hold_that_runs_out_against_its_confirmation(self, world: World) -> None:
        """Here in one process: both sides of the second at which it runs out."""
        slot = await world.slot(capacity=40)
        holds = [
            await actions.hold_slot(
                actor=world.nurse, slot_uid=slot.uid, resident_uid=each.uid, reason="复诊", now=NOW
            )
            for each in await world.residents(20)
        ]
        edge = NOW + timedelta(minutes=10)

        await asyncio.gather(
            *(
                actions.confirm_hold(
                    actor=world.nurse, appointment_uid=hold.uid, now=edge - timedelta(seconds=1)
                )
                for hold in holds
            ),
            *(actions.sweep_holds(actor=world.nurse, now=edge) for _ in range(3)),
            return_exceptions=True,
        )
        await actions.sweep_holds(actor=world.nurse, now=edge)

        rows = await Appointment.filter(slot_id=slot.id)
        assert {row.status.value for row in rows} <= {"booked", "lapsed"}
        assert await seats(slot) == (sum(row.status == "booked" for row in rows), 0)

    async def test_seats_that_are_given_back_reach_those_who_wait_once(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        """I28: six cancel while ten wait and ten come along."""
        slot = await world.slot(capacity=6)
        sitting, waiting, coming = [await world.residents(count) for count in (6, 10, 10)]
        cards = [
            await actions.book_slot(
                actor=world.nurse, slot_uid=slot.uid, resident_uid=each.uid, reason="复诊", now=NOW
            )
            for each in sitting
        ]
        for number, each in enumerate(waiting):
            await actions.join_waitlist(
                actor=world.nurse, resident_uid=each.uid, department_uid=world.department.uid, first_day=NOW.date(),
                last_day=NOW.date() + timedelta(days=9), reason="复诊", now=NOW - timedelta(minutes=number),
            )  # fmt: skip
        steps = [on("cancel_appointment", card.uid) for card in cards] + [book(slot, each) for each in coming]
        random.Random(3).shuffle(steps)

        answers = await at_once(world, settings, tmp_path, steps)

        assert Counter(answers) == {"AppointmentCard": 6, "booking.slot_full": 10}
        assert await seats(slot) == (0, 6)
        offers = await queries.offers(actor=world.nurse, now=NOW)
        longest = [each.uid for each in waiting[-6:]]
        assert sorted(offer.resident_uid for offer in offers) == sorted(longest)


class TestTrips:
    async def test_a_bus_gets_all_its_seats_or_none_beside_others_who_book(
        self, world: World, settings: Settings, tmp_path: Path
    ) -> None:
        """Ten buses of three, over two slots each, and eight people who come alone, for two times seven seats."""
        starts = [NOW + timedelta(days=1), NOW + timedelta(days=1, minutes=30)]
        slots = [await world.slot(capacity=7, starts_at=start) for start in starts]
        people = await world.residents(38)
        buses = [people[first : first + 3] for first in range(0, 30, 3)]
        steps = [
            on_a_bus(world, [(rider, slots[(place + number) % 2]) for place, rider in enumerate(riders)])
            for number, riders in enumerate(buses)
        ] + [book(slots[number % 2], alone) for number, alone in enumerate(people[30:])]
        random.Random(5).shuffle(steps)

        answers = await at_once(world, settings, tmp_path, steps)

        came = Counter(answers)
        riding = Counter(await Appointment.filter(trip_id__not_isnull=True).values_list("trip_id", flat=True))
        assert set(came) <= {"TripCard", "AppointmentCard", "booking.slot_full", "booking.trip_not_booked"}
        assert set(riding.values()) == {3}
        assert len(riding) == came["TripCard"] >= 1
        taken = [await seats(slot) for slot in slots]
        assert sum(booked for booked, _ in taken) == 3 * came["TripCard"] + came["AppointmentCard"]
        # What is left is too little for whoever was refused.
        assert min(7 - booked for booked, _ in taken) == 0
