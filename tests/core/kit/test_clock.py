from datetime import UTC, date, datetime

import pytest

from server.kit.clock import age_on, day_bounds, local_date
from server.kit.periods import Period


class TestAge:
    @pytest.mark.parametrize(
        ("born", "day", "years"),
        [
            (date(1966, 3, 2), date(2026, 3, 1), 59),
            (date(1966, 3, 2), date(2026, 3, 2), 60),
            (date(1961, 3, 2), date(2026, 3, 1), 64),
            (date(1961, 3, 2), date(2026, 3, 2), 65),
            (date(1946, 3, 3), date(2026, 3, 2), 79),
            (date(1946, 3, 2), date(2026, 3, 2), 80),
            (date(1936, 2, 29), date(2026, 2, 28), 89),
            (date(1936, 2, 29), date(2026, 3, 1), 90),
            (date(1936, 2, 29), date(2028, 2, 28), 91),
            (date(1936, 2, 29), date(2028, 2, 29), 92),
            (date(2026, 3, 2), date(2026, 3, 2), 0),
        ],
    )
    def test_counts_completed_years(self, born: date, day: date, years: int) -> None:
        assert age_on(born, day) == years


class TestDays:
    def test_begin_at_midnight_in_shanghai(self) -> None:
        before, after = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, 0, tzinfo=UTC)

        assert (local_date(before), local_date(after)) == (date(2026, 3, 1), date(2026, 3, 2))
        assert day_bounds(date(2026, 3, 2)) == (after, datetime(2026, 3, 2, 16, 0, tzinfo=UTC))


class TestPeriod:
    noon, one, two = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (12, 13, 14))

    def test_holds_its_start_and_not_its_end(self) -> None:
        period = Period(self.noon, self.one)

        assert (period.contains(self.noon), period.contains(self.one)) == (True, False)

    def test_touching_periods_do_not_overlap(self) -> None:
        assert not Period(self.noon, self.one).overlaps(Period(self.one, self.two))
        assert Period(self.noon, self.two).overlaps(Period(self.one, None))
        assert Period(self.one, None).overlaps(Period(self.noon, None))
