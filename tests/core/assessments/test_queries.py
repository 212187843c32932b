"""Who sees which sheet and which result, and that every look leaves its line."""

from datetime import timedelta
from typing import Any

import pytest

from server.assessments import queries
from server.assessments.queries import WorkWish
from server.assessments.rules import WorkState
from server.audit.chain import AccessBasis
from server.audit.trail_models import AccessEntry
from server.consent.models import Consent, ConsentProvision
from server.consent.rules import Purpose, Verdict
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from server.people.models import ProxyGrant, Resident
from server.records.queries import EntryWish, missing, summary
from server.visits.queries import rounds_due
from tests.core.assessments.conftest import Desk


async def result(desk: Desk, uid: str, by: str) -> queries.ResultSheet:
    return await queries.result_sheet(
        actor=await desk.actor(by), uid=uid, purpose=Purpose.CARE, now=desk.clock()
    )


async def known(desk: Desk, by: str, resident: str | None = None) -> queries.ResidentAssessments:
    return await queries.of_resident(
        actor=await desk.actor(by),
        resident_uid=resident or desk.town.people.wang,
        purpose=Purpose.CARE,
        now=desk.clock(),
    )


async def board(desk: Desk, by: str = "he", **wish: Any) -> queries.WorkBoard:
    return await queries.work_list(
        actor=await desk.actor(by), wish=WorkWish(**wish), page=PageWish(counted=True), now=desk.clock()
    )


async def lines_of(desk: Desk, what: str) -> list[AccessEntry]:
    wang = await Resident.get(uid=desk.town.people.wang)
    return await AccessEntry.filter(what=what, resident_id=wang.id).order_by("id")


async def assessed_by_the_health_center(desk: Desk, **answers: Any) -> str:
    uid = await desk.begun("feng")
    await desk.signed(uid, "feng", **answers)
    await desk.agreed(uid, "doctor")
    return uid


async def share_ability(desk: Desk, *, permit: bool) -> None:
    """Let what Wang's home may see hold, or not hold, the category of ability."""
    consent = await Consent.get(uid=desk.town.consent.wang_yihe)
    await ConsentProvision.filter(consent_id=consent.id, category="ability").delete()
    verdict = Verdict.PERMIT if permit else Verdict.DENY
    await ConsentProvision(
        consent=consent, category="ability", verdict=verdict, created_at=desk.clock()
    ).save()


class TestAResult:
    @pytest.mark.parametrize(
        ("by", "basis"),
        [
            ("wang", AccessBasis.OWN),
            ("daughter", AccessBasis.PROXY),
            ("he", AccessBasis.AUTHOR),
            ("nurse", AccessBasis.AUTHOR),
        ],
    )
    async def test_is_read_in_full_and_leaves_its_line(self, desk: Desk, by: str, basis: AccessBasis) -> None:
        uid = await desk.final(lost=12)

        sheet = await result(desk, uid, by)

        assert sheet.card.score.total == 78
        assert sheet.card.score.plain == "大部分事能自己做，有些事要人提醒或搭把手。"
        assert [len(section.items) for section in sheet.sections[:4]] == [8, 4, 9, 5]
        (line,) = await lines_of(desk, "assessments.result")
        assert (line.basis, line.categories, line.count) == (basis, "ability", 1)

    @pytest.mark.parametrize(
        "by", ["nephew", "stranger", "guardian", "other_nurse", "song", "sun", "qian", "root"]
    )
    async def test_is_not_there_for_others(self, desk: Desk, by: str) -> None:
        uid = await desk.final()
        with pytest.raises(NotFound):
            await result(desk, uid, by)
        assert await lines_of(desk, "assessments.result") == []

    @pytest.mark.parametrize("permit", [True, False])
    async def test_of_another_institution_is_read_by_consent(self, desk: Desk, *, permit: bool) -> None:
        uid = await assessed_by_the_health_center(desk)
        await share_ability(desk, permit=permit)
        if permit:
            assert (await result(desk, uid, "he")).card.institution == "云桥市河东社区卫生服务中心"
            (line,) = await lines_of(desk, "assessments.result")
            assert line.basis == AccessBasis.CONSENT
        else:
            with pytest.raises(NotFound):
                await result(desk, uid, "he")
        assert bool((await known(desk, "he")).results) is permit
        assert bool((await known(desk, "he")).care) is permit

    async def test_is_not_there_for_a_proxy_whose_grant_is_narrowed_to_something_else(
        self, desk: Desk
    ) -> None:
        uid = await desk.final()
        await ProxyGrant.filter(uid=desk.town.people.daughter_grant).update(categories=["exam"])
        with pytest.raises(NotFound):
            await result(desk, uid, "daughter")
        assert (await known(desk, "daughter")).results == ()

    async def test_is_not_there_while_it_is_under_work(self, desk: Desk) -> None:
        uid = await desk.proposed()
        for by in ("wang", "he"):
            with pytest.raises(NotFound):
                await result(desk, uid, by)
        assert (await known(desk, "wang")).results == ()

    async def test_says_what_may_be_done(self, desk: Desk) -> None:
        uid = await desk.final()
        assert (await result(desk, uid, "daughter")).may_dispute
        assert (await result(desk, uid, "he")).may_dispute
        await desk.dispute(uid)
        sheet = await result(desk, uid, "jin")
        assert (sheet.may_dispute, sheet.may_decide) == (False, True)
        assert sheet.dispute is not None
        assert sheet.dispute.text == "走路要人扶，评轻了"

    async def test_of_whom_nothing_may_be_seen_is_nothing_and_where_to_begin(self, desk: Desk) -> None:
        """The first hospital serves the home, and has no business with Li's record."""
        found = await known(desk, "zhao", desk.town.people.li)
        assert (found.results, found.care, found.work, found.may_begin) == ((), None, (), True)
        with pytest.raises(NotFound):
            await known(desk, "sun", desk.town.people.li)


class TestWork:
    async def test_is_read_by_its_institution_and_leaves_a_line(self, desk: Desk) -> None:
        uid = await desk.proposed(lost=3)

        sheet = await queries.work_sheet(actor=await desk.actor("he"), uid=uid, now=desk.clock())

        assert (sheet.mine, sheet.assessors) == (False, 2)
        assert sheet.score is not None
        assert sheet.score.total == 87
        (line,) = await lines_of(desk, "assessments.work")
        assert (line.basis, line.categories) == (AccessBasis.AUTHOR, "ability")
        mine = await queries.work_sheet(actor=await desk.actor("nurse"), uid=uid, now=desk.clock())
        assert mine.mine

    @pytest.mark.parametrize("by", ["doctor", "feng", "wang", "daughter", "other_nurse", "root"])
    async def test_is_not_there_for_others(self, desk: Desk, by: str) -> None:
        uid = await desk.proposed()
        with pytest.raises(NotFound):
            await queries.work_sheet(actor=await desk.actor(by), uid=uid, now=desk.clock())

    async def test_is_listed_for_its_institution(self, desk: Desk) -> None:
        uid = await desk.proposed()
        for by, uids in (("he", [uid, desk.town.assessments.li_draft]), ("feng", []), ("other_nurse", [])):
            page = await queries.sheets_under_work(actor=await desk.actor(by), wish=PageWish())
            assert [each.uid for each in page.items] == uids

    async def test_waits_for_the_other_assessor_only(self, desk: Desk) -> None:
        await desk.proposed()
        counts = [await queries.count_to_sign(actor=await desk.actor(by)) for by in ("nurse", "he", "feng")]
        assert counts == [0, 1, 0]


class TestWhoIsDue:
    async def test_is_everybody_of_eighty_without_a_result_that_holds(self, desk: Desk) -> None:
        found = await board(desk)
        assert found.from_age == 80
        states = {line.resident: line.state for line in found.page.items}
        assert states == {"王桂兰": WorkState.NEVER, "李福生": WorkState.DRAFT}

        await desk.final()
        assert [line.resident for line in (await board(desk)).page.items] == ["李福生"]

    async def test_comes_back_a_month_before_it_ends(self, desk: Desk) -> None:
        await desk.final()
        for days, state in (
            (333, None),
            (334, WorkState.ENDING),
            (364, WorkState.ENDING),
            (365, WorkState.LAPSED),
        ):
            desk.clock.set(desk.clock() + timedelta(days=days))
            lines = {line.resident: line.state for line in (await board(desk)).page.items}
            assert lines.get("王桂兰") == state, days
            desk.clock.set(desk.clock() - timedelta(days=days))

    @pytest.mark.parametrize("permit", [True, False])
    async def test_knows_of_another_institution_only_by_consent(self, desk: Desk, *, permit: bool) -> None:
        await assessed_by_the_health_center(desk)
        await share_ability(desk, permit=permit)
        listed = {line.resident for line in (await board(desk)).page.items}
        assert ("王桂兰" in listed) is not permit
        assert "王桂兰" not in {line.resident for line in (await board(desk, "feng")).page.items}

    async def test_ends_with_a_withdrawn_consent(self, desk: Desk) -> None:
        await assessed_by_the_health_center(desk)
        await share_ability(desk, permit=True)
        await Consent.filter(uid=desk.town.consent.wang_yihe).update(until=desk.clock())
        assert "王桂兰" in {line.resident for line in (await board(desk)).page.items}

    async def test_of_the_screen_begins_at_sixty_five(self, desk: Desk) -> None:
        found = await board(desk, "song", questionnaire="selfcare")
        assert (found.from_age, found.page.items) == (65, ())  # Zhao Yun's holds
        assert [
            line.resident for line in (await board(desk, "song", questionnaire="constitution")).page.items
        ] == ["赵云珍"]

    async def test_is_of_homes_that_the_reader_assesses(self, desk: Desk) -> None:
        assert {name for _, name in (await board(desk, "feng")).homes} >= {"云桥市颐和养老院"}
        with pytest.raises(NotFound):
            await board(desk, "he", home_uid=desk.town.alliance.songhe)
        with pytest.raises(NotFound):
            await board(desk, "he", questionnaire="ltc")

    async def test_leaves_out_the_dead_and_other_beds(self, desk: Desk) -> None:
        assert [line.resident for line in (await board(desk, bed="202")).page.items] == ["李福生"]
        await Resident.filter(uid=desk.town.people.wang).update(died_at=desk.clock())
        assert "王桂兰" not in {line.resident for line in (await board(desk)).page.items}


class TestWhatFollows:
    async def test_the_record_owes_the_next_one_when_this_one_ends(self, desk: Desk) -> None:
        await desk.final()
        wish = EntryWish(await desk.actor("wang"), desk.town.people.wang, Purpose.SELF, desk.clock())
        (due,) = [each for each in await missing(wish=wish) if each.code == "ability"]
        assert (due.last_day, due.due_day.isoformat(), due.overdue) == (
            desk.clock().date(),
            "2027-03-01",
            False,
        )

    async def test_a_long_term_care_grade_is_no_ability_assessment(self, desk: Desk) -> None:
        uid = await desk.begun(questionnaire="ltc")
        await desk.signed(uid, answers={"grade": "4", "agency": "云桥评估中心", "report": "2026-17"})
        wish = EntryWish(await desk.actor("wang"), desk.town.people.wang, Purpose.SELF, desk.clock())
        (due,) = [each for each in (await summary(wish=wish)).due if each.code == "ability"]
        assert due.last_day is None

    async def test_a_round_comes_as_often_as_the_care_level_asks(self, desk: Desk) -> None:
        """Weekly by the agreement: eight times a month is oftener, twice a month is not."""
        seen = {}
        for lost in (30, 85):
            await desk.final(lost=lost, A_4_1=["hypertension", "diabetes", "infarction"])
            found = (await rounds_due(actor=await desk.actor("feng"), everybody=True, now=desk.clock())).sheet
            assert found is not None
            (line,) = [each for each in found.lines if each.resident_name == "王桂兰"]
            seen[lost] = (line.visits_a_month, line.due.on)
            desk.clock.advance(days=1)
        assert seen[30][0] == 4
        assert seen[85][0] == 8
        assert seen[30][1] is not None
        assert seen[85][1] is not None
        assert seen[85][1] < seen[30][1]
