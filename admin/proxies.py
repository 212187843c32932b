"""Who may act for residents: compare papers with faces, see that the resident agrees, pause and end."""

from typing import Annotated

from admin.home import waits
from server.authority.permissions import Permission
from server.people import actions, queries
from server.people.rules import EndReason, ProxyStatus
from server.web import Ask, Clean, Form, Go, PageQuery, Routes, Show, text

routes = Routes("proxies", tag="代办")

REVIEW = Permission.PROXY_REVIEW


class ProxyQuery(PageQuery):
    status: ProxyStatus | None = None


class WithDocument(Form):
    document_ref: Annotated[str, text(80), Clean]


class WithEndReason(Form):
    reason: EndReason


waits("份代办申请等您审核", "/admin/proxies", queries.count_proxy_cases, needs=REVIEW)


@routes.get("/proxies", needs=REVIEW, summary="Applications to act for residents")
async def proxies(ask: Ask, query: ProxyQuery) -> Show:
    page = await queries.proxy_cases(actor=ask.actor, status=query.status, wish=query.counted, now=ask.now)
    return Show("people/proxies.html", page=page, chosen=query.status)


@routes.get(
    "/proxies/<grant_uid>", needs=REVIEW, summary="One application, its papers and what was done about it"
)
async def proxy(ask: Ask, grant_uid: str) -> Show:
    return Show(
        "people/proxy.html", case=await queries.proxy_case(actor=ask.actor, uid=grant_uid, now=ask.now)
    )


@routes.post("/proxies/<grant_uid>/verify", needs=REVIEW, summary="The applicant's papers were compared")
async def verify_proxy(ask: Ask, grant_uid: str) -> Go:
    await actions.verify_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)
    return Go(f"/admin/proxies/{grant_uid}", said="身份已核对。接下来请长者本人确认，或见证、核对文件。")


@routes.post("/proxies/<grant_uid>/reject", needs=REVIEW, summary="Turn an application down")
async def reject_proxy(ask: Ask, grant_uid: str, body: WithEndReason) -> Go:
    await actions.reject_proxy(actor=ask.actor, uid=grant_uid, reason=body.reason, now=ask.now)
    return Go("/admin/proxies", said="申请已退回。")


@routes.post("/proxies/<grant_uid>/document", needs=REVIEW, summary="Accept a guardian's document")
async def confirm_by_document(ask: Ask, grant_uid: str, body: WithDocument) -> Go:
    await actions.confirm_by_document(
        actor=ask.actor, uid=grant_uid, document_ref=body.document_ref, now=ask.now
    )
    return Go(f"/admin/proxies/{grant_uid}", said="文件已核对，代办权限生效。")


@routes.post(
    "/proxies/<grant_uid>/witness", needs=Permission.PROXY_CONFIRM, summary="Witness a resident's yes"
)
async def witness_proxy(ask: Ask, grant_uid: str, body: WithDocument) -> Go:
    await actions.witness_proxy(actor=ask.actor, uid=grant_uid, document_ref=body.document_ref, now=ask.now)
    return Go(f"/admin/proxies/{grant_uid}", said="见证已记录。两位工作人员都见证后，代办权限生效。")


@routes.post("/proxies/<grant_uid>/review", needs=REVIEW, summary="All still holds: on to the next review")
async def review_proxy(ask: Ask, grant_uid: str) -> Go:
    await actions.review_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)
    return Go("/admin/proxies", said="复核已记录，代办继续有效。")


@routes.post(
    "/proxies/<grant_uid>/suspend", needs=Permission.PROXY_SUSPEND, summary="Pause an authority at once"
)
async def suspend_proxy(ask: Ask, grant_uid: str, body: WithEndReason) -> Go:
    card = await actions.suspend_proxy(actor=ask.actor, uid=grant_uid, reason=body.reason, now=ask.now)
    return Go(_back_to(card), said="代办权限已暂停，立即生效。")


@routes.post(
    "/proxies/<grant_uid>/resume", needs=Permission.PROXY_SUSPEND, summary="Give a paused authority back"
)
async def resume_proxy(ask: Ask, grant_uid: str) -> Go:
    card = await actions.resume_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)
    return Go(_back_to(card), said="代办权限已恢复。")


@routes.post("/proxies/<grant_uid>/end", needs=Permission.PROXY_SUSPEND, summary="End an authority")
async def end_proxy(ask: Ask, grant_uid: str, body: WithEndReason) -> Go:
    card = await actions.end_proxy(actor=ask.actor, uid=grant_uid, reason=body.reason, now=ask.now)
    return Go(_back_to(card), said="代办权限已结束。")


def _back_to(card: queries.ProxyCard) -> str:
    return f"/admin/residents/{card.resident_uid}" if card.resident_uid else "/admin/proxies"
