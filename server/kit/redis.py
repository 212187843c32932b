"""The way to Redis: one server, or the primary that three sentinels agree on; and never a wait that people feel."""

import logging
import time
from asyncio import timeout
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

LOG = logging.getLogger(__name__)
CONNECTIONS = 20
PATIENCE = 0.5  # seconds for one answer
PAUSE = 2.0  # seconds in which Redis is not asked again after it failed to answer
SENTINEL_WAIT = 0.2  # the first sentinel may be frozen, and the second must still be asked within PATIENCE
# The default pool raises at its hundredth connection instead of waiting.
LIMITS: dict[str, Any] = {
    "max_connections": CONNECTIONS,
    "timeout": 2,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
}


class _PrimaryPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to whichever server the sentinels call the primary; waits for a free one as the other pool does."""

    async def disconnect(self, inuse_connections: bool = True) -> None:  # noqa: FBT001, FBT002  redis's signature
        await super().disconnect(inuse_connections)
        if inuse_connections:  # we are closing, and not only moving to another primary
            await self.sentinel_manager.aclose()


def redis_at(url: str) -> Redis:
    """Open `redis://host:port/0`, or `redis+sentinel://host:port,host:port,host:port/name/0`."""
    parts = urlsplit(url)
    if parts.scheme != "redis+sentinel":
        return Redis.from_pool(BlockingConnectionPool.from_url(url, **LIMITS))
    secret, _, hosts = parts.netloc.rpartition("@")
    name, _, number = parts.path.lstrip("/").partition("/")
    asked = [(host, int(port)) for host, _, port in (each.rpartition(":") for each in hosts.split(","))]
    # The library would ask a dead sentinel again after a second; the next one is nearer.
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        asked,
        sentinel_kwargs={
            "socket_timeout": SENTINEL_WAIT,
            "socket_connect_timeout": SENTINEL_WAIT,
            "retry": Retry(NoBackoff(), 0),
        },
    )
    password = unquote(secret.rpartition(":")[2]) or None
    return Redis.from_pool(
        _PrimaryPool(name, sentinels, db=int(number or 0), password=password, **LIMITS)  # type: ignore[no-untyped-call]
    )


class Bounded:
    """Ask Redis, but not for long: whoever gets no answer goes on without it, and for a while nobody asks again."""

    def __init__(self, *, patience: float = PATIENCE, pause: float = PAUSE) -> None:
        self._patience = patience
        self._pause = pause
        self._is_away = False
        self._ask_again_at = 0.0

    async def ask(self, question: Callable[[], Awaitable[Any]]) -> tuple[bool, Any]:
        """Return whether Redis answered, and what."""
        now = time.monotonic()
        if self._is_away:
            if now < self._ask_again_at:
                return False, None
            self._ask_again_at = now + self._pause  # one goes to look; the others do not wait with it
        try:
            async with timeout(self._patience):
                answer = await question()
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            LOG.warning("redis is away: %s", type(error).__name__)
            self._is_away, self._ask_again_at = True, time.monotonic() + self._pause
            return False, None
        self._is_away = False
        return True, answer
