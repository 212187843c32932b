"""Whose money pays at a home bed, and by long-term care: the two insurances ask for a bed, a grade and a designation."""

from datetime import timedelta
from typing import Any

import pytest

from server.alliance.rules import Funding
from server.settlement.rules import Situation, Terms, fund

F = Funding
TERMS = Terms(
    listed=True, agreed=True, funding=frozenset({F.INSURANCE, F.LONG_TERM_CARE, F.AGREEMENT}), price=5000
)


class TestTheWaterfall:
    @pytest.mark.parametrize(
        ("situation", "payer"),
        [
            (Situation(home_bed=True, insured_here=True), F.INSURANCE),
            (Situation(home_bed=True, insured_here=False), F.AGREEMENT),
            (Situation(home_bed=False, insured_here=True), F.AGREEMENT),
            (Situation(long_term_care=True, care_insured_here=True), F.LONG_TERM_CARE),
            (Situation(long_term_care=True, care_insured_here=False), F.AGREEMENT),
        ],
    )
    def test_asks_for_both(self, situation: Situation, payer: Funding) -> None:
        assert fund(TERMS, situation).payer is payer

    def test_says_which_is_missing(self) -> None:
        words = [step.words for step in fund(TERMS, Situation(home_bed=True, insured_here=False)).steps]
        assert any("不是医保定点" in each for each in words)


class TestWhatIsAsked:
    async def test_a_bed_a_grade_and_a_designation_on_that_day(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        from server.alliance.models import Institution
        from server.assessments.actions import begin_assessment, sign_assessment
        from server.assessments.rules import AssessmentReason
        from server.clinics.queries import designations_of
        from server.kit.clock import local_date
        from server.people.models import Resident
        from server.settlement.actions.books import Insurances
        from tests.core.home_beds.flows import BedWay

        await BedWay(town, actor, clock).opened()
        nurse, wang = await actor("nurse"), await Resident.get(uid=town.people.wang)
        sheet = await begin_assessment(
            actor=nurse,
            resident_uid=wang.uid,
            questionnaire="ltc",
            reason=AssessmentReason.FIRST,
            now=clock(),
        )
        await sign_assessment(actor=nurse, uid=sheet.uid, answers=grade("3"), now=clock())
        center = await Institution.get(uid=town.alliance.health_center)
        asked = Insurances(center.id, await designations_of([center.id]))
        today = local_date(clock())
        yesterday = today - timedelta(days=1)
        await asked.ask_about([wang.id], [yesterday, today])

        known = asked.situation(wang.id, today, used=0)
        assert known == Situation(
            home_bed=True, insured_here=True, long_term_care=True, care_insured_here=True
        )
        before = asked.situation(wang.id, yesterday, used=0)
        assert (before.home_bed, before.long_term_care) == (False, False)
        asked.care_from[today] = 4  # published in between: the service's own day says which holds
        assert not asked.situation(wang.id, today, used=0).long_term_care


def grade(value: str) -> dict[str, str]:
    return {"grade": value, "agency": "某评估机构", "report": "2026-1"}
