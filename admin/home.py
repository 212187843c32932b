"""What waits for me today, and what the day brings: every page module registers its own part."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from admin.agenda import planned_for
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import views_kept
from server.web import Ask, Open, Routes, Show

routes = Routes("home", tag="今日待办")


@dataclass(frozen=True)
class Waiting:
    title: str  # "次巡诊等您确认"
    count: int
    href: str
    urgent: bool = False


WAITING: list[Callable[[Actor, datetime], Awaitable[Waiting | None]]] = []
"""Each answers None for an actor whom its work does not concern; a count of nought is not shown either."""


class Count(Protocol):
    """How many things wait for an actor, or how many and how many of these are late."""

    def __call__(self, *, actor: Actor, now: datetime) -> Awaitable[int | tuple[int, int]]: ...


def waits(title: str, href: str, count: Count, *, needs: Permission, urgent: bool = False) -> None:
    """Let the home page of everybody who holds `needs` say what waits; it is urgent always, or when some is late."""

    async def told(actor: Actor, now: datetime) -> Waiting | None:
        if not actor.may(needs):
            return None
        found = await count(actor=actor, now=now)
        number, late = (found, 0) if isinstance(found, int) else found
        return Waiting(title, number, href, urgent=urgent or late > 0)

    WAITING.append(told)


async def waiting_for(actor: Actor, now: datetime) -> list[Waiting]:
    """Return what waits, the urgent first, otherwise in the order of registration."""
    asked = [await each(actor, now) for each in WAITING]
    found = [each for each in asked if each is not None and each.count > 0]
    return sorted(found, key=lambda each: not each.urgent)


@routes.get("", needs=Open.SIGNED_IN, summary="What waits for me today")
async def home(ask: Ask) -> Show:
    return Show(
        "home/home.html",
        waiting=await waiting_for(ask.actor, ask.now),
        planned=await planned_for(ask.actor, ask.now),
        views=await views_kept(actor=ask.actor),
    )
