"""What was said of an institution, and what it answers in public."""

from typing import Annotated

from admin.feedback.shared import Reasoned, routes
from admin.feedback.words import EVERY_WORD
from server.authority.permissions import Permission
from server.feedback import actions, queries
from server.web import Ask, Clean, Form, Go, PageQuery, Show, text


class Reply(Form):
    text: Annotated[str, text(500), Clean]


@routes.get(
    "/feedback", needs=Permission.RATING_READ, summary="Ratings of my institution; all of them for the bureau"
)
async def ratings(ask: Ask, query: PageQuery) -> Show:
    page = await queries.ratings_of_subject(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("feedback/ratings.html", page=page, **EVERY_WORD)


@routes.post(
    "/feedback/<rating_uid>/reply", needs=Permission.CASE_HANDLE, summary="Answer a rating in public"
)
async def reply(ask: Ask, rating_uid: str, body: Reply) -> Go:
    await actions.reply(actor=ask.actor, rating_uid=rating_uid, text=body.text, now=ask.now)
    return Go("/admin/feedback", said="回复已公开。")


@routes.post(
    "/feedback/<rating_uid>/void",
    needs=Permission.RATING_VOID,
    proof=True,
    summary="Propose that a rating no longer counts",
)
async def propose_void(ask: Ask, rating_uid: str, body: Reasoned) -> Go:
    await actions.propose_void(actor=ask.actor, rating_uid=rating_uid, reason=body.reason, now=ask.now)
    return Go("/admin/voids", said="已提出作废，请另一位同事复核。复核前仍计入得分。")
