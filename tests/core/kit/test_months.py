"""Months of the city's calendar, across the ends of years."""

from datetime import UTC, date, datetime

import pytest

from server.kit.months import Month, first_of_month, month_of, months_after


class TestMonths:
    def test_go_on_across_the_years(self) -> None:
        december = Month(date(2025, 12, 1))
        assert (december.following, december.before) == (Month(date(2026, 1, 1)), Month(date(2025, 11, 1)))
        assert [december.plus(each).first for each in (-12, 0, 13)] == [
            date(2024, 12, 1),
            date(2025, 12, 1),
            date(2027, 1, 1),
        ]
        assert (december.days, december.last, december.words) == (31, date(2025, 12, 31), "2025 年 12 月")

    def test_are_named_by_their_first_day(self) -> None:
        assert (
            Month.of(date(2024, 2, 29)) == Month(first_of_month(date(2024, 2, 29))) == Month(date(2024, 2, 1))
        )
        with pytest.raises(ValueError, match="first day"):
            Month(date(2024, 2, 29))

    def test_end_with_the_last_moment_of_the_citys_last_day(self) -> None:
        midnight = datetime(2026, 2, 28, 16, tzinfo=UTC)
        assert month_of(midnight) == Month(date(2026, 3, 1))
        assert Month(date(2026, 2, 1)).ends == midnight

    def test_the_same_day_so_many_months_on_or_the_last(self) -> None:
        assert months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
        assert months_after(date(2026, 11, 30), 1) == date(2026, 12, 30)
