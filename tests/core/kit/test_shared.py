"""The port for what processes share, on both of its adapters."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from server.kit.errors import TooMany
from server.kit.ids import new_uid
from server.kit.shared import RedisShared, Shared, shared_through
from server.web.ratelimit import RATES, ensure_rate

NOBODY = "redis://127.0.0.1:1/0"


@pytest_asyncio.fixture(params=["configured", "away"])
async def shared(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Shared]:
    """In process on the embedded ring, real Redis on the other, and a Redis that does not answer on both."""
    made = shared_through(redis_url if request.param == "configured" else NOBODY)
    yield made
    await made.close()


class TestHit:
    async def test_counts_within_its_window(self, shared: Shared) -> None:
        key = new_uid()

        assert [await shared.hit(key, window=0.2) for _ in range(3)] == [1, 2, 3]
        await asyncio.sleep(0.25)
        assert await shared.hit(key, window=0.2) == 1

    async def test_a_mark_is_set_once(self, shared: Shared) -> None:
        key = new_uid()

        assert [await shared.first_seen(key, ttl=5) for _ in range(3)] == [True, False, False]
        await shared.forget(key)
        assert await shared.first_seen(key, ttl=5)


class TestWait:
    async def test_ends_when_somebody_rings(self, redis_url: str) -> None:
        shared, topic, began = shared_through(redis_url), new_uid(), time.monotonic()
        waiting = asyncio.create_task(shared.wait(topic, timeout=5))
        await asyncio.sleep(0.05)
        await shared.wake(topic)
        await waiting
        await shared.close()

        assert time.monotonic() - began < 2

    async def test_ends_by_itself(self, shared: Shared) -> None:
        began = time.monotonic()
        await shared.wait(new_uid(), timeout=0.1)

        assert 0.05 < time.monotonic() - began < 2


class TestReadiness:
    async def test_says_when_redis_is_away(self) -> None:
        shared = RedisShared(NOBODY)

        with pytest.raises(Exception, match=r"."):
            await shared.ping()
        await shared.close()


class TestRate:
    async def test_refuses_one_more_than_allowed(self, shared: Shared) -> None:
        who = new_uid()
        for _ in range(RATES["export"].count):
            await ensure_rate(shared, "export", who=who, address="a", factor=1)

        with pytest.raises(TooMany):
            await ensure_rate(shared, "export", who=who, address="a", factor=1)
        await ensure_rate(shared, "export", who=new_uid(), address="a", factor=1)
