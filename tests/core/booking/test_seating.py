"""Seats for several people at once: whoever can be seated is, whatever the order they are named in."""

from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from server.booking.rules import (
    FreeSeats,
    HalfDay,
    SeatWish,
    Span,
    half_day_bounds,
    half_days_near,
    seat_everybody,
)
from tests.core.booking.world import NOW

NINE = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def seats(slot_id: int, hour: int, free: int, *, department: int = 1, reserved: bool = False) -> FreeSeats:
    return FreeSeats(
        slot_id, department, Span(NINE + hour * HOUR, NINE + (hour + 1) * HOUR), reserved, reserved, free
    )


def wish(who: int, *, department: int = 1, may_green: bool = True, busy: tuple[int, ...] = ()) -> SeatWish:
    engaged = tuple(Span(NINE + hour * HOUR, NINE + (hour + 1) * HOUR) for hour in busy)
    return SeatWish(who, department, may_green, engaged)


def most_by_trying_everything(wishes: list[SeatWish], slots: list[FreeSeats]) -> int:
    best = 0
    for choice in product([None, *slots], repeat=len(wishes)):
        sits = [(each, slot) for each, slot in zip(wishes, choice, strict=True) if slot is not None]
        fits = all(each.suits(slot) for each, slot in sits)
        if fits and all(sum(slot is other for _, slot in sits) <= other.free for other in slots):
            best = max(best, len(sits))
    return best


class TestSeatEverybody:
    def test_gives_the_earliest_hour_and_a_green_seat_before_a_public_one(self) -> None:
        slots = [seats(1, 1, 1), seats(2, 0, 1), seats(3, 0, 1, reserved=True)]

        assert seat_everybody([wish(7), wish(8), wish(9)], slots) == {7: 3, 8: 2, 9: 1}

    def test_lets_somebody_move_on_so_that_the_next_one_fits(self) -> None:
        slots = [seats(1, 0, 1), seats(2, 1, 1)]

        assert seat_everybody([wish(7), wish(8, busy=(1,))], slots) == {7: 2, 8: 1}

    def test_keeps_departments_and_reserved_seats_apart(self) -> None:
        slots = [seats(1, 0, 5, reserved=True), seats(2, 0, 5, department=2)]

        assert seat_everybody([wish(7, may_green=False), wish(8, department=3)], slots) == {}

    @given(
        people=st.lists(
            st.tuples(st.integers(1, 2), st.booleans(), st.sets(st.integers(0, 2))), min_size=1, max_size=4
        ),
        hours=st.lists(
            st.tuples(st.integers(0, 2), st.integers(1, 2), st.integers(1, 2), st.booleans()),
            min_size=1,
            max_size=4,
        ),
    )
    def test_nobody_could_be_seated_who_is_not_and_nothing_is_sold_twice(
        self, people: list[tuple[int, bool, set[int]]], hours: list[tuple[int, int, int, bool]]
    ) -> None:
        wishes = [
            wish(number, department=department, may_green=green, busy=tuple(sorted(busy)))
            for number, (department, green, busy) in enumerate(people)
        ]
        slots = [
            seats(number, hour, free, department=department, reserved=reserved)
            for number, (hour, free, department, reserved) in enumerate(hours)
        ]

        seated = seat_everybody(wishes, slots)

        for who, slot_id in seated.items():
            assert wishes[who].suits(slots[slot_id])
        for slot in slots:
            assert sum(slot_id == slot.slot_id for slot_id in seated.values()) <= slot.free
        assert len(seated) == most_by_trying_everything(wishes, slots)


class TestHalfDays:
    def test_the_afternoon_begins_at_noon_of_the_city(self) -> None:
        first, noon = half_day_bounds(NOW.date(), HalfDay.MORNING)
        begins, after = half_day_bounds(NOW.date(), HalfDay.AFTERNOON)

        assert (noon, begins) == (begins, first + 12 * HOUR)
        assert after == first + 24 * HOUR

    def test_the_nearest_come_first_and_none_in_the_past(self) -> None:
        today = NOW.date()

        near = half_days_near(today, HalfDay.AFTERNOON, first=today, reach=1)

        tomorrow = today + timedelta(days=1)
        assert near == [(today, HalfDay.MORNING), (tomorrow, HalfDay.MORNING), (tomorrow, HalfDay.AFTERNOON)]
