"""People who book, give back and look, as phones do: under a key, and again under the same key until they know."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from server.kit.ids import new_uid
from tests.load.ledger import Ledger, Period, Row, Told
from tests.load.rows import REASON

PAUSE = 0.1  # seconds before a request is sent again
PATIENCE = 15.0  # a phone's own is twelve
LAST_WORD = 60.0  # seconds, for all of them to learn what became of what they asked for
TOO_MANY, SERVER_FAULT = 429, 500


@dataclass(frozen=True)
class Write:
    """Something asked for, to be sent as it is until it is answered."""

    path: str
    body: dict[str, Any]
    row: Row  # how the appointment stands once it is answered
    key: str = field(default_factory=new_uid)
    sent: float = field(default_factory=time.monotonic)


@dataclass
class Person:
    """Whoever books for one resident; nobody else books for that one."""

    token: str
    resident: str
    slots: Sequence[str]
    ledger: Ledger
    most_open: int
    _open: list[tuple[str, str]] = field(default_factory=list, init=False)  # appointments and their slots
    _owed: Write | None = field(default=None, init=False)  # an answer to it
    _unread: str = field(default="", init=False)  # booked, and not looked at yet

    async def work(self, http: httpx.AsyncClient, over: asyncio.Event) -> None:
        """Do one thing after the other; what is not answered when it is over, `finish` asks again."""
        while not over.is_set():
            await self._go_on(http)

    async def finish(self, http: httpx.AsyncClient) -> None:
        while self._owed or self._unread:
            await self._go_on(http)

    async def _go_on(self, http: httpx.AsyncClient) -> None:
        if self._unread:
            await self._look(http)
        else:
            await self._write(http)

    async def _look(self, http: httpx.AsyncClient) -> None:
        answer = await self._ask(http, "GET", f"/appointments/{self._unread}")
        if answer is not None:
            self.ledger.unseen += answer.status_code != httpx.codes.OK
            self._unread = ""

    async def _write(self, http: httpx.AsyncClient) -> None:
        self._owed = write = self._owed or self._wish()
        answer = await self._ask(
            http, "POST", write.path, json=write.body, headers={"Idempotency-Key": write.key}
        )
        if answer is None:
            return
        self._owed = None
        if not answer.is_success:
            self.ledger.refused[_word(answer, "code")] += 1
            return
        uid, (status, slot, _) = str(answer.json()["uid"]), write.row
        self.ledger.told.append(Told(uid, write.row, write.sent, time.monotonic()))
        if status == "booked":
            self._open.append((uid, slot))
            self._unread = uid

    def _wish(self) -> Write:
        if len(self._open) < self.most_open:
            slot = random.choice(self.slots)
            body = {"resident": self.resident, "reason": REASON}
            return Write(f"/slots/{slot}/appointments", body, ("booked", slot, self.resident))
        uid, slot = self._open.pop(0)
        return Write(f"/appointments/{uid}/cancel", {}, ("cancelled", slot, self.resident))

    async def _ask(
        self, http: httpx.AsyncClient, method: str, path: str, **said: Any
    ) -> httpx.Response | None:
        """Return an answer that will stay the same; None, after a pause, if it is to be asked for again."""
        try:
            answer = await http.request(method, path, **said)
        except httpx.HTTPError as error:
            what, sentence = type(error).__name__, ""
        else:
            if answer.status_code < SERVER_FAULT and answer.status_code != TOO_MANY:
                return answer
            what = str(answer.status_code)
            sentence = f"{what} {_word(answer, 'detail')}"
        self.ledger.met.append((time.monotonic(), what, sentence))
        await asyncio.sleep(PAUSE)
        return None


def _word(answer: httpx.Response, name: str) -> str:
    """Read one word of a problem; what speaks before the product, a proxy for one, does not say problems."""
    try:
        return str(answer.json()[name])
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.text[:80]}"


@dataclass(frozen=True)
class Crowd:
    """All of them, to be let loose for a while, again and again."""

    base: str
    people: Sequence[Person]
    ledger: Ledger

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Period]:
        """Let them work meanwhile; the server may die of it, so that what is not answered is left for `finish`."""
        over = asyncio.Event()
        async with AsyncExitStack() as opened, asyncio.TaskGroup() as together:
            phones = [await self._phone(opened, each, self.base) for each in self.people]
            # On a busy machine opening the phones takes seconds, in which nobody has asked for anything yet.
            period = Period(self.ledger, time.monotonic())
            for each, phone in zip(self.people, phones, strict=True):
                together.create_task(each.work(phone, over))
            try:
                yield period
            finally:
                over.set()
                period.until = time.monotonic()

    async def finish(self, base: str = "") -> None:
        """Have each learn, of whoever serves now, what became of the last request."""
        async with asyncio.timeout(LAST_WORD), AsyncExitStack() as opened, asyncio.TaskGroup() as together:
            for each in self.people:
                together.create_task(each.finish(await self._phone(opened, each, base or self.base)))

    @staticmethod
    async def _phone(opened: AsyncExitStack, person: Person, base: str) -> httpx.AsyncClient:
        return await opened.enter_async_context(
            httpx.AsyncClient(
                base_url=f"{base}/api/v1",
                timeout=PATIENCE,
                headers={"Authorization": f"Bearer {person.token}"},
                trust_env=False,
            )
        )
