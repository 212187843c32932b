"""What may happen between phone and server: an answer is lost, the server is busy, the line is slow, the token has died.

Each stands on the line with `await it.page.route("**/confirm", LostAnswers())`, counts what it has met, and lets
everything else go on to what was put there before: the one put there last is met first.
"""

import asyncio
import math
from typing import Any

from playwright.async_api import Route

ALWAYS = math.inf


class _Harm:
    """Befalls the first `times` requests, or all until it is mended."""

    def __init__(self, times: float) -> None:
        self.times, self.count = times, 0

    def mend(self) -> None:
        self.times = self.count


class LostAnswers(_Harm):
    """The server does the first `times` writes and the phone never hears of it, or hears of a gateway's `status`."""

    def __init__(self, times: float = 1, *, status: int | None = None) -> None:
        super().__init__(times)
        self.status = status
        self.answers: list[int] = []  # what the phone did not hear

    async def __call__(self, route: Route) -> None:
        if route.request.method == "GET" or self.count >= self.times:
            return await route.fallback()
        self.count += 1
        self.answers.append((await route.fetch()).status)
        return await (route.fulfill(status=self.status, body="") if self.status else route.abort())


class Busy(_Harm):
    """The server has no time for the first `times` requests; `answer` is how it says so."""

    def __init__(self, times: float = 1, **answer: Any) -> None:
        super().__init__(times)
        self.answer = answer or {"body": ""}

    async def __call__(self, route: Route) -> None:
        if self.count >= self.times:
            return await route.fallback()
        self.count += 1
        return await route.fulfill(status=503, **self.answer)


class Slow:
    """Nothing gets through until the test lets it: time enough for a second tap, or for going back."""

    def __init__(self) -> None:
        self.count = 0
        self._came, self._through = asyncio.Condition(), asyncio.Event()

    async def __call__(self, route: Route) -> None:
        async with self._came:
            self.count += 1
            self._came.notify_all()
        await self._through.wait()
        await route.fallback()

    async def has(self, count: int = 1) -> None:
        """Wait until so many requests have come."""
        async with asyncio.timeout(8), self._came:
            await self._came.wait_for(lambda: self.count >= count)

    def let_through(self) -> None:
        self._through.set()


async def sign_out_everywhere(client: Any) -> None:
    """Let the tokens on all other phones of this person die."""
    for session in (await client.get("/sessions")).json():
        if not session["is_this"]:
            await client.delete(f"/sessions/{session['uid']}")
