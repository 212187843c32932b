"""The command box: a few letters, and the resident, visit or agreement that was meant.

What is typed is often a name: it comes in the body of a POST, so that it stands in no address, history or log.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from server.authority.actor import Actor
from server.web import Ask, Clean, Form, Open, Routes, Show, text

routes = Routes("find", tag="查找")


@dataclass(frozen=True)
class Found:
    title: str
    detail: str
    href: str


FINDERS: list[Callable[[Actor, str, datetime], Awaitable[list[Found]]]] = []
"""Each returns at most a handful within what the actor may see, and nothing for an actor whom its list does not concern."""


class Find(Form):
    words: Annotated[str, text(40, least=0), Clean] = ""


@routes.post("/find", needs=Open.SIGNED_IN, rate="read", keyed=False, summary="Find by a few letters")
async def find(ask: Ask, body: Find) -> Show:
    found = (
        [one for finder in FINDERS for one in await finder(ask.actor, body.words, ask.now)]
        if body.words
        else []
    )
    return Show("find.html", words=body.words, found=found)
