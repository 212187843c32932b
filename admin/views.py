"""Lists with their filters that somebody keeps at hand."""

from typing import Annotated

from pydantic import StringConstraints

from server.identity import actions, queries
from server.web import Ask, Clean, Form, Go, Open, Routes, Show, text

routes = Routes("views", tag="常用查询")


class Keep(Form):
    title: Annotated[str, text(30), Clean]
    path: Annotated[str, StringConstraints(pattern=r"^/admin(/[a-z-]+){1,3}$", max_length=80)]
    query: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.%&=:+-]{1,400}$")]


@routes.get("/views", needs=Open.SIGNED_IN, summary="The lists I keep at hand")
async def views(ask: Ask) -> Show:
    return Show("home/views.html", views=await queries.views_kept(actor=ask.actor))


@routes.post("/views", needs=Open.SIGNED_IN, summary="Keep a list with its filters at hand")
async def keep(ask: Ask, body: Keep) -> Go:
    await actions.keep_view(actor=ask.actor, path=body.path, title=body.title, query=body.query, now=ask.now)
    return Go(f"{body.path}?{body.query}", said=f"已存为常用查询“{body.title}”，在今日待办里随时可以打开。")


@routes.post("/views/<view_uid>/forget", needs=Open.SIGNED_IN, summary="Forget a list")
async def forget(ask: Ask, view_uid: str) -> Go:
    await actions.forget_view(actor=ask.actor, uid=view_uid, now=ask.now)
    return Go("/admin/views", said="已删除这个常用查询。")
