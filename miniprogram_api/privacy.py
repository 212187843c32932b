"""What the law gives me over what is held: a copy of all of it, and an end to my account (PIPL art. 45, 47)."""

from typing import Annotated

from pydantic import StringConstraints

from server.identity import doors
from server.privacy import actions, queries
from server.privacy.queries import ClosurePreview, CopyCard, CopyFile
from server.web import Ask, Body, Open, Purpose, Routes, Uid

routes = Routes("privacy", tag="我的权利")


class FreshCode(Body):
    """Of wx.login, a moment ago: the phone in this hand is the person's own."""

    code: Annotated[str, StringConstraints(min_length=4, max_length=128, pattern=r"^[!-~]+$")]


class AskForCopy(Body):
    resident: Uid | None = None  # without: of myself, account and own record together


@routes.get("/copies", needs=Open.SIGNED_IN, summary="Copies that I asked for")
async def copies(ask: Ask) -> tuple[CopyCard, ...]:
    return await queries.my_copies(actor=ask.actor, now=ask.now)


@routes.post(
    "/copies", needs=Open.SIGNED_IN, rate="export", status=202, summary="Ask for a copy of all that is held"
)
async def ask_for_copy(ask: Ask, body: AskForCopy) -> CopyCard:
    return await actions.ask_for_copy(actor=ask.actor, resident_uid=body.resident, now=ask.now)


@routes.post(
    "/copies/<copy_uid>/file",
    needs=Open.SIGNED_IN,
    rate="export",
    purpose=Purpose.SELF,
    keyed=False,  # an answer that is kept would be the whole copy, unsealed
    summary="Fetch a copy, with a fresh proof of who I am",
)
async def copy_file(ask: Ask, copy_uid: str, body: FreshCode) -> CopyFile:
    await doors.ensure_same_person(actor=ask.actor, code=body.code, wechat=ask.wechat, shared=ask.shared)
    return await queries.copy_file(actor=ask.actor, uid=copy_uid, now=ask.now)


@routes.get("/account/closure", needs=Open.SIGNED_IN, summary="What closing my account would do")
async def closure_preview(ask: Ask) -> ClosurePreview:
    return await queries.closure_preview(actor=ask.actor, now=ask.now)


@routes.post(
    "/account/closure",
    needs=Open.SIGNED_IN,
    status=204,
    summary="Close my account; the record stays with the home",
)
async def close(ask: Ask, body: FreshCode) -> None:
    await doors.ensure_same_person(actor=ask.actor, code=body.code, wechat=ask.wechat, shared=ask.shared)
    await actions.close_own_account(actor=ask.actor, now=ask.now)
