"""Tables that leave as files: asked for with a reason and a fresh one-time code, written by the worker, fetched here."""

from typing import Annotated

from pydantic import Field, StringConstraints

from admin.home import waits
from server.authority.permissions import Permission
from server.documents import actions, queries
from server.documents.rules import SheetKind
from server.web import Ask, Download, Form, Go, Line, MenuEntry, PageQuery, Routes, Show

routes = Routes("exports", tag="导出")
menu = MenuEntry("导出的表格", "/admin/exports", Permission.EXPORT, 95)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# "status=granted": the conditions of the list, as its own address carries them.
Condition = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}=[^\x00-\x1f]{1,80}$")]


class AskForExport(Form):
    kind: SheetKind
    condition: Annotated[list[Condition], Field(max_length=10)] = []
    reason: Line


waits("份表格写好了", "/admin/exports", queries.count_ready, needs=Permission.EXPORT)


@routes.get("/exports", needs=Permission.EXPORT, summary="Tables that I asked for")
async def exports(ask: Ask, query: PageQuery) -> Show:
    page = await queries.my_exports(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("exports/list.html", page=page)


@routes.post("/exports", needs=Permission.EXPORT, proof=True, rate="export", summary="Ask for a table")
async def ask_for_export(ask: Ask, body: AskForExport) -> Go:
    filters = dict(each.split("=", 1) for each in body.condition)
    card = await actions.ask_for_export(
        actor=ask.actor, kind=body.kind, filters=filters, reason=body.reason, now=ask.now
    )
    return Go("/admin/exports", said=f"“{card.title}”排上队了，写好后在这里下载。")


@routes.post("/exports/<export_uid>/cancel", needs=Permission.EXPORT, summary="Cancel or delete a table")
async def cancel(ask: Ask, export_uid: str) -> Go:
    await actions.cancel_export(actor=ask.actor, uid=export_uid, now=ask.now)
    return Go("/admin/exports", said="已取消，写好的内容也删除了。")


@routes.get("/exports/<export_uid>/file", needs=Permission.EXPORT, summary="Fetch a table")
async def export_file(ask: Ask, export_uid: str) -> Download:
    found = await queries.export_file(actor=ask.actor, uid=export_uid, now=ask.now)
    return Download(found.name, found.content, XLSX)
