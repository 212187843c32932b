"""Where the access token is kept, so that many processes share one."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from redis.asyncio import Redis

from server.kit.redis import Bounded

# The platform allows 20 forced refreshes a day, 30 s apart; a loop of ours must not use them up.
FORCE_PAUSE_SECONDS = 60
FORCES_A_DAY = 5
DAY_SECONDS = 86_400
LOCK_MILLISECONDS = 15_000


@dataclass(frozen=True)
class HeldToken:
    token: str = field(repr=False)
    expires_at: float


class TokenStore(Protocol):
    async def get(self) -> HeldToken | None: ...

    async def put(self, held: HeldToken) -> None: ...

    async def replace(self, bad: str) -> HeldToken | None:
        """Forget `bad` if it is still the stored one; answer what is stored then."""
        ...

    async def try_lock(self) -> bool:
        """Only an economy: two refreshes at once are harmless, so a lost lock never stops anyone."""
        ...

    async def unlock(self) -> None: ...

    async def may_force(self) -> bool:
        """At most once a minute and five times a day; asking uses one up."""
        ...


class InProcessTokenStore:
    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._held: HeldToken | None = None
        self._locked = False
        self._forced: list[float] = []

    async def get(self) -> HeldToken | None:
        if self._held is not None and self._held.expires_at <= self._clock():
            self._held = None
        return self._held

    async def put(self, held: HeldToken) -> None:
        self._held = held

    async def replace(self, bad: str) -> HeldToken | None:
        if self._held is not None and self._held.token == bad:
            self._held = None
        return await self.get()

    async def try_lock(self) -> bool:
        if self._locked:
            return False
        self._locked = True
        return True

    async def unlock(self) -> None:
        self._locked = False

    async def may_force(self) -> bool:
        now = self._clock()
        self._forced = [at for at in self._forced if now - at < DAY_SECONDS]
        if len(self._forced) >= FORCES_A_DAY or (
            self._forced and now - self._forced[-1] < FORCE_PAUSE_SECONDS
        ):
            return False
        self._forced.append(now)
        return True


# Compare and delete in one step: between a GET and a DEL another process may have stored a good token.
_FORGET_IF_BAD = """
local stored = redis.call('GET', KEYS[1])
if stored and cjson.decode(stored)['t'] == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""
_UNLOCK_IF_OURS = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""


class RedisTokenStore:
    """Shared by all processes; while Redis is away each keeps its own copy and sign-ins go on."""

    def __init__(
        self,
        redis: Redis,
        appid: str,
        *,
        clock: Callable[[], float] = time.time,
        patience: float = 0.5,
        pause_when_down: float = 2.0,
    ) -> None:
        self._redis = redis
        self._bounded = Bounded(patience=patience, pause=pause_when_down)
        self._clock = clock
        self._memory = InProcessTokenStore(clock)
        self._token_key = f"wx:{appid}:tok"
        self._lock_key = f"wx:{appid}:lock"
        self._force_key = f"wx:{appid}:force"
        self._day_key = f"wx:{appid}:forced"
        self._owner = secrets.token_hex(16)

    async def get(self) -> HeldToken | None:
        reachable, stored = await self._bounded.ask(lambda: self._redis.get(self._token_key))
        if not reachable:
            return await self._memory.get()
        return self._read(stored)

    async def put(self, held: HeldToken) -> None:
        await self._memory.put(held)
        seconds = int(held.expires_at - self._clock())
        if seconds > 0:
            text = json.dumps({"t": held.token, "exp": held.expires_at})
            await self._bounded.ask(lambda: self._redis.set(self._token_key, text, ex=seconds))

    async def replace(self, bad: str) -> HeldToken | None:
        await self._memory.replace(bad)
        await self._bounded.ask(lambda: self._redis.eval(_FORGET_IF_BAD, 1, self._token_key, bad))
        return await self.get()

    async def try_lock(self) -> bool:
        reachable, taken = await self._bounded.ask(
            lambda: self._redis.set(self._lock_key, self._owner, nx=True, px=LOCK_MILLISECONDS)
        )
        return bool(taken) if reachable else True

    async def unlock(self) -> None:
        await self._bounded.ask(lambda: self._redis.eval(_UNLOCK_IF_OURS, 1, self._lock_key, self._owner))

    async def may_force(self) -> bool:
        # The process's own count holds too, or a Redis that comes and goes would hand out its five anew.
        if not await self._memory.may_force():
            return False
        reachable, first = await self._bounded.ask(
            lambda: self._redis.set(self._force_key, "1", nx=True, ex=FORCE_PAUSE_SECONDS)
        )
        if not reachable:
            return True
        return bool(first) and await self._within_the_day()

    async def _within_the_day(self) -> bool:
        key = f"{self._day_key}:{int(self._clock() // DAY_SECONDS)}"
        _, count = await self._bounded.ask(lambda: self._redis.incr(key))
        await self._bounded.ask(lambda: self._redis.expire(key, DAY_SECONDS))
        return isinstance(count, int) and count <= FORCES_A_DAY

    def _read(self, stored: object) -> HeldToken | None:
        if not isinstance(stored, str | bytes):
            return None
        try:
            kept = json.loads(stored)
            held = HeldToken(str(kept["t"]), float(kept["exp"]))
        except (ValueError, KeyError, TypeError):
            return None
        return held if held.expires_at > self._clock() else None
