"""The access token in use: fetched in stable mode, refreshed early, replaced once when it died."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from server.wechat.gateway import WeChatRefused
from server.wechat.tokens import HeldToken, TokenStore

TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 - an address
POLL_SECONDS = 0.05
INVALID_CREDENTIAL = 40001

# Before 300 s are left the platform answers the same token, so asking earlier gains nothing; a random
# margin keeps the processes from all asking in the same second.
MARGIN_SECONDS = (60, 240)


class Credentials:
    """`fetch(force)` asks the platform and answers the token with its time of death."""

    def __init__(
        self,
        store: TokenStore,
        fetch: Callable[[bool], Awaitable[HeldToken]],
        *,
        clock: Callable[[], float] = time.time,
        lock_wait: float = 3.0,
    ) -> None:
        self._store = store
        self._fetch = fetch
        self._clock = clock
        self._lock_wait = lock_wait
        self._turn = asyncio.Lock()
        self._found_dead = ("", 0.0)

    async def current(self) -> str:
        seen = await self._store.get()
        if seen is not None and self._fresh(seen):
            return seen.token
        async with self._alone():
            held = await self._store.get()
            # One that somebody else fetched meanwhile will do even if the platform gave it a short life;
            # otherwise every waiter would ask again.
            if held is not None and (held != seen or self._fresh(held)):
                return held.token
            return await self._fetch_and_keep(force=False)

    async def replaced(self, bad: str) -> str:
        """A token other than `bad`, or WeChatRefused(40001)."""
        asked_at = time.monotonic()
        held = await self._store.replace(bad)
        if held is not None and held.token != bad:
            return held.token
        async with self._alone():
            held = await self._store.get()
            if held is not None and held.token != bad:
                return held.token
            # A caller who waited here while another learned that no better token is to be had
            # must not ask again: fifty waiting requests would cost fifty calls of the quota.
            dead, since = self._found_dead
            if dead != bad or since < asked_at:
                token = await self._fetch_and_keep(force=False)
                if token == bad and await self._store.may_force():
                    token = await self._fetch_and_keep(force=True)
                if token != bad:
                    return token
                self._found_dead = (bad, time.monotonic())
            raise WeChatRefused(INVALID_CREDENTIAL, TOKEN_PATH)

    async def _fetch_and_keep(self, *, force: bool) -> str:
        held = await self._fetch(force)
        await self._store.put(held)
        return held.token

    def _fresh(self, held: HeldToken) -> bool:
        margin = random.uniform(*MARGIN_SECONDS)  # noqa: S311
        return held.expires_at - self._clock() >= margin

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with self._turn:
            ours = await self._wait_for_lock()
            try:
                yield
            finally:
                if ours:
                    await self._store.unlock()

    async def _wait_for_lock(self) -> bool:
        """False if another process keeps it too long: two refreshes are harmless, a stuck sign-in is not."""
        give_up_at = time.monotonic() + self._lock_wait
        while not await self._store.try_lock():
            if time.monotonic() >= give_up_at:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True
