"""What I say is wrong about a resident, and what was answered (PIPL art. 46)."""

from typing import Annotated

from pydantic import Field

from server.authority.permissions import Permission
from server.privacy import actions, queries
from server.privacy.actions import Wrong
from server.privacy.queries import RectificationCard
from server.web import Ask, Body, Paragraph, Routes, Uid

routes = Routes("rectifications", tag="我的权利")

ASK = Permission.RECTIFICATION_ASK


class AskForRectification(Body):
    text: Annotated[Paragraph, Field(max_length=500)]
    entry: Uid | None = None  # of the health record; without: what the home has registered


@routes.get("/rectifications", needs=ASK, summary="What was asked about my residents, and the answers")
async def rectifications(ask: Ask) -> tuple[RectificationCard, ...]:
    return await queries.my_rectifications(actor=ask.actor, now=ask.now)


@routes.post(
    "/residents/<resident_uid>/rectifications",
    needs=ASK,
    status=201,
    summary="Say what is wrong; an entry's words stand beside it at once",
)
async def ask_for_rectification(ask: Ask, resident_uid: str, body: AskForRectification) -> RectificationCard:
    wrong = Wrong(body.text, body.entry)
    return await actions.ask_for_rectification(
        actor=ask.actor, resident_uid=resident_uid, wrong=wrong, now=ask.now
    )


@routes.post(
    "/rectifications/<rectification_uid>/withdrawal", needs=ASK, status=204, summary="Take a request back"
)
async def withdraw(ask: Ask, rectification_uid: str) -> None:
    await actions.withdraw_rectification(actor=ask.actor, uid=rectification_uid, now=ask.now)
