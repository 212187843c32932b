"""From a blank sheet to a result, and what may still become of it."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance.models import PolicyParameter
from server.assessments import actions, queries
from server.assessments.errors import (
    AlreadyBegun,
    AlreadyDecided,
    AnswersInvalid,
    AssessedBefore,
    ClinicianMustSign,
    ClinicianNeeded,
    DisputeTooLate,
    NotThisNow,
    OwnSignature,
    ReasonNeeded,
    SameAssessor,
)
from server.assessments.models import Assessment, AssessmentDispute, CareLevel
from server.assessments.rules import (
    ASSESSMENT_MOVES,
    AssessmentEvent,
    AssessmentReason,
    AssessmentStatus,
    DisputeStatus,
)
from server.audit.models import AuditEntry
from server.authority.actor import system_actor
from server.demo import Town
from server.demo.assessments import SCREEN, ability_answers, constitution_answers
from server.kit.errors import NotFound
from server.notifications.models import InboxMessage
from server.people.models import Resident
from server.records.models import RecordEntry
from tests.core.assessments.conftest import Desk

S, E = AssessmentStatus, AssessmentEvent


class TestBeginning:
    async def test_opens_a_sheet_of_the_own_institution_in_the_newest_version(self, desk: Desk) -> None:
        row = await desk.row(await desk.begun())
        assert (row.status, row.questionnaire, row.version) == (S.DRAFT, "gbt42195", "2022")
        assert row.institution.uid == desk.town.alliance.yihe
        assert row.live_key == f"{row.resident_id}/gbt42195"

    async def test_is_refused_while_another_sheet_is_under_work(self, desk: Desk) -> None:
        await desk.begun()
        for by in ("nurse", "he", "doctor"):
            with pytest.raises(AlreadyBegun):
                await desk.begun(by)

    async def test_of_another_questionnaire_is_a_sheet_of_its_own(self, desk: Desk) -> None:
        assert await desk.begun() != await desk.begun(questionnaire="selfcare")

    @pytest.mark.parametrize("by", ["other_nurse", "song", "sun", "daughter", "qian", "root"])
    async def test_is_not_for_those_whom_the_resident_has_nothing_to_do_with(
        self, desk: Desk, by: str
    ) -> None:
        with pytest.raises(NotFound):
            await desk.begun(by)

    async def test_a_partner_assesses_for_its_own_institution(self, desk: Desk) -> None:
        row = await desk.row(await desk.begun("doctor"))
        assert row.institution.uid == desk.town.alliance.health_center

    async def test_again_once_the_first_was_discarded(self, desk: Desk) -> None:
        uid = await desk.begun()
        await actions.discard_assessment(actor=await desk.actor("he"), uid=uid, now=desk.clock())
        assert await desk.begun() != uid
        assert (await desk.row(uid)).live_key is None


class TestFillingIn:
    async def test_keeps_what_is_there_so_far(self, desk: Desk) -> None:
        uid = await desk.begun()
        card = await actions.save_answers(
            actor=await desk.actor("nurse"), uid=uid, answers={"B-1-1": "4"}, now=desk.clock()
        )
        assert (await desk.row(uid)).answers == {"B-1-1": "4"}
        assert card.edits == 1

    @pytest.mark.parametrize("by", ["doctor", "feng", "other_nurse", "wang"])
    async def test_is_for_the_institution_that_assesses(self, desk: Desk, by: str) -> None:
        uid = await desk.begun()
        with pytest.raises(NotFound):
            await actions.save_answers(actor=await desk.actor(by), uid=uid, answers={}, now=desk.clock())

    async def test_ends_when_the_resident_leaves(self, desk: Desk) -> None:
        uid = await desk.begun()
        await Resident.filter(uid=desk.town.people.wang).update(home_id=None)
        with pytest.raises(NotFound):
            await desk.signed(uid)


class TestTwoSignatures:
    async def test_make_a_result_that_stands_in_the_record(self, desk: Desk) -> None:
        uid = await desk.proposed(lost=12)
        assert (await desk.row(uid)).status is S.PROPOSED

        told = await desk.agreed(uid)

        row = await desk.row(uid)
        assert (told.status, row.status, row.level) == (S.FINAL, S.FINAL, 1)
        assert (row.assessed_on, row.valid_until) == (date(2026, 3, 2), date(2027, 3, 1))
        entry = await RecordEntry.get(uid=row.entry_uid).select_related("source")
        assert (entry.category, entry.kind, entry.code) == ("ability", "assessment", "gbt42195")
        assert entry.source.uid == desk.town.alliance.yihe
        assert entry.body == {
            "scale": "老年人能力评估",
            "result": "能力轻度受损（轻度失能），78 分（满分 90 分）",
            "score": 78,
            "valid_until": "2027-03-01",
        }

    async def test_are_of_two_people(self, desk: Desk) -> None:
        uid = await desk.proposed()
        with pytest.raises(SameAssessor):
            await desk.agreed(uid, "nurse")

    async def test_need_a_nurse_or_a_clinician(self, desk: Desk) -> None:
        uid = await desk.proposed("he")
        with pytest.raises(ClinicianNeeded):
            await desk.agreed(uid, "jin")

        assert (await desk.agreed(uid, "nurse")).status is S.FINAL

    async def test_of_the_health_center_count_the_doctor(self, desk: Desk) -> None:
        uid = await desk.proposed("feng")
        assert (await desk.agreed(uid, "doctor")).status is S.FINAL

    @pytest.mark.parametrize("by", ["doctor", "other_nurse", "daughter"])
    async def test_are_both_of_the_institution_that_assesses(self, desk: Desk, by: str) -> None:
        uid = await desk.proposed()
        with pytest.raises(NotFound):
            await desk.agreed(uid, by)

    async def test_the_second_is_for_what_was_read(self, desk: Desk) -> None:
        uid = await desk.proposed()
        seen = (await desk.row(uid)).edits
        await desk.returned(uid, "nurse")
        await desk.signed(uid, lost=40)

        with pytest.raises(NotThisNow):
            await desk.agreed(uid, edits=seen)

    async def test_are_not_given_to_a_sheet_that_is_not_whole(self, desk: Desk) -> None:
        uid = await desk.begun()
        answers = ability_answers()
        del answers["B-2-4"]
        with pytest.raises(AnswersInvalid) as refusal:
            await desk.signed(uid, answers=answers)
        assert refusal.value.fields.keys() == {"B-2-4"}
        assert (await desk.row(uid)).status is S.DRAFT

    async def test_a_returned_sheet_bears_no_signature_and_says_why(self, desk: Desk) -> None:
        uid = await desk.proposed()
        await desk.returned(uid)
        row = await desk.row(uid)
        assert (row.status, row.first_by_id, row.score, row.returned) == (
            S.DRAFT,
            None,
            None,
            "上下楼梯再看看",
        )

        await desk.signed(uid)
        assert (await desk.row(uid)).returned == ""

    async def test_returning_needs_a_reason(self, desk: Desk) -> None:
        uid = await desk.proposed()
        with pytest.raises(ReasonNeeded):
            await desk.returned(uid, reason="  ")

    async def test_are_as_many_as_the_parameter_says(self, desk: Desk) -> None:
        await PolicyParameter.filter(code="assessments.gbt42195_assessors").update(value=1)
        assert (await desk.signed(await desk.begun())).status is S.FINAL


class TestOneSignature:
    async def test_is_enough_for_the_screen(self, desk: Desk) -> None:
        uid = await desk.begun(questionnaire="selfcare")
        told = await desk.signed(uid, answers=SCREEN)

        row = await desk.row(uid)
        entry = await RecordEntry.get(uid=row.entry_uid)
        assert (told.status, row.level, row.second_by_id) == (S.FINAL, 1, None)
        assert (entry.category, entry.body["score"]) == ("exam", 7)
        assert not await CareLevel.exists()

    @pytest.mark.parametrize("questionnaire", ["selfcare", "constitution"])
    async def test_is_of_a_nurse_or_a_doctor(self, desk: Desk, questionnaire: str) -> None:
        uid = await desk.begun(questionnaire=questionnaire)
        answers = SCREEN if questionnaire == "selfcare" else constitution_answers()
        with pytest.raises(ClinicianMustSign):
            await desk.signed(uid, by="he", answers=answers)

    async def test_is_enough_for_the_constitution(self, desk: Desk) -> None:
        uid = await desk.begun(questionnaire="constitution")
        await desk.signed(uid, answers=constitution_answers())
        entry = await RecordEntry.get(uid=(await desk.row(uid)).entry_uid)
        assert (entry.category, entry.body["result"]) == ("tcm", "平和质（是）")
        assert "score" not in entry.body

    async def test_is_enough_to_copy_a_long_term_care_grade(self, desk: Desk) -> None:
        uid = await desk.begun(questionnaire="ltc")
        answers = {"grade": "4", "agency": "云桥评估中心", "report": "2026-17"}
        assert (await desk.signed(uid, answers=answers)).result == "4 级，重度失能Ⅱ级（云桥评估中心评定）"


class TestDisputing:
    @pytest.mark.parametrize("by", ["wang", "daughter", "he"])
    async def test_is_for_the_resident_their_proxy_and_their_home(self, desk: Desk, by: str) -> None:
        uid = await desk.disputed(by)
        assert (await desk.row(uid)).status is S.DISPUTED
        dispute = await desk.dispute_of(uid)
        assert (dispute.status, dispute.due_at) == (DisputeStatus.OPEN, desk.clock() + timedelta(days=15))

    @pytest.mark.parametrize("by", ["nephew", "stranger", "guardian", "other_nurse", "feng", "qian"])
    async def test_is_for_nobody_else(self, desk: Desk, by: str) -> None:
        uid = await desk.final()
        with pytest.raises(NotFound):
            await desk.dispute(uid, by)

    async def test_needs_a_reason(self, desk: Desk) -> None:
        uid = await desk.final()
        with pytest.raises(ReasonNeeded):
            await desk.dispute(uid, text=" ")

    @pytest.mark.parametrize(("days", "refused"), [(30, False), (30.001, True)])
    async def test_has_its_days(self, desk: Desk, days: float, *, refused: bool) -> None:
        uid = await desk.final()
        desk.clock.advance(days=days)
        if refused:
            with pytest.raises(DisputeTooLate):
                await desk.dispute(uid)
        else:
            await desk.dispute(uid)

    async def test_leaves_the_care_level_until_something_better_is_known(self, desk: Desk) -> None:
        await desk.disputed(lost=50)
        assert await CareLevel.filter(current_key__isnull=False).count() == 1


class TestUpholding:
    async def test_ends_the_dispute_with_a_reason(self, desk: Desk) -> None:
        uid = await desk.disputed()
        await desk.upheld(uid)
        dispute = await desk.dispute_of(uid)
        assert ((await desk.row(uid)).status, dispute.status) == (S.FINAL, DisputeStatus.UPHELD)
        assert dispute.answer == "两人复看过，维持"

        with pytest.raises(AlreadyDecided):
            await desk.dispute(uid)

    async def test_is_not_for_who_signed(self, desk: Desk) -> None:
        uid = await desk.disputed()
        with pytest.raises(OwnSignature):
            await desk.upheld(uid, "he")

    async def test_is_not_for_who_disputed(self, desk: Desk) -> None:
        uid = await desk.final()
        await desk.dispute(uid, "jin")
        with pytest.raises(OwnSignature):
            await desk.upheld(uid, "jin")

    @pytest.mark.parametrize("by", ["nurse", "feng", "song", "daughter"])
    async def test_is_for_those_who_answer_for_the_institution(self, desk: Desk, by: str) -> None:
        uid = await desk.disputed()
        with pytest.raises(NotFound):
            await desk.upheld(uid, by)

    async def test_needs_a_reason(self, desk: Desk) -> None:
        uid = await desk.disputed()
        with pytest.raises(ReasonNeeded):
            await desk.upheld(uid, answer="")


class TestReassessing:
    async def test_by_others_replaces_what_was_disputed(self, desk: Desk) -> None:
        old = await desk.disputed(lost=12)
        desk.clock.advance(days=3)
        new = await desk.begun("feng", reason=AssessmentReason.REVIEW)
        await desk.signed(new, "feng", lost=40)
        await desk.agreed(new, "doctor")

        row = await desk.row(old)
        assert (row.status, row.replaced_by_id) == (S.SUPERSEDED, (await desk.row(new)).id)
        assert (await desk.dispute_of(old)).status is DisputeStatus.REPLACED
        level = await CareLevel.get(current_key__isnull=False).select_related("assessment")
        assert level.assessment.uid == new

    @pytest.mark.parametrize("by", ["nurse", "he"])
    async def test_is_not_for_those_who_signed_before(self, desk: Desk, by: str) -> None:
        await desk.disputed()
        new = await desk.begun("jin", reason=AssessmentReason.REVIEW)
        with pytest.raises(AssessedBefore):
            await desk.signed(new, by)

    async def test_is_not_agreed_to_by_those_who_signed_before(self, desk: Desk) -> None:
        await desk.disputed()
        new = await desk.begun("jin", reason=AssessmentReason.REVIEW)
        await desk.signed(new, "jin")
        with pytest.raises(AssessedBefore):
            await desk.agreed(new, "nurse")

    async def test_for_another_reason_leaves_the_dispute_open(self, desk: Desk) -> None:
        old = await desk.disputed()
        new = await desk.begun("feng", reason=AssessmentReason.CHANGED)
        await desk.signed(new, "feng")
        await desk.agreed(new, "doctor")
        assert (await desk.row(old)).status is S.DISPUTED


class TestCareLevel:
    async def test_follows_from_level_and_diseases_and_says_why(self, desk: Desk) -> None:
        uid = await desk.final(lost=30, A_4_1=["hypertension", "diabetes", "infarction", "cataract"])
        row = await CareLevel.get().select_related("assessment")
        assert (row.grade, row.package, row.visits_a_month) == ("first", "disabled_chronic", 4)
        assert row.diagnoses == ["hypertension", "diabetes", "infarction"]
        assert (row.assessment.uid, row.rules_version) == (uid, "2026-1")

    async def test_of_which_one_holds(self, desk: Desk) -> None:
        await desk.final(lost=30)
        desk.clock.advance(days=40)
        uid = await desk.final(lost=70)
        held = await CareLevel.get(current_key__isnull=False).select_related("assessment")
        assert held.assessment.uid == uid
        ended = await CareLevel.get(current_key=None)
        assert ended.until == date(2026, 4, 11)


Step = Callable[[Desk, str], Awaitable[object]]


async def _discarded(desk: Desk, uid: str) -> None:
    await actions.discard_assessment(actor=await desk.actor("nurse"), uid=uid, now=desk.clock())


STEPS: dict[AssessmentEvent, Step] = {
    E.PROPOSE: lambda desk, uid: desk.signed(uid),
    E.AGREE: lambda desk, uid: desk.agreed(uid),
    E.RETURN: lambda desk, uid: desk.returned(uid),
    E.DISCARD: _discarded,
    E.DISPUTE: lambda desk, uid: desk.dispute(uid),
    E.UPHOLD: lambda desk, uid: desk.upheld(uid),
}


async def _brought_to(desk: Desk, status: AssessmentStatus) -> str:
    if status in {S.FINAL, S.DISPUTED, S.SUPERSEDED}:
        uid = await desk.final()
        if status is not S.FINAL:
            await desk.dispute(uid)
        if status is S.SUPERSEDED:
            new = await desk.begun("feng", reason=AssessmentReason.REVIEW)
            await desk.signed(new, "feng")
            await desk.agreed(new, "doctor")
        return uid
    uid = await (desk.proposed() if status is S.PROPOSED else desk.begun())
    if status is S.DISCARDED:
        await _discarded(desk, uid)
    return uid


class TestEveryStateAndStep:
    @pytest.mark.parametrize("status", list(S))
    @pytest.mark.parametrize("event", list(STEPS))
    async def test_what_the_table_does_not_list_is_refused(
        self, desk: Desk, status: AssessmentStatus, event: AssessmentEvent
    ) -> None:
        """T16. A sheet that is no longer under work is not there any more for its steps: 404, like any other."""
        uid = await _brought_to(desk, status)
        assert (await desk.row(uid)).status is status
        if ASSESSMENT_MOVES.allows(status, event):
            await STEPS[event](desk, uid)
            assert (await desk.row(uid)).status is ASSESSMENT_MOVES.after(status, event)
        else:
            with pytest.raises((NotThisNow, NotFound)):
                await STEPS[event](desk, uid)
            assert (await desk.row(uid)).status is status
        assert await queries.faults(now=desk.clock()) == []


class TestSweeping:
    async def swept(self, desk: Desk) -> int:
        return await actions.sweep_assessments(actor=system_actor("worker"), now=desk.clock())

    @pytest.mark.parametrize("signed", [False, True])
    async def test_throws_away_what_nobody_touches(self, desk: Desk, *, signed: bool) -> None:
        uid = await (desk.proposed() if signed else desk.begun())
        desk.clock.advance(days=13)
        assert await self.swept(desk) == 1  # Li's draft of the town, a day older
        desk.clock.advance(days=1)

        assert await self.swept(desk) == 1
        assert (await desk.row(uid)).status is S.DISCARDED
        assert await self.swept(desk) == 0
        assert await desk.begun() != uid

    async def test_tells_once_of_a_result_that_ends(self, desk: Desk, worker_pass: Any) -> None:
        await desk.final()
        desk.clock.set(desk.clock() + timedelta(days=334))
        await worker_pass()
        await worker_pass()

        told = await InboxMessage.filter(topic="assessments.expiring").select_related("account")
        homes = {each.account.uid for each in told}
        assert desk.town.identity.accounts["he"] in homes
        assert len([each for each in told if each.account.uid == desk.town.identity.accounts["he"]]) == 1

    async def test_does_not_tell_where_a_newer_one_holds(self, desk: Desk) -> None:
        uid = await desk.final()
        desk.clock.advance(days=100)
        await desk.final()
        desk.clock.advance(days=240)
        await self.swept(desk)
        assert (await desk.row(uid)).expiring_told_at is not None
        told = await AuditEntry.filter(action="assessments.expiring", subject_uid=uid).count()
        assert told == 0

    async def test_tells_once_of_a_late_answer(self, desk: Desk) -> None:
        uid = await desk.disputed()
        desk.clock.advance(days=14, hours=23)
        await self.swept(desk)
        assert (await desk.dispute_of(uid)).overdue_at is None
        desk.clock.advance(hours=1)
        await self.swept(desk)
        await self.swept(desk)
        assert (await desk.dispute_of(uid)).overdue_at == desk.clock()
        assert await AuditEntry.filter(action="assessments.dispute_overdue").count() == 1


class TestNews:
    async def test_reaches_the_family_the_second_assessor_and_whoever_answers(
        self, desk: Desk, worker_pass: Any
    ) -> None:
        accounts = {uid: key for key, uid in desk.town.identity.accounts.items()}

        async def told(topic: str) -> set[str]:
            await worker_pass()
            found = await InboxMessage.filter(topic=topic).select_related("account")
            return {accounts[each.account.uid] for each in found}

        uid = await desk.proposed()
        assert {"he", "nurse"} <= await told("assessments.proposed")
        await desk.agreed(uid)
        assert await told("assessments.final") == {"wang", "daughter"}
        await desk.dispute(uid)
        assert await told("assessments.disputed") == {"he", "jin"}
        await desk.upheld(uid)
        assert await told("assessments.upheld") == {"wang", "daughter"}
        assert not await InboxMessage.filter(text__contains="轻度").exists()

    async def test_names_nobody_and_nothing_of_a_result_in_the_audit_trail(
        self, desk: Desk, town: Town
    ) -> None:
        await desk.disputed(lost=50)
        lines = await AuditEntry.filter(action__startswith="assessments.").values("detail", "reason")
        assert lines
        assert not any(word in repr(lines) for word in ("王桂兰", "受损", "失能", "扶"))


class TestFaults:
    async def test_are_found(self, desk: Desk) -> None:
        uid = await desk.final(lost=12)
        assert await queries.faults(now=desk.clock()) == []

        await Assessment.filter(uid=uid).update(level=3)
        assert await queries.faults(now=desk.clock()) == [
            f"A12 assessment {uid} does not add up to its level"
        ]
        await Assessment.filter(uid=uid).update(level=1, live_key="x", entry_uid=None, status=S.DISPUTED)
        await CareLevel.all().update(until=date(2026, 1, 1))
        found = "\n".join(await queries.faults(now=desk.clock()))
        for said in (
            "keeps it for nothing",
            "the record does not have",
            "in dispute by nobody",
            "has ended and holds",
        ):
            assert said in found

        row = await desk.row(uid)
        await AssessmentDispute(
            assessment=row,
            raised_by_id=row.first_by_id,
            text="x",
            due_at=desk.clock(),
            created_at=desk.clock(),
        ).save()
        await Assessment.filter(uid=uid).update(status=S.SUPERSEDED, second_by_id=row.first_by_id)
        found = "\n".join(await queries.faults(now=desk.clock()))
        for said in ("superseded by nothing", "signed twice", "not in dispute"):
            assert said in found
