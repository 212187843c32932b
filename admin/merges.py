"""Two entries that turn out to be one person, and the way back."""

from admin.people import Reason, UidText
from server.authority.permissions import Permission
from server.people import actions
from server.web import Ask, Form, Go, Routes, Show

routes = Routes("merges", tag="长者")

MERGE = Permission.RESIDENT_MERGE


class Merge(Form):
    survivor: UidText
    absorbed: UidText
    reason: Reason


class Unmerge(Form):
    absorbed: UidText
    reason: Reason


@routes.get("/merges", needs=MERGE, summary="The page to merge two entries of one person")
async def merge_page(ask: Ask) -> Show:  # noqa: ARG001  every handler is given the request
    return Show("people/merges.html")


@routes.post("/merges", needs=MERGE, proof=True, summary="Merge two entries of one person")
async def merge(ask: Ask, body: Merge) -> Go:
    await actions.merge_residents(
        actor=ask.actor,
        survivor_uid=body.survivor,
        absorbed_uid=body.absorbed,
        reason=body.reason,
        now=ask.now,
    )
    return Go("/admin/merges", said="两份登记已合并。如果合并错了，可以在本页撤销。")


@routes.post("/merges/undo", needs=MERGE, proof=True, summary="Undo a merge")
async def unmerge(ask: Ask, body: Unmerge) -> Go:
    await actions.unmerge_residents(
        actor=ask.actor, absorbed_uid=body.absorbed, reason=body.reason, now=ask.now
    )
    return Go("/admin/merges", said="合并已撤销，两份登记各自恢复。")
