"""The evening before: everyone who has an appointment is reminded of it, once."""

import asyncio
from datetime import datetime, timedelta

import pytest_asyncio

from server.authority.actor import system_actor
from server.booking import actions
from server.booking.models import Appointment
from server.booking.queries import AppointmentCard
from server.outbox.models import OutboxMessage
from server.people.models import Resident
from tests.core.booking.world import NOW, World

WORKER = system_actor("worker")
TOMORROW = NOW + timedelta(days=1)  # at nine
EVENING = NOW + timedelta(hours=9)  # 18:00 of today


@pytest_asyncio.fixture(autouse=True)
async def _the_town_was_reminded(world: World) -> None:
    await Appointment.all().update(reminded_at=NOW)


async def booked(world: World, *, starts_at: datetime = TOMORROW, now: datetime = NOW) -> AppointmentCard:
    slot, resident = await world.slot(starts_at=starts_at), await world.resident()
    return await actions.book_slot(
        actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=now
    )


async def reminded(now: datetime, *, limit: int = 200) -> int:
    return await actions.sweep_reminders(actor=WORKER, now=now, limit=limit)


async def messages(world: World) -> list[str]:
    rows = OutboxMessage.filter(id__gt=world.news_before, topic="booking.reminder").order_by("id")
    return [row.payload["appointment"] for row in await rows]


class TestAReminder:
    async def test_goes_out_at_six_the_evening_before(self, world: World) -> None:
        card = await booked(world)

        assert await reminded(EVENING - timedelta(microseconds=1)) == 0
        assert await reminded(EVENING) == 1
        assert await messages(world) == [card.uid]
        row = await OutboxMessage.get(topic="booking.reminder")
        resident = await Resident.get(id=(await Appointment.get(uid=card.uid)).resident_id)
        assert row.payload == {"appointment": card.uid, "resident": resident.uid}

    async def test_goes_out_once_however_many_look(self, world: World) -> None:
        await booked(world)

        assert sum(await asyncio.gather(*(reminded(EVENING) for _ in range(4)))) == 1
        assert await reminded(EVENING + timedelta(hours=1)) == 0
        assert len(await messages(world)) == 1

    async def test_goes_out_late_rather_than_never(self, world: World) -> None:
        await booked(world)

        assert await reminded(TOMORROW - timedelta(minutes=1)) == 1

    async def test_never_once_the_slot_has_begun(self, world: World) -> None:
        await booked(world)

        assert await reminded(TOMORROW) == 0

    async def test_not_for_the_day_after_tomorrow(self, world: World) -> None:
        await booked(world, starts_at=NOW + timedelta(days=2))

        assert await reminded(EVENING) == 0

    async def test_not_to_who_booked_after_the_hour(self, world: World) -> None:
        """They have just been told all of it; and they do not stand in the way of the others."""
        await booked(world, now=EVENING + timedelta(minutes=1))
        early = await booked(world)

        assert await reminded(EVENING + timedelta(hours=1), limit=1) == 0
        assert await reminded(EVENING + timedelta(hours=1), limit=1) == 1
        assert await messages(world) == [early.uid]

    async def test_not_of_what_was_cancelled_or_only_held(self, world: World) -> None:
        card = await booked(world)
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=card.uid, now=NOW)
        slot, resident = await world.slot(starts_at=TOMORROW), await world.resident()
        await actions.hold_slot(
            actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
        )

        assert await reminded(EVENING) == 0

    async def test_not_to_a_family_in_mourning(self, world: World) -> None:
        card = await booked(world)
        row = await Appointment.get(uid=card.uid)
        await Resident.filter(id=row.resident_id).update(died_at=NOW)

        assert await reminded(EVENING) == 0

    async def test_follows_the_appointment_to_its_new_time(self, world: World) -> None:
        card = await booked(world)
        assert await reminded(EVENING) == 1
        slot = await world.slot(starts_at=TOMORROW + timedelta(days=3))
        moved = await actions.reschedule(
            actor=world.nurse, appointment_uid=card.uid, slot_uid=slot.uid, now=EVENING
        )

        assert await reminded(EVENING + timedelta(days=3)) == 1
        assert await messages(world) == [card.uid, moved.uid]
