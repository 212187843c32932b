"""Courses, their validity, who needs which, and when a code counts; without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.authority.permissions import Role
from server.kit.errors import IllegalMove
from server.kit.months import months_after
from server.training.errors import BadSession, UnknownCourse
from server.training.rules import (
    COURSES,
    REQUIREMENTS,
    SESSION_MOVES,
    SessionEvent,
    SessionStatus,
    blocking,
    certificate_number,
    counts,
    course_on,
    course_on_paper,
    ensure_sound,
    may_sign,
    runs_out_on,
)

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TestCourses:
    def test_every_version_says_where_it_comes_from_and_is_alone(self):
        assert all(course.source for course in COURSES)
        assert len({(course.code, course.version) for course in COURSES}) == len(COURSES)
        assert {each.course for each in REQUIREMENTS} <= {course.code for course in COURSES}

    def test_an_unknown_one_is_refused_and_none_is_held_before_it_is_taught(self):
        for of in (course_on, course_on_paper):
            with pytest.raises(UnknownCourse):
                of("juggling", DAY)
        with pytest.raises(UnknownCourse):
            course_on("emergency", date(2020, 1, 1))

    def test_paper_older_than_the_first_version_belongs_to_it(self):
        assert course_on_paper("practice_licence", date(2005, 7, 1)).version == 1
        assert course_on_paper("emergency", DAY) == course_on("emergency", DAY)

    @pytest.mark.parametrize(
        ("day", "months", "after"),
        [
            (date(2026, 3, 2), 12, date(2027, 3, 2)),
            (date(2025, 12, 31), 2, date(2026, 2, 28)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2026, 11, 30), 1, date(2026, 12, 30)),
            (date(2026, 12, 15), 24, date(2028, 12, 15)),
        ],
    )
    def test_validity_is_counted_by_the_calendar(self, day, months, after):
        assert months_after(day, months) == after

    def test_what_does_not_run_out_has_no_end(self):
        assert runs_out_on(course_on("round_pre_service", DAY), DAY) is None
        assert runs_out_on(course_on("infection_control", DAY), DAY) == date(2027, 3, 2)


class TestAssigning:
    @pytest.mark.parametrize(
        ("completed", "expires", "grace", "holds"),
        [
            (DAY, None, 0, True),  # learnt on the very day
            (DAY + timedelta(days=1), None, 0, False),
            (date(2025, 1, 1), DAY + timedelta(days=1), 0, True),
            (date(2025, 1, 1), DAY, 0, False),  # the first day on which it no longer holds
            (date(2025, 1, 1), DAY, 1, True),
            (date(2025, 1, 1), DAY - timedelta(days=1), 1, False),
        ],
    )
    def test_a_certificate_holds_from_its_day_to_the_day_before_its_end(
        self, completed, expires, grace, holds
    ):
        assert counts(completed, expires, day=DAY, grace_days=grace) is holds

    def test_one_role_that_fits_is_enough(self):
        assert blocking([Role.CLINICIAN]) == {"round_pre_service", "infection_control"}
        assert blocking([Role.NURSE]) == frozenset()
        assert blocking([Role.CLINICIAN, Role.NURSE]) == frozenset()
        assert blocking([]) == frozenset()


class TestSessions:
    @pytest.mark.parametrize("status", list(SessionStatus))
    @pytest.mark.parametrize("event", list(SessionEvent))
    def test_every_state_and_event(self, status, event):
        to = {SessionEvent.FINISH: SessionStatus.FINISHED, SessionEvent.CANCEL: SessionStatus.CANCELLED}
        if status is SessionStatus.PLANNED:
            assert SESSION_MOVES.after(status, event) is to[event]
        else:
            with pytest.raises(IllegalMove):
                SESSION_MOVES.after(status, event)

    @pytest.mark.parametrize(
        ("minutes", "holds"), [(-31, False), (-30, True), (0, True), (180, True), (181, False)]
    )
    def test_the_code_counts_from_half_an_hour_before_to_an_hour_after(self, minutes, holds):
        at = NOON + timedelta(minutes=minutes)
        window = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=2), "early": 30, "late": 60}
        assert may_sign(at, **window) is holds

    @pytest.mark.parametrize(
        ("hours", "seats", "sound"),
        [(12, 500, True), (0, 5, False), (13, 5, False), (1, 0, False), (1, 501, False)],
    )
    def test_length_and_seats_have_bounds(self, hours, seats, sound):
        if sound:
            ensure_sound(NOON, NOON + timedelta(hours=hours), seats)
        else:
            with pytest.raises(BadSession):
                ensure_sound(NOON, NOON + timedelta(hours=hours), seats)

    def test_a_number_names_day_session_and_place(self):
        assert certificate_number("01ABCDEFGHJKMNPQRSTVWXYZ99", NOON, 7) == "PX20260302-WXYZ99-007"
