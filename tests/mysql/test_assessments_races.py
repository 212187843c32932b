"""Several at once on MariaDB: one sheet under work, one second signature, one dispute, one end of it."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from server.assessments import actions, queries
from server.assessments.models import Assessment, AssessmentDispute, CareLevel
from server.assessments.rules import AssessmentReason, AssessmentStatus
from server.records.models import RecordEntry
from tests.core.assessments.conftest import ActorOf, Desk

pytestmark = pytest.mark.mysql


@pytest.fixture
def desk(town: Any, actor: ActorOf, clock: Any) -> Desk:
    return Desk(town, actor, clock)


async def at_once(*work: Awaitable[Any]) -> list[Any]:
    return list(await asyncio.gather(*work, return_exceptions=True))


def codes(answers: list[Any]) -> set[str]:
    return {getattr(each, "code", repr(each)) for each in answers if isinstance(each, Exception)}


def done(answers: list[Any]) -> int:
    return len([each for each in answers if not isinstance(each, Exception)])


async def test_ten_begin_and_one_sheet_is_under_work(desk: Desk) -> None:
    answers = await at_once(*(desk.begun(by) for by in ("nurse", "he", "jin", "feng", "doctor") * 2))

    assert (done(answers), codes(answers)) == (1, {"assessments.already_begun"})
    assert await Assessment.filter(live_key__isnull=False, resident__uid=desk.town.people.wang).count() == 1


async def test_two_agree_and_the_record_has_one_result(desk: Desk) -> None:
    for _ in range(5):
        uid = await desk.proposed(lost=30)
        edits = (await desk.row(uid)).edits
        before = await RecordEntry.filter(code="gbt42195").count()

        answers = await at_once(*(desk.agreed(uid, by, edits=edits) for by in ("he", "jin") * 3))

        # Who comes when it is over finds no sheet under work any more.
        assert (done(answers), codes(answers) - {"assessments.not_this_now", "kit.not_found"}) == (1, set())
        assert await RecordEntry.filter(code="gbt42195").count() == before + 1
        assert await CareLevel.filter(current_key__isnull=False).count() == 1
    assert await queries.faults(now=desk.clock()) == []


async def test_agreeing_and_giving_back_exclude_each_other(desk: Desk) -> None:
    for _ in range(8):
        uid = await desk.proposed()
        edits = (await desk.row(uid)).edits

        answers = await at_once(desk.agreed(uid, edits=edits), desk.returned(uid, "jin"))

        row = await desk.row(uid)
        assert done(answers) == 1
        assert row.status in {AssessmentStatus.FINAL, AssessmentStatus.DRAFT}
        assert (row.entry_uid is not None) is (row.status is AssessmentStatus.FINAL)
        if row.status is AssessmentStatus.DRAFT:
            await actions.discard_assessment(actor=await desk.actor("he"), uid=uid, now=desk.clock())
    assert await queries.faults(now=desk.clock()) == []


async def test_family_and_home_disagree_once(desk: Desk) -> None:
    uid = await desk.final()

    answers = await at_once(*(desk.dispute(uid, by) for by in ("wang", "daughter", "jin") * 2))

    assert done(answers) == 1
    assert codes(answers) <= {"assessments.not_this_now", "assessments.already_decided"}
    assert await AssessmentDispute.filter(assessment__uid=uid).count() == 1


async def test_upholding_and_assessing_anew_end_a_dispute_once(desk: Desk) -> None:
    for _ in range(4):
        old = await desk.disputed()
        new = await desk.begun("feng", reason=AssessmentReason.REVIEW)
        await desk.signed(new, "feng")
        edits = (await desk.row(new)).edits

        answers = await at_once(desk.upheld(old), desk.agreed(new, "doctor", edits=edits))

        row = await desk.row(old)
        assert isinstance(answers[1], actions.SignedSheet), answers
        assert (row.status is AssessmentStatus.SUPERSEDED) is isinstance(answers[0], Exception)
        assert (await desk.row(new)).status is AssessmentStatus.FINAL
    assert await queries.faults(now=desk.clock()) == []
