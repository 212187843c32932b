"""Opening a connection while nobody answers: a proxy is finding another writer, or the door is simply wrong."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest
from tortoise.connection import get_connection

from server.kit.database import close_database, is_transient, open_database
from tests.engines.stock import MODULES
from tests.servers import free_port


def at_port(url: str, port: int) -> str:
    return urlunsplit(urlsplit(url)._replace(netloc=f"root@127.0.0.1:{port}"))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    await open_database(url, modules=MODULES)
    try:
        yield
    finally:
        await close_database()


async def asked() -> float:
    """Ask one question and return how long the answer took."""
    began = time.monotonic()
    await get_connection("default").execute_query("SELECT 1")
    return time.monotonic() - began


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
    writer.close()


async def test_a_statement_waits_until_somebody_answers_again(mysql_url: str) -> None:
    real, port = urlsplit(mysql_url).port, free_port()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", real)
        await asyncio.gather(pump(reader, their_writer), pump(their_reader, writer))

    async with opened(at_port(mysql_url, port)):
        asking = asyncio.create_task(asked())
        await asyncio.sleep(0.5)
        async with await asyncio.start_server(forward, "127.0.0.1", port):
            assert 0.4 < await asking < 4


async def test_it_waits_no_longer_than_said(mysql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.kit.engines.mysql_connect.REACHING", 0.3)
    began = time.monotonic()
    async with opened(at_port(mysql_url, free_port())):
        with pytest.raises(Exception, match="Can't connect") as refused:
            await asked()

    assert is_transient(refused.value)
    assert 0.3 < time.monotonic() - began < 2


async def test_what_waiting_cannot_mend_is_told_at_once(mysql_url: str) -> None:
    async with opened(mysql_url.replace("/engines", "/nowhere")):
        began = time.monotonic()
        with pytest.raises(Exception, match="Unknown database"):
            await asked()

    assert time.monotonic() - began < 1
