"""What a service counts, and how a month closes; without a database."""

from datetime import UTC, date, datetime

import pytest

from server.authority.permissions import Role
from server.kit.errors import IllegalMove
from server.workload.rules import (
    CODES,
    MONTH_MOVES,
    PARAMETERS,
    MonthEvent,
    MonthStatus,
    Weights,
    is_over,
    said_points,
    weights,
)

PLAIN = {each.code: each.value for each in PARAMETERS}


class TestWeights:
    def test_work_in_a_home_counts_double(self):
        assert weights(PLAIN, service="patrol", role=Role.CLINICIAN).points == 200
        assert weights(PLAIN, service="checkup", role=Role.CLINICIAN).points == 300
        assert weights(PLAIN, service="never heard of", role=Role.HOSPITAL_MANAGER).points == 200

    @pytest.mark.parametrize(("item", "role", "points"), [(50, 99, 50), (49, 99, 49), (1, 50, 1), (1, 49, 0)])
    def test_a_half_is_rounded_up(self, item, role, points):
        assert Weights(item, role, 100).points == points

    def test_each_has_its_number_and_source(self):
        assert set(CODES) <= PLAIN.keys()
        assert all(each.citation for each in PARAMETERS)

    @pytest.mark.parametrize(
        ("points", "said"), [(200, "2"), (150, "1.5"), (-75, "-0.75"), (0, "0"), (5, "0.05")]
    )
    def test_are_written_as_people_read_them(self, points, said):
        assert said_points(points) == said


class TestMonths:
    def test_end_with_the_last_moment_of_the_citys_last_day(self):
        last = datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC)
        assert not is_over(date(2026, 2, 1), now=last)
        assert is_over(date(2026, 2, 1), now=datetime(2026, 2, 28, 16, 0, tzinfo=UTC))

    @pytest.mark.parametrize("status", list(MonthStatus))
    def test_close_once(self, status):
        if status is MonthStatus.OPEN:
            assert MONTH_MOVES.after(status, MonthEvent.CLOSE) is MonthStatus.CLOSED
        else:
            with pytest.raises(IllegalMove):
                MONTH_MOVES.after(status, MonthEvent.CLOSE)
