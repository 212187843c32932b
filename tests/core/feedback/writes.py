"""The writes of feedback, each made ready to be stopped at any of its statements."""

from server.feedback import actions
from server.feedback.actions import Opinion, Ruling
from server.feedback.rules import CaseEvent, ComplaintKind, Dimension, RatingEvent, ReasonCode
from tests.core.feedback import given
from tests.crashes import Flow, flow
from tests.stage import Stage

LOW = Opinion(1, (Dimension.WAITING,), "")
REASON = "已电话回访"


async def rate_with_a_text(stage: Stage) -> Flow:
    opinion = Opinion(5, (Dimension.ATTITUDE,), "讲得很清楚")
    return flow(
        await stage.actor("wang"), actions.rate, token_uid=stage.town.feedback.open_token, opinion=opinion, now=stage.now
    )  # fmt: skip


async def rate_low_so_that_a_case_opens(stage: Stage) -> Flow:
    return flow(
        await stage.actor("wang"), actions.rate, token_uid=stage.town.feedback.open_token, opinion=LOW, now=stage.now
    )  # fmt: skip


async def take_back(stage: Stage) -> Flow:
    wang = await stage.actor("wang")
    card = await given.rating(stage.town, wang, "wang", "health_center", now=stage.now)
    return flow(wang, actions.take_back, uid=card.uid, now=stage.now)


async def publish(stage: Stage) -> Flow:
    return await _moderate(stage, Ruling(RatingEvent.PUBLISH, 1))


async def withhold(stage: Stage) -> Flow:
    return await _moderate(stage, Ruling(RatingEvent.WITHHOLD, 1, reason_code=ReasonCode.ABUSE))


async def _moderate(stage: Stage, ruling: Ruling) -> Flow:
    shen = await stage.actor("shen")
    return flow(shen, actions.moderate, uid=stage.town.feedback.waiting, ruling=ruling, now=stage.now)


async def put_right(stage: Stage) -> Flow:
    feng = await stage.actor("feng")
    return flow(
        feng, actions.handle_case, uid=stage.town.feedback.case, event=CaseEvent.RECTIFY, reason=REASON, now=stage.now
    )  # fmt: skip


async def propose_void(stage: Stage) -> Flow:
    tang = await stage.actor("tang")
    return flow(
        tang, actions.propose_void, rating_uid=stage.town.feedback.low, reason="录错了人", now=stage.now
    )


async def approve_void(stage: Stage) -> Flow:
    return await _decide(stage, approve=True)


async def reject_void(stage: Stage) -> Flow:
    return await _decide(stage, approve=False)


async def _decide(stage: Stage, *, approve: bool) -> Flow:
    void = await (await propose_void(stage)).run()
    qian = await stage.actor("qian")
    return flow(qian, actions.decide_void, uid=void.uid, approve=approve, reason="属实", now=stage.now)


async def assist(stage: Stage) -> Flow:
    return flow(
        await stage.actor("other_nurse"), actions.assist_rating, token_uid=stage.town.feedback.to_assist, opinion=LOW,
        now=stage.now,
    )  # fmt: skip


async def edit_a_text_that_came_back(stage: Stage) -> Flow:
    back = await _moderate(stage, Ruling(RatingEvent.RETURN, 1, reason_code=ReasonCode.PERSONAL_DATA))
    await back.run()
    wang = await stage.actor("wang")
    return flow(wang, actions.edit_text, uid=stage.town.feedback.waiting, text="讲得很清楚", now=stage.now)


async def reply(stage: Stage) -> Flow:
    feng = await stage.actor("feng")
    return flow(feng, actions.reply, rating_uid=stage.town.feedback.praised, text="谢谢您", now=stage.now)


async def complain(stage: Stage) -> Flow:
    return flow(
        await stage.actor("wang"), actions.complain, resident_uid=stage.town.people.wang,
        institution_uid=stage.town.alliance.health_center, kind=ComplaintKind.ATTITUDE, text="等了两个小时", now=stage.now,
    )  # fmt: skip


async def appeal(stage: Stage) -> Flow:
    feng = await stage.actor("feng")
    return flow(
        feng, actions.handle_case, uid=stage.town.feedback.case, event=CaseEvent.APPEAL, reason=REASON, now=stage.now
    )  # fmt: skip


async def uphold(stage: Stage) -> Flow:
    await (await appeal(stage)).run()
    tang = await stage.actor("tang")
    return flow(tang, actions.uphold_rating, uid=stage.town.feedback.case, reason=REASON, now=stage.now)


async def say_it_is_settled(stage: Stage) -> Flow:
    feng = await stage.actor("feng")
    for event in (CaseEvent.RECTIFY, CaseEvent.CALL_BACK):
        await actions.handle_case(
            actor=feng, uid=stage.town.feedback.case, event=event, reason=REASON, now=stage.now
        )
    guardian = await stage.actor("guardian")
    return flow(
        guardian, actions.answer_callback, uid=stage.town.feedback.case, settled=True, reason="", now=stage.now
    )  # fmt: skip


WRITES = (
    rate_with_a_text, rate_low_so_that_a_case_opens, take_back, publish, withhold, put_right, propose_void, approve_void,
    reject_void, assist, edit_a_text_that_came_back, reply, complain, appeal, uphold, say_it_is_settled,
)  # fmt: skip
