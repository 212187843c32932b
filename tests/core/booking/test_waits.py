"""How long people wait, week by week, and what is too little to be told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.alliance.models import ServiceAgreement
from server.authority.actor import Actor, Channel, Grant, system_actor
from server.authority.permissions import Role
from server.booking import actions, queries
from server.booking.models import Appointment, Slot
from server.booking.rules import Pool, Waits, waits_of
from server.kit.errors import Forbidden
from tests.core.booking.world import NOW, World

BUREAU = Actor(1, "", "卫健", (Grant(Role.HEALTH_COMMISSION),), Channel.CONSOLE)
WORKER = system_actor("worker")
WEEK_AFTER_NEXT = date(2026, 3, 9)


async def booked(world: World, slot: Slot, count: int, *, days_before: int) -> None:
    for resident in await world.residents(count):
        await actions.book_slot(
            actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊",
            now=slot.starts_at - timedelta(days=days_before),
        )  # fmt: skip


async def weeks(first: date, last: date, now: datetime) -> tuple[queries.WeekOfWaits, ...]:
    return (await queries.waits_by_week(actor=BUREAU, first_day=first, last_day=last, now=now)).weeks


class TestWaitsOf:
    def test_takes_the_nearest_rank(self) -> None:
        assert waits_of({1: 5, 2: 4, 30: 1}, fewest=5) == Waits(10, 1, 2)

    def test_tells_nothing_of_few(self) -> None:
        assert waits_of({1: 4}, fewest=5) == Waits(None, None, None)
        assert waits_of({}, fewest=5) == Waits(None, None, None)


class TestWaitsByWeek:
    async def test_counts_days_from_booking_to_the_hour_for_each_pool(self, world: World) -> None:
        # A year in which the town has booked nothing: its own rows would be counted too.
        start = NOW + timedelta(days=364)
        green = await world.slot(
            capacity=9, starts_at=start, pool=Pool.GREEN, release_at=start - timedelta(hours=1)
        )
        public = await world.slot(capacity=9, starts_at=start)
        await ServiceAgreement.filter(home_id=world.home.id).update(last_day=start.date())
        await booked(world, green, 6, days_before=2)
        await booked(world, public, 3, days_before=9)
        await booked(world, public, 3, days_before=5)
        await Appointment.filter(slot_id=public.id, number=1).update(status="cancelled")

        first, second = await weeks(start.date(), start.date() + timedelta(days=7), start)

        assert first.green == Waits(6, 2, 2)
        assert first.public == Waits(5, 5, 9)
        assert second.green == second.public == Waits(None, None, None)

    async def test_counts_days_as_the_city_does(self, world: World) -> None:
        # Booked at half past eleven and at half past midnight, city time: two days, though one in UTC.
        night = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
        slot = await world.slot(capacity=9, starts_at=NOW + timedelta(days=8))
        for resident, booked_at in zip(
            await world.residents(6), [night, night + timedelta(hours=1)] * 3, strict=True
        ):
            await actions.book_slot(
                actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=booked_at
            )

        (only,) = await weeks(WEEK_AFTER_NEXT, WEEK_AFTER_NEXT, NOW)

        assert only.public == Waits(6, 7, 8)

    async def test_is_the_boards(self, world: World) -> None:
        with pytest.raises(Forbidden):
            await queries.waits_by_week(
                actor=world.nurse, first_day=WEEK_AFTER_NEXT, last_day=WEEK_AFTER_NEXT, now=NOW
            )

    async def test_is_counted_beforehand_and_says_when(self, world: World) -> None:
        later = NOW + timedelta(days=8)
        slot = await world.slot(capacity=9, starts_at=NOW + timedelta(days=1))
        await booked(world, slot, 6, days_before=1)
        afresh = await weeks(NOW.date(), NOW.date(), NOW)

        assert await actions.sweep_waits(actor=WORKER, now=NOW) > 0
        await Appointment.filter(slot_id=slot.id).update(status="cancelled")

        board = await queries.waits_by_week(actor=BUREAU, first_day=NOW.date(), last_day=NOW.date(), now=NOW)
        assert (board.weeks, board.counted_at) == (afresh, NOW)
        await actions.sweep_waits(actor=WORKER, now=later)
        assert await weeks(NOW.date(), NOW.date(), later) != afresh


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2026, 3, 2), date(2026, 3, 8), 1),
        (date(2026, 3, 2), date(2026, 3, 9), 2),
        (date(2026, 3, 1), date(2026, 3, 31), 6),  # a Sunday first
        (date(2026, 2, 1), date(2026, 2, 28), 5),
    ],
)
def test_weeks_begin_on_monday(first: date, last: date, count: int) -> None:
    mondays = queries.weeks_of(first, last)

    assert len(mondays) == count
    assert mondays[0] <= first
    assert all(day.weekday() == 0 for day in mondays)
