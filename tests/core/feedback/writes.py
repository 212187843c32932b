"""The writes of feedback, each made ready to be stopped at any of its statements."""

from server.feedback import actions
from server.feedback.actions import Opinion, Ruling
from server.feedback.rules import CaseEvent, Dimension, RatingEvent, ReasonCode
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


WRITES = (rate_with_a_text, rate_low_so_that_a_case_opens, take_back, publish, withhold, put_right)
