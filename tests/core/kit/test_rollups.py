"""Sums of periods: only what changed is written, and what was never counted is not passed off as nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.demo import Town
from server.kit.engines.counting import WrittenTables, counted
from server.kit.rollups import (
    CITY,
    LATELY,
    SOON,
    RollUp,
    Sums,
    claim,
    due,
    due_among,
    lay_down,
    recount,
    rolled_up,
)

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
TILE = "test.tile"


class TestReading:
    async def test_adds_up_periods_and_tells_the_oldest_count(self, town: Town) -> None:
        await lay_down(TILE, JANUARY, {(1, "a"): 2, (CITY, "a"): 5}, now=NOON)
        await lay_down(TILE, FEBRUARY, {(1, "a"): 3}, now=NOON + timedelta(hours=1))

        found = await rolled_up(TILE, [JANUARY, FEBRUARY])

        assert found is not None
        assert found.sums == {(1, "a"): 5, (CITY, "a"): 5}
        assert found.by_period[FEBRUARY] == {(1, "a"): 3}
        assert found.counted_at == NOON

    async def test_a_period_that_was_never_counted_is_not_nothing(self, town: Town) -> None:
        await lay_down(TILE, JANUARY, {}, now=NOON)

        assert await rolled_up(TILE, [JANUARY, FEBRUARY]) is None
        assert await rolled_up(TILE, []) is None
        found = await rolled_up(TILE, [JANUARY])
        assert found is not None
        assert found.sums == {}


class TestLayingDown:
    async def test_leaves_exactly_the_new_sums(self, town: Town) -> None:
        await lay_down(TILE, MARCH, {(1, "a"): 2, (1, "b"): 1, (2, "a"): 4}, now=NOON)
        await lay_down(TILE, MARCH, {(1, "a"): 3, (2, "a"): 4, (3, "a"): 1}, now=NOON)

        rows = await RollUp.filter(tile=TILE).values_list("institution_id", "word", "count")
        assert sorted(rows) == [(1, "a", 3), (2, "a", 4), (3, "a", 1)]

    async def test_writes_no_sum_that_stayed(self, town: Town) -> None:
        await lay_down(TILE, MARCH, {(1, "a"): 2}, now=NOON)
        written = WrittenTables().start()
        await lay_down(TILE, MARCH, {(1, "a"): 2}, now=NOON + timedelta(minutes=1))
        written.stop()

        assert written.names == {"roll_up_period"}

    async def test_writes_new_sums_in_one_statement(self, town: Town) -> None:
        with counted() as statements:
            await lay_down(TILE, MARCH, {(place, "a"): place for place in range(1, 40)}, now=NOON)

        assert (
            sum(
                each.startswith("INSERT INTO") and "roll_up`" in each.replace('"', "`") for each in statements
            )
            == 1
        )
        assert await RollUp.filter(tile=TILE).count() == 39


class TestCountingAgain:
    async def test_keeps_what_was_counted_when_a_later_period_fails(self, town: Town) -> None:
        """Each period is a transaction of its own: the next pass goes on where this one stopped."""

        async def count(since: date) -> Sums:
            if since == MARCH:
                raise ZeroDivisionError
            return {(1, "a"): since.month}

        with pytest.raises(ZeroDivisionError):
            await recount(TILE, [JANUARY, FEBRUARY, MARCH], count, now=NOON)

        found = await rolled_up(TILE, [JANUARY, FEBRUARY])
        assert found is not None
        assert found.sums == {(1, "a"): 3}
        assert await due(TILE, [JANUARY, FEBRUARY, MARCH], now=NOON) == [MARCH]

    async def test_counts_what_is_due_and_says_how_many(self, town: Town) -> None:
        async def count(since: date) -> Sums:
            return {(1, "a"): since.month}

        assert await recount(TILE, [JANUARY, MARCH], count, now=NOON) == 2
        assert await recount(TILE, [JANUARY, MARCH], count, now=NOON) == 0

    async def test_of_two_workers_who_saw_the_same_counts_once(self, town: Town) -> None:
        """The second took a while to come to it: meanwhile it was counted, and is due no longer."""
        await lay_down(TILE, MARCH, {}, now=NOON)
        later = NOON + timedelta(hours=1)
        (first,) = await due_among({(TILE, MARCH): MARCH}, now=later, soon=SOON)
        (second,) = await due_among({(TILE, MARCH): MARCH}, now=later, soon=SOON)

        assert await claim(first, now=later)
        assert not await claim(second, now=later + timedelta(minutes=1))

    async def test_of_two_workers_counts_once_what_was_never_counted(self, town: Town) -> None:
        (seen,) = await due_among({(TILE, MARCH): MARCH}, now=NOON, soon=SOON)

        assert await claim(seen, now=NOON)
        assert not await claim(seen, now=NOON)


class TestDue:
    async def test_is_soon_what_began_long_ago_and_ends_later(self, town: Town) -> None:
        await lay_down(TILE, JANUARY, {}, now=NOON)
        after = NOON + timedelta(minutes=1)

        assert await due_among({(TILE, JANUARY): JANUARY}, now=after, soon=SOON) == []
        (found,) = await due_among({(TILE, JANUARY): date(2027, 1, 1)}, now=after, soon=SOON)
        assert found.since == JANUARY

    async def test_what_is_late_is_told_by_the_citys_day(self, town: Town) -> None:
        """At one in the morning of the city it is still yesterday elsewhere."""
        night = datetime(2026, 3, 4, 17, tzinfo=UTC)  # the fifth, at one
        since = date(2026, 3, 5) - LATELY
        await lay_down(TILE, since, {}, now=night)

        assert await due(TILE, [since], now=night + timedelta(hours=1)) == []
        assert await due(TILE, [since + timedelta(days=1)], now=night) == [since + timedelta(days=1)]

    async def test_is_what_was_never_counted_then_what_waited_longest(self, town: Town) -> None:
        await lay_down(TILE, MARCH, {}, now=NOON)
        await lay_down(TILE, FEBRUARY, {}, now=NOON - timedelta(minutes=5))

        assert await due(TILE, [MARCH, FEBRUARY, JANUARY], now=NOON + timedelta(minutes=1)) == [
            JANUARY,
            FEBRUARY,
            MARCH,
        ]
        assert await due(TILE, [MARCH], now=NOON + timedelta(seconds=59)) == []

    async def test_what_lies_far_back_is_counted_now_and_then(self, town: Town) -> None:
        await lay_down(TILE, JANUARY, {}, now=NOON)

        assert await due(TILE, [JANUARY], now=NOON + timedelta(hours=5)) == []
        assert await due(TILE, [JANUARY], now=NOON + timedelta(hours=6)) == [JANUARY]
