"""What residents and families say is wrong, and what my institution answers (PIPL art. 46)."""

from typing import Annotated, Literal

from admin.home import waits
from server.authority.permissions import Permission
from server.privacy import actions, queries
from server.privacy.rules import RectificationEvent
from server.web import Ask, Clean, Form, Go, PageQuery, Routes, Show, text

routes = Routes("rectifications", tag="更正申请")

DECIDE = Permission.RECTIFICATION_DECIDE


class RectificationQuery(PageQuery):
    all: bool = False


class Decision(Form):
    event: Literal[RectificationEvent.CORRECT, RectificationEvent.DECLINE]
    answer: Annotated[str, text(500), Clean]


waits(
    "件更正申请等答复",
    "/admin/rectifications",
    lambda actor, **_: queries.count_rectifications_waiting(actor=actor),
    needs=DECIDE,
)


@routes.get("/rectifications", needs=DECIDE, summary="What my institution is asked to put right")
async def rectifications(ask: Ask, query: RectificationQuery) -> Show:
    page = await queries.rectifications(
        actor=ask.actor, waiting_only=not query.all, wish=query.counted, now=ask.now
    )
    return Show("privacy/rectifications.html", page=page, everything=query.all)


@routes.get("/rectifications/<rectification_uid>", needs=DECIDE, summary="One request in full")
async def rectification(ask: Ask, rectification_uid: str) -> Show:
    sheet = await queries.rectification_sheet(actor=ask.actor, uid=rectification_uid, now=ask.now)
    return Show("privacy/rectification.html", sheet=sheet)


@routes.post("/rectifications/<rectification_uid>/decision", needs=DECIDE, summary="Answer a request")
async def decide(ask: Ask, rectification_uid: str, body: Decision) -> Go:
    await actions.decide_rectification(
        actor=ask.actor, uid=rectification_uid, event=body.event, answer=body.answer, now=ask.now
    )
    return Go("/admin/rectifications", said="答复已记下，提出的人会收到通知。")
