"""Clients who send a byte at a time, or never read: each is cut off in time, and nobody else waits for them."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sanic import HTTPResponse, Request, Sanic, raw
from sanic.server.protocols.http_protocol import HttpProtocol

from miniprogram_api import MiniProgramFace, session
from server.web import faces
from server.web.asking import Services
from server.web.connections import Connection
from server.web.serving import new_app
from tests.conftest import serving

pytestmark = pytest.mark.sqlite  # no database is asked
LIMIT = 0.6  # seconds, for what takes ten to sixty in earnest
MANY = 60
HONEST = b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"
HEADER = b"GET /long HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n"
UNKNOWN = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n"
UNREAD = HONEST * 30  # more than the kernel's buffers hold


@pytest_asyncio.fixture
async def address(
    request: pytest.FixtureRequest, services: Services, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, int]]:
    """Serve one family of routes and a long answer, as the product does, with limits that a test can wait for."""
    monkeypatch.setattr(faces, "BODY_SECONDS", LIMIT)
    face = MiniProgramFace([session.routes])
    limits = {f"{name}_TIMEOUT": LIMIT for name in ("REQUEST", "RESPONSE", "KEEP_ALIVE")}
    app = new_app("slow", [face], services, clock, **limits)
    app.add_route(_long_answer, "/long")
    async with serving(app, protocol=getattr(request, "param", Connection)) as base:
        yield "127.0.0.1", int(base.rsplit(":", 1)[1])
    Sanic.unregister_app(app)


async def _long_answer(_: Request) -> HTTPResponse:
    return raw(bytes(1024 * 1024))


async def trickled(address: tuple[str, int], beginning: bytes, *, seconds: float) -> bytes | None:
    """Send a beginning and then a byte at a time; return what was said, or None if the line still stands at the end."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(beginning)
    until = time.monotonic() + seconds
    answer = asyncio.create_task(_heard(reader))
    while not answer.done() and time.monotonic() < until:
        writer.write(b"a")
        await asyncio.sleep(LIMIT / 6)
    writer.transport.abort()
    return answer.result() if answer.done() else None


async def _heard(reader: asyncio.StreamReader) -> bytes:
    said = b""
    with contextlib.suppress(ConnectionError):  # what we still sent makes the kernel say goodbye with a reset
        while piece := await reader.read(1024):
            said += piece
    return said


async def honest(address: tuple[str, int]) -> float:
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(*address)
    writer.write(HONEST)
    assert b" 200 " in await reader.readline()
    writer.close()
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("beginning", "said"),
    [(HEADER, b"408"), (BODY, b"408"), (UNKNOWN, b"404")],
    ids=["header", "body", "unread body"],
)
async def test_who_sends_a_byte_at_a_time_is_cut_off(
    address: tuple[str, int], beginning: bytes, said: bytes
) -> None:
    clients = [asyncio.create_task(trickled(address, beginning, seconds=LIMIT * 10)) for _ in range(MANY)]
    await asyncio.sleep(LIMIT)
    waited = [await honest(address) for _ in range(5)]

    answers = [await each for each in clients]

    assert None not in answers
    assert {answer.split()[1] for answer in answers if answer} == {said}
    assert statistics.median(waited) < LIMIT


async def test_who_says_nothing_is_cut_off(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)

    async with asyncio.timeout(LIMIT * 5):
        assert await reader.read(-1) == b""
    writer.close()


async def test_who_never_reads_is_cut_off(address: tuple[str, int]) -> None:
    assert await _is_cut_off_unread(address)


async def _is_cut_off_unread(address: tuple[str, int]) -> bool:
    _, writer = await asyncio.open_connection(*address)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(UNREAD)
    for _ in range(60):
        writer.write(b"a")
        await asyncio.sleep(LIMIT / 6)
        if writer.transport.is_closing():
            return True
    writer.transport.abort()
    return False


@pytest.mark.parametrize("address", [HttpProtocol], indirect=True, ids=["Sanic's own protocol"])
@pytest.mark.parametrize("beginning", [HEADER, UNKNOWN], ids=["header", "unread body"])
async def test_the_control_leaves_them(address: tuple[str, int], beginning: bytes) -> None:
    """When this fails, Sanic has a deadline of its own, and `server.web.connections` may go."""
    assert await trickled(address, beginning, seconds=LIMIT * 5) is None


@pytest.mark.parametrize("address", [HttpProtocol], indirect=True, ids=["Sanic's own protocol"])
async def test_the_control_waits_for_a_reader(address: tuple[str, int]) -> None:
    assert not await _is_cut_off_unread(address)
