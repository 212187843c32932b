"""Weekly hours: opened, changed, ended and copied, without anybody losing a seat."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.booking import actions, queries
from server.booking.errors import HoursOverlap, NothingToCopy, ScheduleInvalid
from server.booking.models import Schedule, Slot
from server.booking.rules import DayRule, Pool, SlotState, WeeklyHours
from server.kit.clock import SHANGHAI
from server.kit.errors import NotFound
from tests.core.booking.world import NOW, World

MORNING = DayRule(9 * 60, 10 * 60, 30, capacity=4, green_capacity=1)
TODAY = date(2026, 3, 2)  # a Monday
TUESDAY, WEDNESDAY = 1, 2
NEXT_TUESDAYS = [date(2026, 3, 3), date(2026, 3, 10)]


async def opened(world: World, weekday: int = TUESDAY, rule: DayRule = MORNING) -> Schedule:
    card = await actions.open_schedule(
        actor=world.manager, department_uid=world.department.uid, weekday=weekday, rule=rule, release_minutes=60,
        starts_on=TODAY, now=NOW,
    )  # fmt: skip
    return await Schedule.get(uid=card.uid)


async def slots(world: World, **which: Any) -> list[Slot]:
    return await Slot.filter(department_id=world.department.id, **which).order_by("starts_at", "pool")


async def book(world: World, slot: Slot) -> str:
    card = await actions.book_slot(
        actor=world.nurse,
        slot_uid=slot.uid,
        resident_uid=(await world.resident()).uid,
        reason="复诊",
        now=NOW,
    )
    return card.uid


async def replace(world: World, row: Schedule, rule: DayRule, first_day: date = TODAY) -> Any:
    return await actions.replace_schedule(
        actor=world.manager, schedule_uid=row.uid, rule=rule, release_minutes=60, first_day=first_day, now=NOW
    )


class TestOpening:
    async def test_refuses_hours_that_overlap_and_says_which(self, world: World) -> None:
        await opened(world)

        with pytest.raises(HoursOverlap) as refused:
            await opened(world, rule=DayRule(9 * 60 + 30, 11 * 60, 30, 2, 0))

        assert "星期二 9:00–10:00" in refused.value.sentence
        assert await Schedule.filter(department_id=world.department.id).count() == 1

    async def test_takes_hours_that_only_touch(self, world: World) -> None:
        await opened(world)

        await opened(world, rule=DayRule(10 * 60, 11 * 60, 30, 2, 0))

        assert await Schedule.filter(department_id=world.department.id).count() == 2


class TestReplacing:
    async def test_gives_the_slots_there_their_new_capacity_from_the_day_on(self, world: World) -> None:
        row = await opened(world)

        await replace(world, row, DayRule(9 * 60, 10 * 60, 30, 8, 3), NEXT_TUESDAYS[1])

        capacities = {
            (slot.starts_at.astimezone(SHANGHAI).date(), str(slot.pool)): slot.capacity
            for slot in await slots(world)
        }
        assert capacities == {
            (NEXT_TUESDAYS[0], "public"): 3, (NEXT_TUESDAYS[0], "green"): 1,
            (NEXT_TUESDAYS[1], "public"): 5, (NEXT_TUESDAYS[1], "green"): 3,
        }  # fmt: skip

    async def test_never_shrinks_below_who_is_booked(self, world: World) -> None:
        row = await opened(world)
        (slot, *_) = await slots(world, pool=Pool.PUBLIC)
        for _ in range(3):
            await book(world, slot)

        await replace(world, row, DayRule(9 * 60, 10 * 60, 30, 1, 0))

        assert (await Slot.get(id=slot.id)).capacity == 3
        assert await queries.faults(now=NOW) == []

    async def test_closes_the_empty_hours_and_keeps_the_booked_ones_for_who_is_in_them(
        self, world: World
    ) -> None:
        row = await opened(world)
        nine, half_past, *_ = await slots(world, pool=Pool.PUBLIC)
        await book(world, half_past)

        changed = await replace(world, row, DayRule(14 * 60, 15 * 60, 30, 2, 0))

        assert changed.still_booked == 1
        assert (await Slot.get(id=nine.id)).state == SlotState.CLOSED
        kept = await Slot.get(id=half_past.id)
        assert (kept.state, kept.capacity, kept.booked) == (SlotState.OPEN, 1, 1)
        assert len(await slots(world, state=SlotState.OPEN)) == 4 + 1
        assert await queries.faults(now=NOW) == []

    async def test_offers_the_seats_it_adds_to_who_waits(self, world: World) -> None:
        row = await opened(world, rule=DayRule(9 * 60, 9 * 60 + 30, 30, 1, 0))
        (slot, *_) = await slots(world)
        await book(world, slot)
        waiting = await world.resident()
        await actions.join_waitlist(
            actor=world.nurse, resident_uid=waiting.uid, department_uid=world.department.uid,
            first_day=NEXT_TUESDAYS[0], last_day=NEXT_TUESDAYS[0], reason="复诊", now=NOW,
        )  # fmt: skip

        await replace(world, row, DayRule(9 * 60, 9 * 60 + 30, 30, 2, 0))

        (offer,) = await queries.offers(actor=world.nurse, now=NOW)
        assert offer.slot_uid == slot.uid

    async def test_makes_hours_that_were_ended_bookable_again(self, world: World) -> None:
        row = await opened(world)
        await actions.end_schedule(
            actor=world.manager, schedule_uid=row.uid, first_day=TODAY, reason="医生进修", now=NOW
        )
        assert await slots(world, state=SlotState.OPEN) == []

        await opened(world)

        assert len(await slots(world, state=SlotState.OPEN)) == 8

    async def test_is_the_own_hospitals_and_not_in_the_past(self, world: World) -> None:
        row = await opened(world)

        with pytest.raises(ScheduleInvalid):
            await replace(world, row, MORNING, TODAY - timedelta(days=1))
        with pytest.raises(NotFound):
            await actions.end_schedule(
                actor=world.nurse, schedule_uid=row.uid, first_day=TODAY, reason="试试", now=NOW
            )


class TestCopying:
    async def test_gives_other_weekdays_the_hours_of_one(self, world: World) -> None:
        await opened(world)

        made = await actions.copy_hours(
            actor=world.manager, department_uid=world.department.uid, weekday=TUESDAY, to_weekdays=[WEDNESDAY, 3],
            first_day=TODAY, now=NOW,
        )  # fmt: skip

        assert made == 2
        view = await queries.week(actor=world.manager, department_uid=world.department.uid, now=NOW)
        (row,) = view.rows
        assert [len(cell) for cell in row.cells] == [0, 1, 1, 1, 0, 0, 0]
        assert len(await slots(world)) == 3 * 8

    async def test_is_all_or_nothing(self, world: World) -> None:
        await opened(world)
        await opened(world, weekday=3, rule=DayRule(9 * 60 + 30, 11 * 60, 30, 2, 0))

        with pytest.raises(HoursOverlap, match="hours_overlap") as refused:
            await actions.copy_hours(
                actor=world.manager, department_uid=world.department.uid, weekday=TUESDAY, to_weekdays=[WEDNESDAY, 3],
                first_day=TODAY, now=NOW,
            )  # fmt: skip

        assert "星期四" in refused.value.sentence
        assert not await Schedule.filter(department_id=world.department.id, weekday=WEDNESDAY).exists()

    async def test_gives_a_department_the_week_of_another(self, world: World) -> None:
        await opened(world)
        await opened(world, weekday=WEDNESDAY)
        other = await world.another_department()

        made = await actions.copy_week(
            actor=world.manager, from_department_uid=world.department.uid, department_uid=other.uid, first_day=TODAY,
            now=NOW,
        )  # fmt: skip

        assert made == 2
        assert await Slot.filter(department_id=other.id).count() == 16
        with pytest.raises(NothingToCopy):
            await actions.copy_week(
                actor=world.manager,
                from_department_uid=other.uid,
                department_uid=other.uid,
                first_day=TODAY,
                now=NOW,
            )


class TestWeeklyHours:
    def test_overlap_only_on_the_same_weekday_at_the_same_hours_in_the_same_weeks(self) -> None:
        one = WeeklyHours(1, 540, 600, date(2026, 3, 1), date(2026, 4, 1))

        assert one.overlaps(WeeklyHours(1, 599, 700, date(2026, 3, 31), None))
        assert not one.overlaps(WeeklyHours(2, 540, 600, date(2026, 3, 1), None))
        assert not one.overlaps(WeeklyHours(1, 600, 700, date(2026, 3, 1), None))
        assert not one.overlaps(WeeklyHours(1, 540, 600, date(2026, 4, 1), None))
        assert not one.overlaps(WeeklyHours(1, 540, 600, date(2026, 2, 1), date(2026, 3, 1)))
