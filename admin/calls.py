"""The hotline's list: take a call, make it, write down how it went, or print a slip for the home to read out."""

from collections.abc import Mapping
from typing import Annotated, Any

from admin.home import waits
from server.authority.permissions import Permission
from server.notifications import actions, queries
from server.notifications.rules import CallOutcome, CallReason, CallStatus
from server.web import Ask, Clean, Form, Go, MenuEntry, PageQuery, Routes, Show, text

routes = Routes("calls", tag="电话名单")
menu = MenuEntry("电话名单", "/admin/calls", Permission.CALL_LIST_READ, 70)

REASON_WORDS = {
    CallReason.NO_ACCOUNT: "没有微信", CallReason.NO_CREDIT: "没有订阅", CallReason.REFUSED: "微信未能发送",
    CallReason.LOST: "不知是否送达",
}  # fmt: skip
STATUS_WORDS = {
    CallStatus.WAITING: ("待拨打", "wait"), CallStatus.CLAIMED: ("拨打中", "note"), CallStatus.DONE: ("已办", "done"),
}  # fmt: skip
OUTCOME_WORDS = {
    CallOutcome.TOLD: "已告知", CallOutcome.NO_ANSWER: "无人接听", CallOutcome.WRONG_NUMBER: "号码不对",
    CallOutcome.VISITED: "已请机构当面告知",
}  # fmt: skip
EVERY_WORD: Mapping[str, Any] = {"reasons": REASON_WORDS, "statuses": STATUS_WORDS, "outcomes": OUTCOME_WORDS}


waits(
    "通电话等着拨打",
    "/admin/calls",
    lambda actor, **_: queries.count_calls_waiting(actor=actor),
    needs=Permission.CALL_LIST_READ,
    urgent=True,
)


class CallQuery(PageQuery):
    status: CallStatus | None = None


class Finish(Form):
    outcome: CallOutcome
    remark: Annotated[str, text(200, least=0), Clean] = ""


@routes.get("/calls", needs=Permission.CALL_LIST_READ, summary="People to call, the oldest first")
async def calls(ask: Ask, query: CallQuery) -> Show:
    page = await queries.call_list(actor=ask.actor, wish=query.counted, status=query.status)
    return Show("calls/list.html", page=page, chosen=query.status, **EVERY_WORD)


@routes.post("/calls/<call_uid>/claim", needs=Permission.CALL_LIST_READ, summary="Take a call")
async def claim(ask: Ask, call_uid: str) -> Go:
    await actions.claim_call(actor=ask.actor, uid=call_uid, now=ask.now)
    return Go(f"/admin/calls/{call_uid}")


@routes.get(
    "/calls/<call_uid>",
    needs=Permission.CALL_LIST_READ,
    summary="Name, number and words of a call that I took",
)
async def call(ask: Ask, call_uid: str) -> Show:
    sheet = await queries.call_sheet(actor=ask.actor, uid=call_uid, now=ask.now)
    return Show("calls/call.html", sheet=sheet, **EVERY_WORD)


@routes.get("/calls/<call_uid>/slip", needs=Permission.CALL_LIST_READ, summary="A slip to print and read out")
async def slip(ask: Ask, call_uid: str) -> Show:
    sheet = await queries.call_sheet(actor=ask.actor, uid=call_uid, now=ask.now)
    return Show("calls/slip.html", sheet=sheet, now=ask.now)


@routes.post("/calls/<call_uid>/release", needs=Permission.CALL_LIST_READ, summary="Put a call back")
async def release(ask: Ask, call_uid: str) -> Go:
    await actions.release_call(actor=ask.actor, uid=call_uid, now=ask.now)
    return Go("/admin/calls", said="已放回名单。")


@routes.post(
    "/calls/<call_uid>/finish", needs=Permission.CALL_LIST_READ, summary="Write down how a call went"
)
async def finish(ask: Ask, call_uid: str, body: Finish) -> Go:
    await actions.finish_call(
        actor=ask.actor, uid=call_uid, outcome=body.outcome, remark=body.remark, now=ask.now
    )
    return Go("/admin/calls", said="已记下。")
