"""A process with its hands full tells who only looks so at once; what somebody wrote waits its turn."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from server.settings import Settings
from server.web.faces import under_way
from tests.servers import until_meanwhile
from tests.web.conftest import a_person_at, edge_serving, journal

MOST = 2


@pytest_asyncio.fixture
async def crowded() -> AsyncIterator[httpx.AsyncClient]:
    """Serve with as many requests under way as are allowed."""
    async with edge_serving("crowded", Settings(most_at_once=MOST)) as base, a_person_at(base) as client:
        waiting = [asyncio.create_task(client.post("/slow")) for _ in range(MOST)]
        await until_meanwhile(lambda: under_way() >= MOST, "the crowd", within=5)
        yield client
        journal.go_on.set()
        await asyncio.gather(*waiting)
    for event in (journal.began, journal.go_on):
        event.clear()
    journal.finished.clear()


async def test_who_looks_is_told_at_once_when_to_look_again(crowded: httpx.AsyncClient) -> None:
    looked = await crowded.get("/context/one")

    assert (looked.status_code, looked.json()["code"]) == (503, "kit.busy")
    assert looked.headers["Retry-After"] == "3"


async def test_who_writes_is_served(crowded: httpx.AsyncClient) -> None:
    wrote = await crowded.post("/wishes", json={"name": "王"})

    assert wrote.status_code == 201


async def test_when_the_crowd_has_gone_looking_is_answered_again(crowded: httpx.AsyncClient) -> None:
    journal.go_on.set()
    await until_meanwhile(lambda: under_way() < MOST, "the end of the crowd", within=5)

    assert (await crowded.get("/context/one")).status_code == 200
