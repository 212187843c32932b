"""The day itself: arrived, seen, or not come; and hours that become slots."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from server.authority.actor import system_actor
from server.booking import actions, queries
from server.booking.errors import ClosedAlready, NoSuchCode, NotTheDay, ScheduleInvalid, WrongStatus
from server.booking.models import Appointment, Schedule, ScheduleException, Slot, WaitlistEntry
from server.booking.queries import AppointmentCard
from server.booking.rules import DayRule, Pool, SlotState
from server.kit.clock import SHANGHAI, local_date
from server.kit.errors import NotFound
from tests.core.booking.world import NOW, World, seats, status_of, topics

WORKER = system_actor("worker")
SOON = NOW + timedelta(hours=3)


async def booked(world: World, *, starts_at: datetime = SOON) -> tuple[Slot, AppointmentCard]:
    slot, resident = await world.slot(starts_at=starts_at), await world.resident()
    card = await actions.book_slot(
        actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )
    return slot, card


@pytest.fixture(autouse=True)
async def nothing_is_wrong_afterwards(town: object):
    yield
    assert await queries.faults(now=NOW) == []


class TestArrival:
    async def test_by_the_code_on_the_phone_however_it_is_typed(self, world: World) -> None:
        _, card = await booked(world)
        typed = f" {card.arrival_code[:4].lower()}-{card.arrival_code[4:8]} {card.arrival_code[8:]}"

        arrived = await actions.confirm_arrival_by_code(actor=world.manager, code=typed, now=SOON)

        assert arrived.status == "arrived"
        assert (await Appointment.get(uid=card.uid)).arrived_at == SOON

    async def test_leads_to_fulfilled_and_the_seat_stays_spent(self, world: World) -> None:
        slot, card = await booked(world)
        with pytest.raises(WrongStatus):
            await actions.fulfil(actor=world.colleague, appointment_uid=card.uid, now=SOON)
        await actions.confirm_arrival(actor=world.manager, appointment_uid=card.uid, now=SOON)

        done = await actions.fulfil(actor=world.colleague, appointment_uid=card.uid, now=SOON)

        assert done.status == "fulfilled"
        assert await seats(slot) == (1, 0)
        assert await topics(world) == ["booking.booked", "booking.arrived", "booking.fulfilled"]

    async def test_is_on_the_day_itself(self, world: World) -> None:
        _, card = await booked(world, starts_at=datetime(2026, 3, 4, 0, 10, tzinfo=SHANGHAI))

        with pytest.raises(NotTheDay):
            await actions.confirm_arrival(
                actor=world.manager,
                appointment_uid=card.uid,
                now=datetime(2026, 3, 3, 23, 59, tzinfo=SHANGHAI),
            )
        await actions.confirm_arrival(
            actor=world.manager, appointment_uid=card.uid, now=datetime(2026, 3, 4, 0, 0, tzinfo=SHANGHAI)
        )

    async def test_codes_of_others_do_not_exist(self, world: World) -> None:
        _, card = await booked(world)

        with pytest.raises(NoSuchCode):
            await actions.confirm_arrival_by_code(actor=world.nurse, code=card.arrival_code, now=SOON)
        with pytest.raises(NotFound):
            await actions.confirm_arrival(actor=world.nurse, appointment_uid=card.uid, now=SOON)

    async def test_against_cancel_ends_in_one_of_both(self, world: World) -> None:
        slot, card = await booked(world)

        await asyncio.gather(
            actions.confirm_arrival(actor=world.manager, appointment_uid=card.uid, now=NOW),
            actions.cancel_appointment(actor=world.nurse, appointment_uid=card.uid, now=NOW),
            return_exceptions=True,
        )

        assert await seats(slot) == {"arrived": (1, 0), "cancelled": (0, 0)}[await status_of(card.uid)]


class TestNoShow:
    async def test_is_marked_once_after_the_grace(self, world: World) -> None:
        slot, card = await booked(world)
        grace_over = slot.ends_at + timedelta(hours=1)

        marked = [
            await actions.sweep_no_shows(actor=WORKER, now=at)
            for at in (grace_over - timedelta(seconds=1), grace_over, grace_over)
        ]

        assert marked == [0, 1, 0]
        assert await status_of(card.uid) == "noshow"
        assert await seats(slot) == (1, 0)

    async def test_is_never_marked_against_who_arrived_or_was_cancelled_by_the_provider(
        self, world: World
    ) -> None:
        """I27."""
        slot, card = await booked(world)
        _, other = await booked(world)
        await actions.confirm_arrival(actor=world.manager, appointment_uid=card.uid, now=SOON)
        await actions.cancel_by_provider(
            actor=world.manager, appointment_uid=other.uid, reason="停诊", now=NOW
        )

        await actions.sweep_no_shows(actor=WORKER, now=slot.ends_at + timedelta(days=1))

        assert await status_of(card.uid) == "arrived"
        assert await status_of(other.uid) == "cancelled"

    async def test_may_be_said_at_the_desk_once_the_slot_is_over(self, world: World) -> None:
        slot, card = await booked(world)
        with pytest.raises(NotTheDay):
            await actions.mark_noshow(actor=world.manager, appointment_uid=card.uid, now=slot.starts_at)

        await actions.mark_noshow(actor=world.manager, appointment_uid=card.uid, now=slot.ends_at)

        assert await status_of(card.uid) == "noshow"


class TestDeskList:
    async def test_shows_the_day_of_the_own_institution_and_its_own_residents_only(
        self, world: World
    ) -> None:
        _, card = await booked(world)
        await booked(world, starts_at=NOW + timedelta(days=2))
        today = local_date(NOW)

        at_desk = await queries.desk(actor=world.manager, day=today, now=NOW)
        at_home = await queries.desk(actor=world.nurse, day=today, now=NOW)
        elsewhere = await queries.desk(actor=world.other_nurse, day=today, now=NOW)

        assert [(each.uid, each.at_own_desk) for each in at_desk.items] == [(card.uid, True)]
        assert [(each.uid, each.at_own_desk) for each in at_home.items] == [(card.uid, False)]
        assert elsewhere.items == ()


class TestSchedule:
    RULE = DayRule(9 * 60, 10 * 60, 30, capacity=5, green_capacity=3)

    async def open(self, world: World, **more: object) -> queries.ScheduleCard:
        said = {"weekday": 3, "rule": self.RULE, "release_minutes": 720, "starts_on": local_date(NOW)} | more
        return await actions.open_schedule(
            actor=world.manager, department_uid=world.department.uid, now=NOW, **said
        )

    async def test_makes_slots_of_both_pools_to_the_horizon_and_never_twice(self, world: World) -> None:
        await self.open(world)

        slots = await Slot.filter(department_id=world.department.id).order_by("starts_at", "pool")

        assert len(slots) == 8  # two Thursdays, two slots, two pools
        green = next(slot for slot in slots if slot.pool == Pool.GREEN)
        assert green.capacity == 3
        assert green.release_at == green.starts_at - timedelta(hours=12)
        assert green.closes_at == green.starts_at - timedelta(minutes=30)
        assert await actions.sweep_slots(actor=WORKER, now=NOW) == 0
        await Schedule.all().update(generated_until=local_date(NOW))
        assert await actions.sweep_slots(actor=WORKER, now=NOW) == 0

    async def test_moves_on_with_the_days(self, world: World) -> None:
        await self.open(world)

        made = await actions.sweep_slots(actor=WORKER, now=NOW + timedelta(days=7))

        assert made >= 4
        assert await Slot.filter(department_id=world.department.id).count() == 12

    async def test_ends_where_it_says(self, world: World) -> None:
        await self.open(world, ends_on=date(2026, 3, 12))

        assert await Slot.filter(department_id=world.department.id).count() == 4

    async def test_is_for_the_institutions_own_manager(self, world: World) -> None:
        for actor in (world.nurse, world.colleague):
            with pytest.raises(NotFound):
                await actions.open_schedule(
                    actor=actor, department_uid=world.department.uid, weekday=1, rule=self.RULE,
                    release_minutes=60, starts_on=local_date(NOW), now=NOW,
                )  # fmt: skip

    @pytest.mark.parametrize(
        "wrong", [{"weekday": 7}, {"release_minutes": -1}, {"ends_on": date(2020, 1, 1)}]
    )
    async def test_refuses_what_makes_no_week(self, world: World, wrong: dict[str, object]) -> None:
        with pytest.raises(ScheduleInvalid):
            await self.open(world, **wrong)

    async def test_closed_day_takes_no_more_and_puts_everybody_first_in_line(self, world: World) -> None:
        """I27."""
        await self.open(world)
        day = date(2026, 3, 5)
        slot = (
            await Slot.filter(department_id=world.department.id, pool=Pool.PUBLIC)
            .order_by("starts_at")
            .first()
        )
        resident = await world.resident()
        card = await actions.book_slot(
            actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
        )

        await actions.close_day(
            actor=world.manager, department_uid=world.department.uid, day=day, reason="医生外出", now=NOW
        )

        assert await status_of(card.uid) == "cancelled"
        assert (await Slot.get(id=slot.id)).state == SlotState.CLOSED
        entry = await WaitlistEntry.get(resident_id=resident.id)
        assert (entry.urgency, entry.status) == ("displaced", "waiting")
        with pytest.raises(ClosedAlready):
            await actions.close_day(
                actor=world.manager, department_uid=world.department.uid, day=day, reason="再登记", now=NOW
            )
        await Slot.filter(department_id=world.department.id, state=SlotState.OPEN).delete()
        await Schedule.filter(department_id=world.department.id).update(generated_until=local_date(NOW))
        await actions.sweep_slots(actor=WORKER, now=NOW)
        days = {
            local_date(each.starts_at)
            for each in await Slot.filter(department_id=world.department.id, state=SlotState.OPEN)
        }
        assert days == {date(2026, 3, 12)}
        await actions.sweep_waitlist(actor=WORKER, now=NOW)
        assert len(await queries.offers(actor=world.nurse, now=NOW)) == 1

    async def test_extra_session_adds_slots_on_that_day(self, world: World) -> None:
        await actions.add_extra_session(
            actor=world.manager, department_uid=world.department.uid, day=date(2026, 3, 7), rule=self.RULE,
            release_minutes=60, reason="周末加诊", now=NOW,
        )  # fmt: skip

        assert await Slot.filter(department_id=world.department.id).count() == 4
        card = await ScheduleException.get(department_id=world.department.id)
        assert (card.kind, card.day) == ("extra_session", date(2026, 3, 7))
