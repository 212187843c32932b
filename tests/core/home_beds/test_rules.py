"""Who may have a home bed, how its days are counted, and by when somebody has to come, at every boundary."""

from datetime import date, datetime, timedelta

import pytest

from server.home_beds.rules import (
    CHECKLISTS,
    CURRENT,
    HOME_BED_MOVES,
    LIVE,
    NEXT_WORDS,
    HomeBedEvent,
    HomeBedStatus,
    Span,
    counted_days,
    days_between,
    judge,
    last_day_of,
    next_round_by,
    open_on,
)
from server.kit.clock import SHANGHAI
from server.kit.errors import IllegalMove
from server.people.rules import CareState
from server.visits.rules.due import Frequency

ALLOWED = {
    ("applied", "assess"): "assessed",
    ("applied", "decline"): "declined",
    ("applied", "withdraw"): "withdrawn",
    ("assessed", "decline"): "declined",
    ("assessed", "withdraw"): "withdrawn",
    ("assessed", "open"): "opened",
    ("opened", "suspend"): "suspended",
    ("suspended", "resume"): "opened",
    ("opened", "close"): "closed",
    ("suspended", "close"): "closed",
}
PREMISES = [each.code for each in CURRENT.premises]
ALWAYS = {"since": date(2000, 1, 1), "until": date(2100, 1, 1)}


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


class TestEveryStateAndEvent:
    def test_is_as_the_table_says(self) -> None:
        for status in HomeBedStatus:
            for event in HomeBedEvent:
                if (status, event) in ALLOWED:
                    assert HOME_BED_MOVES.after(status, event) == ALLOWED[status, event]
                else:
                    with pytest.raises(IllegalMove):
                        HOME_BED_MOVES.after(status, event)

    def test_that_lives_says_what_is_next(self) -> None:
        assert NEXT_WORDS.keys() == LIVE


class TestTheCheckList:
    def judged(self, *ticked: str, age: int = 80):
        return judge(CURRENT, ticked, age=age, immobile_age=70)

    def test_asks_for_every_premise_and_one_condition(self) -> None:
        assert self.judged(*PREMISES, "bedridden").met
        for left_out in PREMISES:
            rest = [each for each in PREMISES if each != left_out]
            assert not self.judged(*rest, "bedridden").met
        assert self.judged(*PREMISES).missing == ("收治情形至少要有一条",)

    @pytest.mark.parametrize(("age", "met"), [(69, False), (70, True)])
    def test_takes_chronic_disease_alone_from_an_age(self, age: int, met: bool) -> None:
        assert self.judged(*PREMISES, "chronic", age=age).met is met
        assert self.judged(*PREMISES, "chronic", "stroke", age=age).met

    def test_keeps_its_versions_apart(self) -> None:
        assert len({each.version for each in CHECKLISTS}) == len(CHECKLISTS)


class TestBedDays:
    def test_the_day_of_opening_counts_and_the_day_of_the_end_does_not(self) -> None:
        count = counted_days([Span(at(2), at(5))], **ALWAYS, today=date(2026, 3, 9))
        assert count == 3
        assert counted_days([Span(at(2), at(2, 18))], **ALWAYS, today=date(2026, 3, 9)) == 0

    def test_a_running_one_counts_today(self) -> None:
        assert counted_days([Span(at(2))], **ALWAYS, today=date(2026, 3, 2)) == 1

    def test_no_day_is_counted_twice(self) -> None:
        """Into hospital and back on one day; and two stretches of rows that were merged."""
        touching = [Span(at(2), at(5, 10)), Span(at(5, 16), at(8))]
        assert counted_days(touching, **ALWAYS, today=date(2026, 3, 9)) == 6
        doubled = [Span(at(2), at(8)), Span(at(4), at(10))]
        assert counted_days(doubled, **ALWAYS, today=date(2026, 3, 20)) == 8

    def test_hospital_days_belong_to_the_hospital(self) -> None:
        spans = [Span(at(2), at(5)), Span(at(9), at(11))]
        assert counted_days(spans, **ALWAYS, today=date(2026, 3, 20)) == 3 + 2

    @pytest.mark.parametrize(("hour", "minute"), [(23, 59), (0, 0)])
    def test_days_are_the_citys(self, hour: int, minute: int) -> None:
        span = Span(at(2, hour, minute), at(3, hour, minute))
        assert counted_days([span], **ALWAYS, today=date(2026, 3, 9)) == 1

    def test_only_those_of_the_month_that_is_asked_for(self) -> None:
        span = Span(datetime(2026, 2, 27, 9, tzinfo=SHANGHAI), at(3))
        march = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
        assert counted_days([span], **march, today=date(2026, 3, 9)) == 2

    def test_a_leap_day_is_a_day(self) -> None:
        span = Span(datetime(2028, 2, 28, 9, tzinfo=SHANGHAI), datetime(2028, 3, 1, 9, tzinfo=SHANGHAI))
        assert counted_days([span], **ALWAYS, today=date(2028, 3, 9)) == 2

    def test_a_round_on_the_morning_of_the_end_was_at_an_open_bed(self) -> None:
        spans = [Span(at(2, 10), at(5, 10))]
        days = [date(2026, 3, day) for day in (1, 2, 5, 6)]
        assert [open_on(spans, day) for day in days] == [False, True, True, False]

    def test_the_last_day_is_within_both_limits(self) -> None:
        day = date(2026, 3, 2)
        assert last_day_of(opened_on=day, most_days=90, days_left=180) == date(2026, 5, 30)
        assert last_day_of(opened_on=day, most_days=90, days_left=1) == day


class TestRounds:
    def due(self, last: datetime | None, *, senior: bool = True, week: int = 2) -> datetime:
        return next_round_by(
            opened_at=at(2),
            last_round=last,
            senior_came=senior,
            rounds_a_week=week,
            first_hours=24,
            second_level_days=3,
        )

    def test_the_first_within_a_day_the_senior_within_three_then_by_the_week(self) -> None:
        assert self.due(None) == at(3)
        assert self.due(at(2, 12), senior=False, week=1) == at(5)
        assert self.due(at(2, 12), week=1) == at(9, 12)
        assert self.due(at(2, 12), week=2) == at(6, 0)

    @pytest.mark.parametrize(("rounds", "days"), [(1, 7), (2, 4), (3, 3), (4, 2), (5, 2), (6, 2), (7, 1)])
    def test_so_many_days_lie_between(self, rounds: int, days: int) -> None:
        assert days_between(rounds) == days

    @pytest.mark.parametrize("rounds", range(1, 8))
    def test_as_many_rounds_as_were_agreed_fill_a_week(self, rounds: int) -> None:
        assert (self.due(at(2), week=rounds) - at(2)) * rounds == pytest.approx(
            timedelta(days=7), abs=timedelta(seconds=1)
        )

    def test_they_raise_how_often_a_visit_is_due_and_nothing_yearly(self) -> None:
        weekly, yearly = Frequency(52, 2, 3, 12), Frequency(1, 2, 3, 12)
        assert weekly.days_for(CareState.RESIDENTIAL, None, 2) == 4
        assert weekly.days_for(CareState.RESIDENTIAL, None, 1) == 7
        assert weekly.days_for(CareState.RESIDENTIAL, 8, 1) == 3
        assert yearly.days_for(CareState.RESIDENTIAL, None, 7) == 365
        assert weekly.days_for(CareState.CONVALESCENT, None, 2) == 2


def test_nobody_waits_longer_than_the_week_has_days() -> None:
    assert all(timedelta(days=days_between(rounds)) <= timedelta(days=7) for rounds in range(1, 8))
