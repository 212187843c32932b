"""Voids: two persons take a rating out of the count, each with a one-time code and a reason."""

from admin.feedback.shared import Told, routes
from server.authority.permissions import Permission
from server.feedback import actions, queries
from server.web import Ask, Form, Go, PageQuery, Show

SAID = {True: "已同意作废，这条评价不再计入得分。", False: "已定为不作废，评价继续计入得分。"}


class DecideVoid(Form):
    approve: bool
    reason: Told = ""


@routes.get("/voids", needs=Permission.RATING_VOID, summary="Voids that wait for a second person")
async def voids(ask: Ask, query: PageQuery) -> Show:
    page = await queries.voids_waiting(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("feedback/voids.html", page=page)


@routes.post(
    "/voids/<void_uid>",
    needs=Permission.RATING_VOID,
    proof=True,
    summary="Approve or reject a void as the second person",
)
async def decide_void(ask: Ask, void_uid: str, body: DecideVoid) -> Go:
    await actions.decide_void(
        actor=ask.actor, uid=void_uid, approve=body.approve, reason=body.reason, now=ask.now
    )
    return Go("/admin/voids", said=SAID[body.approve])
