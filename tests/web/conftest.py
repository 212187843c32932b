"""A small server with a face of its own, to try the edge without a town."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

import httpx
import pytest_asyncio
from pydantic import AwareDatetime
from sanic import Request, Sanic

from server.authority.actor import Actor, Channel, Grant
from server.authority.permissions import Permission, Role
from server.kit.errors import NotFound
from server.kit.shared import InProcessShared
from server.settings import Settings
from server.web import Ask, Body, Int, Line, Open, PageQuery, Routes, Score, Services, Uid, faces
from server.web.faces import utc_now
from server.web.json_face import JsonFace
from server.web.serving import new_app
from tests.conftest import serving

routes = Routes("edge", tag="edge")
whoever: ContextVar[str] = ContextVar("whoever", default="nobody")


@dataclass(frozen=True)
class Echo:
    name: str
    count: int | None
    at: datetime | None = None


@dataclass
class Journal:
    """What handlers did, for tests of what happens when nobody waits for the answer."""

    finished: list[str] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


journal = Journal()


class Nested(Body):
    name: Line


class Wish(Body):
    name: Line
    count: Int | None = None
    score: Score | None = None
    born: date | None = None
    at: AwareDatetime | None = None
    ratio: float | None = None
    nested: tuple[Nested, ...] = ()


class Search(PageQuery):
    home: Uid | None = None


@routes.post("/wishes", needs=Permission.APPOINTMENT_BOOK, status=201, summary="Echo")
async def wish(body: Wish) -> Echo:
    return Echo(body.name, body.count, body.at)


@routes.get("/wishes", needs=Permission.APPOINTMENT_READ, summary="Search")
async def search(query: Search) -> Echo:
    return Echo("search", query.limit)


@routes.get("/things/<thing_uid>", needs=Open.SIGNED_IN, summary="One")
async def one(thing_uid: str) -> Echo:
    raise NotFound


@routes.get("/context/<word>", needs=Open.ANYONE, summary="Context")
async def context(word: str) -> Echo:
    before = whoever.get()
    whoever.set(word)
    return Echo(before, None)


@routes.post("/slow", needs=Open.ANYONE, summary="Slow", keyed=False)
async def slow() -> Echo:
    journal.began.set()
    await journal.go_on.wait()
    journal.finished.append("slow")
    return Echo("done", None)


@routes.get("/broken", needs=Open.ANYONE, summary="Broken")
async def broken() -> Echo:
    secret = "330299194001010014"
    raise ValueError(secret)


@routes.get("/limited", needs=Open.ANYONE, summary="Limited", rate="export")
async def limited(ask: Ask) -> Echo:
    return Echo(ask.address, None)


class EdgeFace(JsonFace):
    name: ClassVar[str] = "edge"
    prefix: ClassVar[str] = "/edge"
    channel: ClassVar[Channel] = Channel.MINI_PROGRAM

    async def identify(self, request: Request, token: str | None, *, now: datetime) -> Actor | None:
        roles = {"person": (Grant(Role.PERSON),), "auditor": (Grant(Role.AUDITOR),)}.get(token or "")
        return (
            None
            if roles is None
            else Actor(1, "01J00000000000000000000000", token or "", roles, Channel.MINI_PROGRAM)
        )


@asynccontextmanager
async def edge_serving(name: str, settings: Settings) -> AsyncIterator[str]:
    services = Services(settings, InProcessShared(), None)  # type: ignore[arg-type]
    app = new_app(
        name,
        [EdgeFace([routes])],
        services,
        utc_now,
        REQUEST_TIMEOUT=1,
        REQUEST_MAX_SIZE=100_000,
        GRACEFUL_SHUTDOWN_TIMEOUT=1,
    )
    async with serving(app) as base:
        yield base
    Sanic.unregister_app(app)


@pytest_asyncio.fixture(scope="session")
async def edge_address() -> AsyncIterator[str]:
    faces.BODY_SECONDS = 1.0
    async with edge_serving("edge", Settings()) as base:
        yield base
    faces.BODY_SECONDS = 15.0


def a_person_at(address: str) -> httpx.AsyncClient:
    headers = {"Authorization": "Bearer person", "Idempotency-Key": "0123456789"}
    return httpx.AsyncClient(base_url=f"{address}/edge", headers=headers, timeout=10)


@pytest_asyncio.fixture
async def edge(edge_address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with a_person_at(edge_address) as client:
        yield client
