"""Who stands where in single indicators, by the rooms' own rows: what is late, what is counted once, what is not due yet."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.followups.models import ChronicEpisode
from server.identity.models import RoleGrant
from server.indicators.queries.counts import evaluated
from server.indicators.queries.evaluators import referrals
from server.indicators.queries.evaluators.registry import INDICATORS, indicator_of
from server.indicators.rules import Fact, State, period_of
from server.kit.clock import SHANGHAI, local_date
from server.referrals.rules import FollowUpStatus
from server.settlement.models import Statement
from server.settlement.rules import StatementStatus
from server.training.rules import CourseKind, required_of
from server.visits.models import Visit
from server.visits.rules import VisitStatus

MARCH = datetime(2026, 3, 25, 1, tzinfo=UTC)
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


async def facts(code: str, *, now: datetime = MARCH, of: date | None = None) -> list[Fact]:
    indicator = indicator_of(code, local_date(now))
    return await evaluated(indicator, period_of(indicator.definition.cadence, of or local_date(now)), now=now)


class TestAStatement:
    @pytest.fixture
    async def issued(self, town: Any) -> Statement:
        row = await Statement.get(status=StatementStatus.ISSUED)
        assert row.month == JANUARY
        return row

    async def told(self, row: Statement, now: datetime) -> tuple[State, str]:
        (found,) = [
            each for each in await facts("settled_on_time", now=now, of=FEBRUARY) if each.subject_id == row.id
        ]
        return found.state, str(found.reason)

    async def test_is_late_once_its_day_has_passed_and_stays_so(self, issued: Statement) -> None:
        on = datetime(2026, 2, 20, 12, tzinfo=SHANGHAI)
        assert await self.told(issued, on) == (State.EXCLUDED, "not_due")
        for later in (on + timedelta(days=1), on + timedelta(days=20)):
            assert await self.told(issued, later) == (State.UNMET, StatementStatus.ISSUED)

    @pytest.mark.parametrize(("day", "found"), [(20, (State.MET, "")), (21, (State.UNMET, "late"))])
    async def test_is_in_time_up_to_the_end_of_its_day(
        self, issued: Statement, day: int, found: tuple[State, str]
    ) -> None:
        await Statement.filter(id=issued.id).update(settled_at=datetime(2026, 2, day, 23, tzinfo=SHANGHAI))
        assert await self.told(issued, MARCH) == found


class TestAReferral:
    @pytest.mark.parametrize(
        ("status", "late", "found"),
        [
            (FollowUpStatus.DONE, False, ("met", "")),
            (FollowUpStatus.DONE, True, ("unmet", "follow_up_late")),
            (FollowUpStatus.OVERDUE, False, ("unmet", "follow_up")),
            (FollowUpStatus.WAIVED, False, ("left_out", "waived")),
        ],
    )
    def test_is_closed_when_it_was_followed_up_in_time(
        self, status: FollowUpStatus, late: bool, found: tuple[str, str]
    ) -> None:
        assert referrals._asked(status, late=late) == found
        assert not found[1] or found[1] in referrals.REASONS


class TestADisease:
    async def test_is_counted_once_a_person_by_the_newest_episode(self, town: Any) -> None:
        (before,) = await facts("bp_control")
        row = await ChronicEpisode.get(id=before.subject_id)
        await ChronicEpisode.filter(id=row.id).update(ended_on=date(2026, 3, 10), live_key=None)
        second = row.clone(pk=None)
        second.uid, second.enrolled_on, second.institution_id = "0" * 26, date(2026, 3, 12), 2
        await second.save(force_create=True)

        (found,) = await facts("bp_control")

        assert (found.subject_id, found.keeper_id) == (second.id, 2)


class TestAVisit:
    @pytest.mark.parametrize("status", [VisitStatus.STARTED, VisitStatus.ATTESTED_PROVIDER])
    async def test_of_today_is_not_missing_before_the_day_is_over(
        self, town: Any, status: VisitStatus
    ) -> None:
        (before, *_) = await facts("visits_kept")
        await Visit.filter(id=before.subject_id).update(
            status=status, starts_at=MARCH, ends_at=MARCH + timedelta(hours=1)
        )

        assert before.subject_id not in {each.subject_id for each in await facts("visits_kept")}
        tomorrow = await facts("visits_kept", now=MARCH + timedelta(days=1))
        assert [each.state for each in tomorrow if each.subject_id == before.subject_id] == [State.UNMET]

    async def test_of_the_last_day_is_missing_once_the_month_is_over(self, town: Any) -> None:
        (before, *_) = await facts("visits_kept")
        last = datetime(2026, 3, 31, 15, tzinfo=SHANGHAI)
        await Visit.filter(id=before.subject_id).update(
            status=VisitStatus.PLANNED, starts_at=last, ends_at=last
        )

        april = datetime(2026, 4, 2, 9, tzinfo=SHANGHAI)
        found = await facts("visits_kept", now=april, of=date(2026, 3, 1))
        assert before.subject_id in {each.subject_id for each in found if each.state is State.UNMET}


class TestEachRoom:
    async def test_tells_why_somebody_is_missing_and_what_to_do(self, town: Any) -> None:
        for indicator in INDICATORS:
            definition = indicator.definition
            for each in await facts(definition.code):
                assert not each.reason or str(each.reason) in definition.reasons, definition.code
                if each.state is definition.to_look_at and definition.target:
                    assert definition.reason(str(each.reason)).next_step, (definition.code, each.reason)

    async def test_counts_nobody_twice(self, town: Any) -> None:
        for indicator in INDICATORS:
            subjects = [each.subject_id for each in await facts(indicator.definition.code)]
            assert len(subjects) == len(set(subjects)), indicator.definition.code

    async def test_of_family_doctors_counts_contracts_in_force(self, town: Any) -> None:
        found = {str(each.reason): each.state for each in await facts("enrolled")}
        assert found == {"": State.MET, "applied": State.UNMET, "none": State.UNMET}

    async def test_of_training_counts_who_works_there(self, town: Any) -> None:
        for each in await facts("pre_service"):
            post = await RoleGrant.get(id=each.subject_id)
            assert post.institution_id == each.home_id
            assert required_of(post.role, kind=CourseKind.PRE_SERVICE)

    async def test_of_clinics_asks_only_homes_that_are_large_enough(self, town: Any) -> None:
        found = {each.home_id: str(each.reason) for each in await facts("in_house")}
        assert "not_eligible" in found.values()
        assert "intended" in found.values()

    async def test_of_traditional_medicine_divides_by_all_and_by_the_managed(self, town: Any) -> None:
        everybody, managed = await facts("tcm_all"), await facts("tcm_managed")
        assert all(each.state is State.UNMET for each in everybody)
        assert {str(each.reason) for each in managed} == {"unmanaged"}

    async def test_of_dossiers_counts_as_used_what_was_written_within_a_year(self, town: Any) -> None:
        now = {each.state for each in await facts("dossiers_used")}
        later = await facts("dossiers_used", now=MARCH + timedelta(days=500))
        assert State.MET in now
        assert {str(each.reason) for each in later if each.state is not State.EXCLUDED} == {"unused"}

    async def test_of_promises_weighs_an_agreement_by_what_it_owes_so_far(self, town: Any) -> None:
        (behind,) = [each for each in await facts("promises_kept") if each.state is State.UNMET]
        assert 0 < behind.met < behind.counted
        earlier = await facts("promises_kept", now=datetime(2026, 1, 20, tzinfo=UTC))
        assert all(each.state is State.EXCLUDED for each in earlier)
