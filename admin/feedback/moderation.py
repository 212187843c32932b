"""Texts that wait for a person: the queue at the left, the text at the right, and the next one opens by itself."""

from typing import Annotated

from admin.feedback.shared import routes
from admin.feedback.words import EVERY_WORD
from admin.home import waits
from server.authority.permissions import Permission
from server.feedback import actions, queries
from server.feedback.actions import Ruling
from server.feedback.rules import RATING_MOVES, RatingEvent, ReasonCode
from server.web import Ask, Clean, Form, Go, PageQuery, Show, Uid, text

NEEDS = Permission.FEEDBACK_MODERATE
SAID = {
    RatingEvent.PUBLISH: "已公开。评分没有变。", RatingEvent.RETURN: "已退回作者修改。评分没有变。",
    RatingEvent.WITHHOLD: "已定为暂不公开。评分没有变。", RatingEvent.ESCALATE: "已上报主管部门。评分没有变。",
}  # fmt: skip


class DeskQuery(PageQuery):
    decided: Uid | None = None  # the text that was decided a moment ago


class Decide(Form):
    event: RatingEvent
    revision: int
    reason_code: ReasonCode | None = None
    note: Annotated[str, text(200, least=0), Clean] = ""


@routes.get("/moderation", needs=NEEDS, summary="Texts that wait for a person, opened at the next one")
async def moderation_queue(ask: Ask, query: DeskQuery) -> Show:
    desk = await queries.moderation_desk(
        actor=ask.actor, decided_uid=query.decided, wish=query.counted, now=ask.now
    )
    return Show("feedback/moderation.html", desk=desk, moves=RATING_MOVES, **EVERY_WORD)


@routes.get("/moderation/<rating_uid>", needs=NEEDS, summary="One text, what was decided, what stands beside")
async def moderation_file(ask: Ask, rating_uid: str, query: PageQuery) -> Show:
    desk = await queries.moderation_desk(actor=ask.actor, uid=rating_uid, wish=query.counted, now=ask.now)
    return Show("feedback/moderation.html", desk=desk, moves=RATING_MOVES, **EVERY_WORD)


@routes.post("/moderation/<rating_uid>", needs=NEEDS, summary="Decide on a text")
async def moderate(ask: Ask, rating_uid: str, body: Decide) -> Go:
    ruling = Ruling(
        event=body.event, revision=body.revision, reason_code=body.reason_code, note=body.note or None
    )
    await actions.moderate(actor=ask.actor, uid=rating_uid, ruling=ruling, now=ask.now)
    return Go(f"/admin/moderation?decided={rating_uid}", said=SAID.get(body.event, ""))


waits(
    "条评价文字等您审核",
    "/admin/moderation",
    lambda actor, **_: queries.count_texts_waiting(actor=actor),
    needs=NEEDS,
)
