"""Every write of assessments, made ready to be stopped at any of its statements."""

from server.assessments import actions
from server.assessments.rules import AssessmentReason
from server.demo.assessments import SCREEN, ability_answers
from tests.conftest import Clock
from tests.core.assessments.conftest import Desk
from tests.crashes import Flow, flow
from tests.stage import Stage


async def set_the_scene(stage: Stage) -> Desk:
    clock = Clock()
    clock.set(stage.now)
    return Desk(stage.town, stage.actor, clock)


async def begin(desk: Desk) -> Flow:
    return flow(
        await desk.actor("nurse"), actions.begin_assessment, resident_uid=desk.town.people.wang,
        questionnaire="gbt42195", reason=AssessmentReason.ROUTINE, now=desk.clock(),
    )  # fmt: skip


async def save(desk: Desk) -> Flow:
    uid, answers = await desk.begun(), {"B-1-1": "4"}
    return flow(await desk.actor("nurse"), actions.save_answers, uid=uid, answers=answers, now=desk.clock())


async def discard(desk: Desk) -> Flow:
    return flow(await desk.actor("he"), actions.discard_assessment, uid=await desk.begun(), now=desk.clock())


async def sign_first(desk: Desk) -> Flow:
    uid, answers = await desk.begun(), ability_answers(lost=12)
    return flow(
        await desk.actor("nurse"), actions.sign_assessment, uid=uid, answers=answers, now=desk.clock()
    )


async def sign_alone(desk: Desk) -> Flow:
    uid = await desk.begun(questionnaire="selfcare")
    return flow(await desk.actor("nurse"), actions.sign_assessment, uid=uid, answers=SCREEN, now=desk.clock())


async def agree(desk: Desk) -> Flow:
    uid = await desk.proposed()
    edits = (await desk.row(uid)).edits
    return flow(await desk.actor("he"), actions.agree_to_assessment, uid=uid, edits=edits, now=desk.clock())


async def agree_to_what_replaces_a_disputed_one(desk: Desk) -> Flow:
    await desk.disputed()
    uid = await desk.begun("feng", reason=AssessmentReason.REVIEW)
    await desk.signed(uid, "feng", lost=40)
    edits = (await desk.row(uid)).edits
    return flow(
        await desk.actor("doctor"), actions.agree_to_assessment, uid=uid, edits=edits, now=desk.clock()
    )


async def give_back(desk: Desk) -> Flow:
    uid = await desk.proposed()
    return flow(
        await desk.actor("he"), actions.return_assessment, uid=uid, reason="上下楼梯再看看", now=desk.clock()
    )


async def dispute(desk: Desk) -> Flow:
    uid = await desk.final()
    return flow(
        await desk.actor("daughter"), actions.dispute_assessment, uid=uid, text="评轻了", now=desk.clock()
    )


async def uphold(desk: Desk) -> Flow:
    uid = await desk.disputed()
    return flow(
        await desk.actor("jin"),
        actions.uphold_assessment,
        uid=uid,
        answer="两人复看过，维持",
        now=desk.clock(),
    )


WRITES = (
    begin, save, discard, sign_first, sign_alone, agree, agree_to_what_replaces_a_disputed_one, give_back, dispute,
    uphold,
)  # fmt: skip
