"""Two rows found to be one person have one diary (I24, C01)."""

from datetime import timedelta

import pytest

from server.booking import actions, queries
from server.booking.actions.seats import SWEEPER
from server.booking.actions.together import Asked, book_batch
from server.booking.errors import AlreadyBooked, Overlapping, TooManyOpen
from server.booking.models import Appointment, Slot
from server.booking.queries import AppointmentCard
from server.kit.clock import local_date
from server.people.models import Resident
from tests.core.booking.world import NOW, World, live_offer

IN_THREE_DAYS = NOW + timedelta(days=3)


async def twins(world: World) -> tuple[Resident, Resident]:
    survivor, absorbed = await world.residents(2)
    return survivor, absorbed


async def book(world: World, slot: Slot, resident: Resident) -> None:
    await actions.book_slot(
        actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


async def merge(survivor: Resident, absorbed: Resident) -> None:
    await Resident.filter(id=absorbed.id).update(merged_into_id=survivor.id, home_id=None)


class TestAfterAMerge:
    async def test_the_survivor_is_not_booked_twice_at_one_time(self, world: World) -> None:
        survivor, absorbed = await twins(world)
        first, second = await world.slot(), await world.slot()
        await book(world, first, absorbed)
        await merge(survivor, absorbed)

        with pytest.raises(Overlapping):
            await book(world, second, survivor)
        with pytest.raises(AlreadyBooked):
            await book(world, first, survivor)

    async def test_nor_by_the_old_uid_or_in_a_crowd(self, world: World) -> None:
        survivor, absorbed = await twins(world)
        (other,) = await world.residents(1)
        first, second = await world.slot(), await world.slot()
        await book(world, first, absorbed)
        await merge(survivor, absorbed)

        with pytest.raises(Overlapping):
            await book(world, second, absorbed)
        asked = [Asked(world.nurse, each.uid, "复诊", now=NOW) for each in (survivor, other)]
        outcomes = await book_batch(actor=SWEEPER, slot_uid=second.uid, batch=asked, now=NOW)

        assert isinstance(outcomes[0], Overlapping)
        assert isinstance(outcomes[1], AppointmentCard)

    async def test_what_both_had_open_counts_together(self, world: World) -> None:
        survivor, absorbed = await twins(world)
        for hours, each in enumerate((survivor, absorbed, absorbed)):
            await book(world, await world.slot(starts_at=IN_THREE_DAYS + timedelta(hours=hours)), each)
        await merge(survivor, absorbed)

        with pytest.raises(TooManyOpen):
            await book(world, await world.slot(starts_at=IN_THREE_DAYS + timedelta(days=1)), survivor)

    async def test_what_both_have_to_come_is_told_of_the_survivor(self, world: World) -> None:
        survivor, absorbed = await twins(world)
        for hours, each in enumerate((survivor, absorbed)):
            await book(world, await world.slot(starts_at=IN_THREE_DAYS + timedelta(hours=hours)), each)
        await merge(survivor, absorbed)

        assert await queries.count_to_come(resident_id=survivor.id, now=NOW) == 2

    async def test_whoever_is_engaged_by_either_row_is_offered_nothing_then(self, world: World) -> None:
        survivor, absorbed = await twins(world)
        (other,) = await world.residents(1)
        full, busy = await world.slot(capacity=1), await world.slot()
        await book(world, full, other)
        await book(world, busy, absorbed)
        await merge(survivor, absorbed)
        entry = await self._waits(world, survivor)

        await self._freed(world, full)

        assert await live_offer(entry) is None

    async def test_an_offer_to_the_merged_row_is_taken_by_the_survivor(self, world: World) -> None:
        survivor, absorbed = await twins(world)
        (other,) = await world.residents(1)
        full = await world.slot(capacity=1)
        await book(world, full, other)
        entry = await self._waits(world, absorbed)
        await merge(survivor, absorbed)
        await self._freed(world, full)
        offer = await live_offer(entry)
        assert offer is not None

        card = await actions.accept_offer(actor=world.nurse, offer_uid=offer.uid, now=NOW)

        assert card.resident_uid == survivor.uid

    async def _waits(self, world: World, resident: Resident) -> str:
        card = await actions.join_waitlist(
            actor=world.nurse, resident_uid=resident.uid, department_uid=world.department.uid,
            first_day=local_date(NOW), last_day=local_date(NOW + timedelta(days=7)), reason="复诊", now=NOW,
        )  # fmt: skip
        return card.uid

    async def _freed(self, world: World, slot: Slot) -> None:
        row = await Appointment.get(slot_id=slot.id, status="booked")
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=row.uid, now=NOW)
