"""Whose sheets, results and disputes somebody reaches; what one resident's result does, it does to nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from server.alliance.models import Institution, ServiceAgreement
from server.assessments import actions, queries
from server.assessments.access import is_clinical
from server.assessments.models import Assessment, AssessmentDispute, CareLevel
from server.assessments.queries import WorkWish
from server.assessments.rules import AssessmentReason, AssessmentStatus, DisputeStatus
from server.consent.models import Consent, ConsentProvision
from server.consent.rules import ConsentStatus, Purpose, Verdict
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from tests.core.assessments.conftest import Desk


async def place(desk: Desk, name: str) -> Institution:
    return await Institution.get(uid=getattr(desk.town.alliance, name))


async def homes_of(desk: Desk, by: str) -> set[str]:
    found = await queries.work_list(
        actor=await desk.actor(by), wish=WorkWish(), page=PageWish(), now=desk.clock()
    )
    return {uid for uid, _ in found.homes}


async def disputed_twice(desk: Desk) -> tuple[str, str]:
    """Dispute a result of Wang's and one of Li's."""
    li = desk.town.assessments.li_draft
    await desk.signed(li)
    await desk.agreed(li)
    await desk.dispute(li, "guardian")
    return await desk.disputed(), li


class TestASignature:
    async def test_is_a_clinicians_only_where_they_work_as_one(self, desk: Desk) -> None:
        nurse = await desk.actor("nurse")
        assert is_clinical(nurse, (await place(desk, "yihe")).id)
        assert not is_clinical(nurse, (await place(desk, "health_center")).id)


class TestBeginning:
    async def test_is_for_an_institution_of_ones_own(self, desk: Desk) -> None:
        before = await Assessment.all().count()
        with pytest.raises(NotFound):
            await actions.begin_assessment(
                actor=await desk.actor("nurse"), resident_uid=desk.town.people.wang, questionnaire="gbt42195",
                reason=AssessmentReason.ROUTINE, institution_uid=desk.town.alliance.songhe, now=desk.clock(),
            )  # fmt: skip
        assert await Assessment.all().count() == before


class TestTheHomes:
    async def test_are_those_with_an_agreement_and_not_ones_own_health_center(self, desk: Desk) -> None:
        found = await homes_of(desk, "feng")
        assert desk.town.alliance.yihe in found
        assert desk.town.alliance.health_center not in found
        assert await homes_of(desk, "he") == {desk.town.alliance.yihe}

    async def test_are_gone_with_their_agreement(self, desk: Desk) -> None:
        rows = ServiceAgreement.filter(
            home__uid=desk.town.alliance.yihe, provider__uid=desk.town.alliance.health_center
        )
        ids = await rows.values_list("id", flat=True)
        yesterday = local_date(desk.clock()) - timedelta(days=1)
        await ServiceAgreement.filter(id__in=ids).update(last_day=yesterday)
        assert desk.town.alliance.yihe not in await homes_of(desk, "feng")


class TestAResultOfAnotherInstitution:
    """The health center has assessed Wang; her home knows of it by consent, and otherwise she is due there."""

    @pytest.fixture
    async def consent(self, desk: Desk) -> Consent:
        uid = await desk.begun("feng")
        await desk.signed(uid, "feng")
        await desk.agreed(uid, "doctor")
        row = await Consent.get(uid=desk.town.consent.wang_yihe)
        await ConsentProvision(
            consent=row, category="ability", verdict=Verdict.PERMIT, created_at=desk.clock()
        ).save()
        return row

    async def is_due(self, desk: Desk) -> bool:
        found = await queries.work_list(
            actor=await desk.actor("he"), wish=WorkWish(), page=PageWish(), now=desk.clock()
        )
        return desk.town.people.wang in {line.resident_uid for line in found.page.items}

    @pytest.mark.parametrize(
        "otherwise",
        [
            {"recipient_id": "songhe"},
            {"home_id": "songhe"},
            {"purpose": Purpose.CONTINUITY},
            {"status": ConsentStatus.WITHDRAWN},
            {"decided_at": timedelta(seconds=1)},
        ],
    )
    async def test_is_known_by_a_consent_to_this_home_for_its_care_that_holds_today(
        self, desk: Desk, consent: Consent, otherwise: dict[str, Any]
    ) -> None:
        assert not await self.is_due(desk)
        ((column, value),) = otherwise.items()
        if column.endswith("_id"):
            value = (await place(desk, value)).id
        elif isinstance(value, timedelta):
            value += desk.clock()
        await Consent.filter(id=consent.id).update(**{column: value})
        assert await self.is_due(desk)

    async def test_is_disputed_by_the_home_and_not_by_whoever_assessed(
        self, desk: Desk, consent: Consent
    ) -> None:
        uid = (await Assessment.get(resident_id=consent.resident_id, status=AssessmentStatus.FINAL)).uid
        for who in ("feng", "doctor"):
            with pytest.raises(NotFound):
                await desk.dispute(uid, who)
        assert not await AssessmentDispute.exists()
        await desk.dispute(uid, "he")


class TestADispute:
    async def test_is_listed_for_the_institution_that_answers_and_for_no_other(self, desk: Desk) -> None:
        await disputed_twice(desk)
        for who, found in (("he", 2), ("song", 0), ("feng", 0), ("nurse", 0)):
            person = await desk.actor(who)
            page = await queries.disputes(actor=person, open_only=True, wish=PageWish(), now=desk.clock())
            assert len(page.items) == found, who
            assert await queries.count_disputes(actor=person, now=desk.clock()) == (found, 0)

    async def test_stands_with_its_own_result_only(self, desk: Desk) -> None:
        await desk.disputed()
        other = await queries.result_sheet(
            actor=await desk.actor("song"), uid=desk.town.assessments.zhao_yun_screen, purpose=Purpose.CARE,
            now=desk.clock(),
        )  # fmt: skip
        assert other.dispute is None

    async def test_of_a_sheet_under_work_there_is_none_to_answer(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            await desk.upheld(await desk.proposed())

    async def test_of_somebody_else_stays_open_when_one_is_assessed_anew(self, desk: Desk) -> None:
        wang, li = await disputed_twice(desk)
        new = await desk.begun("feng", reason=AssessmentReason.REVIEW)
        await desk.signed(new, "feng", lost=40)
        await desk.agreed(new, "doctor")
        assert (await desk.dispute_of(wang)).status is DisputeStatus.REPLACED
        assert (await desk.dispute_of(li)).status is DisputeStatus.OPEN
        levels = CareLevel.filter(current_key__isnull=False)
        assert {each.assessment.uid for each in await levels.select_related("assessment")} == {new, li}
