"""What several processes must share, behind one small port: counts, marks that are set once, and wake-ups.

Nothing promised lives here (reliability 1.7): losing it may slow people down, never let them in.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from typing import Protocol

from server.kit.redis import Bounded, redis_at

MOST_KEYS = 100_000

# One round trip: count, and start the window with the first hit.
HIT = "local n = redis.call('INCR', KEYS[1]); if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end; return n"


class Shared(Protocol):
    async def hit(self, key: str, *, window: float) -> int:
        """Count one event and return how many there were in this window of `window` seconds."""

    async def first_seen(self, key: str, *, ttl: float) -> bool:
        """Tell whether the key is seen for the first time within `ttl` seconds."""

    async def forget(self, key: str) -> None:
        """Let `first_seen` see the key for the first time again: what it marked did not happen."""

    async def wake(self, topic: str) -> None:
        """Tell whoever waits for the topic, in any process, that there is work."""

    async def wait(self, topic: str, *, timeout: float) -> None:  # noqa: ASYNC109  the port's own word
        """Return when the topic is woken, or after `timeout` seconds."""

    async def ping(self) -> None:
        """Raise when what is shared cannot be reached."""

    async def close(self) -> None: ...


class InProcessShared:
    """Enough for one process; with several, each counts for itself (said in the README)."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._bells: dict[str, asyncio.Event] = {}

    async def hit(self, key: str, *, window: float) -> int:
        now = time.monotonic()
        count, until = self._counts.pop(key, (0, 0.0))
        if now >= until:
            count, until = 0, now + window
        self._counts[key] = (count + 1, until)
        while len(self._counts) > MOST_KEYS:
            self._counts.popitem(last=False)
        return count + 1

    async def first_seen(self, key: str, *, ttl: float) -> bool:
        return await self.hit(f"once:{key}", window=ttl) == 1

    async def forget(self, key: str) -> None:
        self._counts.pop(f"once:{key}", None)

    async def wake(self, topic: str) -> None:
        self._bells.setdefault(topic, asyncio.Event()).set()

    async def wait(self, topic: str, *, timeout: float) -> None:  # noqa: ASYNC109
        bell = self._bells.setdefault(topic, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), timeout)
        bell.clear()

    async def ping(self) -> None:
        return None

    async def close(self) -> None:
        return None


class RedisShared:
    """Shared through Redis. When Redis is away each process counts for itself: stricter than not counting."""

    def __init__(self, url: str) -> None:
        self.redis = redis_at(url)
        self._bounded = Bounded()
        self._own = InProcessShared()

    async def hit(self, key: str, *, window: float) -> int:
        answered, count = await self._bounded.ask(
            lambda: self.redis.eval(HIT, 1, f"hit:{key}", int(window * 1000))
        )
        return int(count) if answered else await self._own.hit(key, window=window)

    async def first_seen(self, key: str, *, ttl: float) -> bool:
        answered, was_set = await self._bounded.ask(
            lambda: self.redis.set(f"once:{key}", b"1", nx=True, px=int(ttl * 1000))
        )
        return bool(was_set) if answered else await self._own.first_seen(key, ttl=ttl)

    async def forget(self, key: str) -> None:
        await self._own.forget(key)
        await self._bounded.ask(lambda: self.redis.delete(f"once:{key}"))

    async def wake(self, topic: str) -> None:
        async def ring() -> None:
            await self.redis.lpush(f"wake:{topic}", b"1")
            await self.redis.ltrim(f"wake:{topic}", 0, 0)

        await self._bounded.ask(ring)

    async def wait(self, topic: str, *, timeout: float) -> None:  # noqa: ASYNC109
        # Not BLPOP: with a socket time-out of two seconds it would break its own connection.
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            answered, bell = await self._bounded.ask(lambda: self.redis.lpop(f"wake:{topic}"))
            if not answered:
                await asyncio.sleep(left)
                return
            if bell is not None:
                return
            await asyncio.sleep(min(0.2, left))

    async def ping(self) -> None:
        await self.redis.ping()

    async def close(self) -> None:
        await self.redis.aclose()


def shared_through(url: str) -> Shared:
    return RedisShared(url) if url else InProcessShared()
