"""Whom a round should see next: the rule, and the list of one home."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance.models import PolicyParameter, ServiceAgreement
from server.kit.errors import NotFound
from server.people.models import Resident
from server.people.rules import CareState
from server.visits import actions, queries
from server.visits.models import VisitItem
from server.visits.queries import DueSheet
from server.visits.rules import Outcome
from server.visits.rules.due import Due, DueState, Frequency, due_of
from tests.core.visits.conftest import Ask, Round

D = DueState
TODAY = date(2026, 3, 2)
WEEKLY = Frequency(times_a_year=52, convalescent_times=2, ahead=3)


def due(**otherwise: Any) -> Due:
    said: dict[str, Any] = {
        "frequency": WEEKLY,
        "care_state": CareState.RESIDENTIAL,
        "last_seen": TODAY - timedelta(days=4),
        "waiting_since": date(2026, 1, 1),
        "planned": False,
        "today": TODAY,
    }
    return due_of(**{**said, **otherwise})


class TestFrequency:
    @pytest.mark.parametrize(("times", "days"), [(52, 7), (12, 30), (4, 91), (1, 365), (365, 1), (1000, 1)])
    def test_is_the_year_divided(self, times: int, days: int) -> None:
        assert Frequency(times, 2, 3).days == days

    def test_is_higher_for_those_who_convalesce(self) -> None:
        assert WEEKLY.days_for(CareState.CONVALESCENT) == 3


class TestDue:
    @pytest.mark.parametrize(
        ("ago", "state", "overdue"),
        [
            (0, D.LATER, 0),
            (3, D.LATER, 0),
            (4, D.DUE, 0),
            (7, D.DUE, 0),
            (8, D.OVERDUE, 1),
            (37, D.OVERDUE, 30),
        ],
    )
    def test_follows_the_last_visit(self, ago: int, state: DueState, overdue: int) -> None:
        found = due(last_seen=TODAY - timedelta(days=ago))
        assert (found.state, found.overdue_days) == (state, overdue)
        assert found.on == TODAY + timedelta(days=7 - ago)

    @pytest.mark.parametrize(("waited", "state"), [(7, D.NEVER), (0, D.NEVER), (8, D.OVERDUE)])
    def test_of_who_was_never_seen_counts_from_when_they_could_have_been(
        self, waited: int, state: DueState
    ) -> None:
        assert due(last_seen=None, waiting_since=TODAY - timedelta(days=waited)).state is state

    def test_rests_while_somebody_is_in_hospital(self) -> None:
        """I17."""
        assert due(care_state=CareState.INPATIENT, last_seen=None) == Due(D.PAUSED, None)

    def test_comes_sooner_for_those_who_convalesce(self) -> None:
        """I17."""
        assert due(care_state=CareState.CONVALESCENT).state is D.OVERDUE

    def test_is_not_asked_for_twice(self) -> None:
        assert due(last_seen=None, planned=True).state is D.PLANNED


class TestBoard:
    async def sheet(self, morning: Round, who: str = "feng", **wish: Any) -> DueSheet:
        board = await queries.rounds_due(actor=getattr(morning, who), now=morning.now, **wish)
        assert board.sheet is not None
        return board.sheet

    async def test_takes_the_frequency_from_the_agreement(self, morning: Round) -> None:
        sheet = await self.sheet(morning)
        assert (sheet.service.code, sheet.service.times_a_year, sheet.days_between) == ("patrol", 52, 7)
        assert sheet.pair.agreement_uid == morning.town.alliance.yihe_health_center

    async def test_shows_who_stands_on_a_list_already_only_when_asked(self, morning: Round) -> None:
        assert (await self.sheet(morning)).lines == ()
        lines = (await self.sheet(morning, everybody=True)).lines
        assert {line.resident_name: line.visit.uid for line in lines if line.visit} == {
            "王桂兰": morning.uid,
            "李福生": morning.uid,
        }

    async def test_counts_only_what_both_confirmed(self, morning: Round) -> None:
        """I36: Li was seen three days ago, and the home has not said so; Wang a week ago, and both have."""
        await actions.cancel_visit(actor=morning.feng, visit_uid=morning.uid, reason="停诊", now=morning.now)
        lines = {line.resident_name: line for line in (await self.sheet(morning, everybody=True)).lines}
        assert (lines["王桂兰"].last_seen, lines["王桂兰"].due.state) == (date(2026, 2, 23), D.DUE)
        assert (lines["李福生"].last_seen, lines["李福生"].due.state) == (None, D.PLANNED)

        await actions.attest(actor=morning.he, visit_uid=morning.town.visits.waiting, now=morning.now)
        lines = {line.resident_name: line for line in (await self.sheet(morning, everybody=True)).lines}
        assert (lines["李福生"].last_seen, lines["李福生"].due.state) == (date(2026, 2, 27), D.LATER)

    async def test_does_not_count_who_was_away(self, morning: Round) -> None:
        await actions.cancel_visit(actor=morning.feng, visit_uid=morning.uid, reason="停诊", now=morning.now)
        await VisitItem.filter(uid=morning.town.visits.confirmed_wang).update(outcome=Outcome.ABSENT)
        (wang,) = (await self.sheet(morning)).lines
        assert (wang.last_seen, wang.due.state) == (None, D.OVERDUE)

    async def test_puts_the_longest_overdue_first(self, morning: Round) -> None:
        for uid in (morning.uid, morning.town.visits.waiting):
            await VisitItem.filter(visit__uid=uid).update(service="follow_up")
        sheet = await self.sheet(morning)
        assert [line.resident_name for line in sheet.lines] == ["李福生", "王桂兰"]
        assert [line.due.state for line in sheet.lines] == [D.OVERDUE, D.DUE]
        assert sheet.counts == {D.OVERDUE: 1, D.DUE: 1}

    async def test_can_be_asked_for_another_service_and_falls_back_for_one_not_promised(
        self, morning: Round
    ) -> None:
        assert (await self.sheet(morning, service="checkup")).days_between == 365
        assert (await self.sheet(morning, service="massage")).service.code == "patrol"

    async def test_looks_ahead_as_far_as_the_parameter_says(self, morning: Round) -> None:
        await actions.cancel_visit(actor=morning.feng, visit_uid=morning.uid, reason="停诊", now=morning.now)
        morning.clock.set(morning.now - timedelta(days=4))  # the fourth day before Wang is due
        assert all(line.resident_name != "王桂兰" for line in (await self.sheet(morning)).lines)
        await PolicyParameter.filter(code="visits.due_ahead_days").update(value=4)
        assert any(line.resident_name == "王桂兰" for line in (await self.sheet(morning)).lines)

    async def test_proposes_the_next_agreed_half_day(self, morning: Round) -> None:
        sheet = await self.sheet(morning)  # Monday nine o'clock has begun: Thursday, two to four
        assert sheet.starts_at.isoformat() == "2026-03-05T06:00:00+00:00"
        assert sheet.ends_at - sheet.starts_at == timedelta(hours=2)

    async def test_lets_the_provider_plan_and_the_home_read(self, morning: Round) -> None:
        assert (await self.sheet(morning, "feng")).may_plan
        home = await self.sheet(morning, "he")
        assert not home.may_plan
        assert [each.name for each in home.contacts] == ["林致远"]

    async def test_of_the_agreement_of_others_is_not_found(self, morning: Round, actor: Ask) -> None:
        with pytest.raises(NotFound):
            await queries.rounds_due(
                actor=await actor("zhao"),
                agreement_uid=morning.town.alliance.yihe_health_center,
                now=morning.now,
            )

    async def test_is_empty_without_a_promise_by_the_year(self, morning: Round) -> None:
        await ServiceAgreement.all().update(content=_as_needed((await ServiceAgreement.first()).content))
        board = await queries.rounds_due(actor=morning.feng, now=morning.now)
        assert (board.choices, board.sheet) == ((), None)

    async def test_is_empty_where_nobody_is_to_come(self, morning: Round, actor: Ask) -> None:
        """Songhe and the second hospital agreed on the green channel and on remote consultations."""
        board = await queries.rounds_due(actor=await actor("song"), now=morning.now)
        assert board.choices == ()

    async def test_leaves_out_who_has_died(self, morning: Round) -> None:
        await Resident.filter(uid=morning.town.people.wang).update(died_at=morning.now)
        lines = (await self.sheet(morning, everybody=True)).lines
        assert [line.resident_name for line in lines] == ["李福生"]

    async def test_counts_for_the_survivor_what_was_done_for_a_row_that_was_merged(
        self, morning: Round
    ) -> None:
        wang = await Resident.get(uid=morning.town.people.wang)
        survivor = Resident(
            name="王桂兰", birth_date=wang.birth_date, home_id=wang.home_id, created_at=morning.now
        )
        await survivor.save()
        await Resident.filter(id=wang.id).update(merged_into_id=survivor.id, home_id=None, bed=None)
        lines = {line.resident_uid: line for line in (await self.sheet(morning, everybody=True)).lines}
        assert wang.uid not in lines
        line = lines[survivor.uid]
        assert (line.last_seen, line.due.state) == (date(2026, 2, 23), D.PLANNED)
        assert line.visit is not None
        assert line.visit.uid == morning.uid


def _as_needed(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "items": [{**item, "times_a_year": None} for item in content["items"]]}


class TestManyDue:
    async def test_are_handed_out_by_the_round(self, morning: Round) -> None:
        wang = await Resident.get(uid=morning.town.people.wang)
        for number in range(70):
            await Resident(
                name=f"长者{number:02}",
                birth_date=wang.birth_date,
                home_id=wang.home_id,
                bed=f"9{number:02}-1",
                created_at=morning.now,
            ).save()
        first = (await queries.rounds_due(actor=morning.feng, now=morning.now)).sheet
        then = (await queries.rounds_due(actor=morning.feng, skip=60, now=morning.now)).sheet
        assert first is not None
        assert then is not None
        assert (len(first.lines), first.page.next, first.page.total) == (30, "30", 70)
        assert (len(then.lines), then.page.next, then.counts) == (10, None, first.counts)
        assert not {line.resident_uid for line in first.lines} & {line.resident_uid for line in then.lines}

    async def test_are_chosen_from_by_bed_when_one_plans(self, morning: Round) -> None:
        wish = {"actor": morning.feng, "agreement_uid": morning.town.alliance.yihe_health_center}
        every = await queries.planning_sheet(**wish, now=morning.now)
        some = await queries.planning_sheet(**wish, bed="202", now=morning.now)
        assert (every.fitting, [each.text for each in some.residents]) == (2, ["202-1　李福生"])


class TestTheCareLevel:
    """A14."""

    @pytest.mark.parametrize(
        ("times", "visits", "days"),
        [
            (12, None, 30),
            (12, 1, 30),
            (12, 2, 15),
            (12, 4, 7),
            (52, 4, 7),
            (52, 8, 3),
            (365, 8, 1),
            (11, 8, 33),  # promised more seldom than monthly: no round
            (1, 8, 365),
        ],
    )
    def test_raises_the_frequency_and_never_lowers_it(
        self, times: int, visits: int | None, days: int
    ) -> None:
        assert Frequency(times, 2, 3, 12).days_for(CareState.RESIDENTIAL, visits) == days

    def test_goes_together_with_convalescence(self) -> None:
        assert Frequency(12, 2, 3, 12).days_for(CareState.CONVALESCENT, 4) == 3

    def test_is_asked_of_everybody_by_themselves(self) -> None:
        assert due(last_seen=TODAY - timedelta(days=4), visits_a_month=8).state is D.OVERDUE
        assert due(last_seen=TODAY - timedelta(days=4), visits_a_month=1).state is D.DUE
