"""Clients that book, cancel and look, as phones do: under a key, and again under the same key until they know.

What was acknowledged is written down here, outside the database, to be compared with it afterwards.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx

from server.kit.ids import new_uid

PAUSE = 0.2  # seconds before a request is sent again
PATIENCE = 15.0  # a phone's own is twelve
MOST_OPEN = 2  # of the three bookings that a resident may have: the third may be one whose answer was lost
TOO_MANY, SERVER_FAULT = 429, 500


@dataclass
class Log:
    """What clients were told, for all episodes together."""

    booked: dict[str, str] = field(default_factory=dict)  # appointment: its slot
    cancelled: set[str] = field(default_factory=set)
    writes: int = 0  # acknowledged
    unseen: int = 0  # acknowledged, and not found by the next read


@dataclass
class Seen:
    """What clients met during one episode."""

    answers: Counter[str] = field(default_factory=Counter)
    acknowledged_at: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    sentences: set[str] = field(default_factory=set)

    @property
    def longest_stop(self) -> float:
        moments = sorted(self.acknowledged_at)
        return max((later - earlier for earlier, later in pairwise(moments)), default=0.0)

    @property
    def per_second(self) -> float:
        return len(self.acknowledged_at) / (max(self.acknowledged_at) - min(self.acknowledged_at))

    def quantile(self, part: float) -> float:
        return sorted(self.waits)[int(len(self.waits) * part) - 1]


@dataclass
class Client:
    http: httpx.AsyncClient
    resident: str
    log: Log
    seen: Seen
    open: list[str] = field(default_factory=list)

    async def keep_going(self, slots: Sequence[str], stop: asyncio.Event) -> None:
        while not stop.is_set():
            if len(self.open) < MOST_OPEN:
                await self._book(random.choice(slots))
            else:
                await self._cancel(self.open.pop(0))

    async def _book(self, slot: str) -> None:
        answer = await self._write(
            f"/slots/{slot}/appointments", {"resident": self.resident, "reason": "复诊"}
        )
        if answer.status_code != 201:
            return
        uid = str(answer.json()["uid"])
        self.log.booked[uid] = slot
        self.open.append(uid)
        found = await self._until_known("GET", f"/appointments/{uid}")
        self.log.unseen += found.status_code != 200

    async def _cancel(self, uid: str) -> None:
        answer = await self._write(f"/appointments/{uid}/cancel", {"reason": ""})
        assert answer.status_code < 300, answer.text  # nobody else touches it
        self.log.cancelled.add(uid)

    async def _write(self, path: str, body: dict[str, Any]) -> httpx.Response:
        began = time.monotonic()
        answer = await self._until_known("POST", path, json=body, headers={"Idempotency-Key": new_uid()})
        if answer.status_code < 300:
            self.log.writes += 1
            self.seen.acknowledged_at.append(time.monotonic())
            self.seen.waits.append(time.monotonic() - began)
        return answer

    async def _until_known(self, method: str, path: str, **said: Any) -> httpx.Response:
        while True:
            try:
                answer = await self.http.request(method, f"/api/v1{path}", **said)
            except httpx.HTTPError as error:
                self.seen.answers[type(error).__name__] += 1
            else:
                self.seen.answers[str(answer.status_code)] += 1
                if answer.status_code < SERVER_FAULT and answer.status_code != TOO_MANY:
                    return answer
                self.seen.sentences.add(_sentence(answer))
            await asyncio.sleep(PAUSE)


def _sentence(answer: httpx.Response) -> str:
    try:
        return f"{answer.status_code} {answer.json()['detail']}"
    except (ValueError, KeyError):
        return f"{answer.status_code} {answer.text[:80]}"


@dataclass
class Crowd:
    """All clients, to be let loose for a while, again and again."""

    base: str
    given: dict[str, Any]
    log: Log = field(default_factory=Log)
    _open: dict[str, list[str]] = field(default_factory=dict)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Seen]:
        """Let them work meanwhile; at the end each one learns what became of its last request."""
        seen, stop = Seen(), asyncio.Event()
        async with AsyncExitStack() as opened, asyncio.TaskGroup() as together:
            for each in self.given["clients"]:
                http = await opened.enter_async_context(self._http(each["token"]))
                held = self._open.setdefault(each["resident"], [])
                client = Client(http, each["resident"], self.log, seen, held)
                together.create_task(client.keep_going(self.given["slots"], stop))
            try:
                yield seen
            finally:
                stop.set()

    def _http(self, token: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.base,
            timeout=PATIENCE,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
