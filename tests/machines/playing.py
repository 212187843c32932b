"""A history that people of the town make over HTTP, beside a model that knows beforehand what each will be told."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

import httpx

from server import invariants, worker
from server.authority.actor import system_actor
from server.demo import Town
from server.identity.models import Session
from server.kit.ids import new_uid
from server.outbox import actions as outbox
from server.web import sessions
from tests.architecture.subjects import LOGINS, NOW
from tests.architecture.verdicts.court import CODE
from tests.architecture.verdicts.scenes import Scenes
from tests.conftest import Clock

T = TypeVar("T")
DONE = "done"
NOT_THERE = "kit.not_found"
NOT_THEIRS = "kit.forbidden"


@dataclass(frozen=True)
class Told:
    """What somebody was answered: `word` is "done", or the code of the refusal."""

    word: str
    body: Any = None
    where: str = ""  # to which page a form led

    @property
    def done(self) -> bool:
        return self.word == DONE

    @property
    def uid(self) -> str:
        """Return whose uid the answer bears: of what was made, or of what was acted on."""
        return str(self.body["uid"]) if self.body else self.where.partition("?")[0].rpartition("/")[2]


@dataclass(frozen=True)
class Table:
    """What every history is played on: the town as it was, and everybody signed in."""

    town: Town
    restore: Callable[[], None]
    clock: Clock
    client: httpx.AsyncClient

    async def laid(self) -> Scenes:
        self.restore()
        self.clock.set(NOW)
        stage = Scenes(self.town)
        await stage.open_sessions(now=self.clock())
        return stage


@dataclass
class Machine(ABC):
    """One history. A move is a method that is given two numbers, by which it chooses who does it, and to what."""

    table: Table
    stage: Scenes
    told: list[str] = field(default_factory=list)  # shown when the model was wrong

    moves: ClassVar[Sequence[str]]
    sweeps: ClassVar[Sequence[worker.Sweep]] = ()  # of the worker, when it comes by
    heard: ClassVar[Sequence[str]] = ()  # topics that it passes on

    @classmethod
    async def begin(cls, table: Table) -> "Machine":
        machine = cls(table, await table.laid())
        await machine.look_around()
        return machine

    @abstractmethod
    async def look_around(self) -> None:
        """Learn from the town what there is at first."""

    @abstractmethod
    async def check(self, number: int) -> None:
        """Compare what somebody is shown with what the model holds."""

    @property
    def town(self) -> Town:
        return self.table.town

    @property
    def now(self) -> Any:
        return self.table.clock()

    async def step(self, move: int, one: int, two: int) -> None:
        await getattr(self, self.moves[move % len(self.moves)])(one, two)
        await self.check(one)
        found = await invariants.faults(now=self.now)
        assert found == [], (found, self.told)

    async def time_goes_by(self, **amount: float) -> None:
        """Let hours or days pass for everybody; they stay signed in."""
        self.table.clock.advance(**amount)
        open_ones = Session.filter(uid__in=[key.uid for key in self.stage.keys.values()])
        now = self.now
        await open_ones.update(expires_at=now + timedelta(days=1), last_seen_at=now, proved_at=now)

    async def worker_comes_by(self) -> None:
        """Do once what the worker does, as far as this history is concerned; a failure is not swallowed."""
        actor = system_actor("worker")
        for sweep in self.sweeps:
            await sweep(actor=actor, now=self.now)
        while self.heard and (news := await outbox.claim(limit=50, now=self.now, topics=self.heard)):
            for message in news:
                await worker._announce(actor=actor, message=message, now=self.now)

    async def looks(self, who: str, path: str) -> httpx.Response:
        """Have somebody open a page: of the mini-program's API or, as somebody of the console, there."""
        token = self.stage.keys[who].token
        if who in LOGINS:
            page = f"/admin{path}", {"Cookie": f"{sessions.COOKIE}={token}"}
        else:
            page = f"/api/v1{path}", {"Authorization": f"Bearer {token}"}
        answer = await self.table.client.get(page[0], headers=page[1])
        self.table.client.cookies.clear()
        return answer

    async def asks(self, who: str, path: str) -> Any:
        """Return what somebody is shown by the API."""
        answer = await self.looks(who, path)
        assert answer.status_code == 200, (who, path, answer.text)
        return answer.json()

    async def does(
        self, who: str, method: str, path: str, says: Any = None, *, allowed: Sequence[str]
    ) -> Told:
        """Do something in the mini-program or, as somebody of the console, by a form; it must go as foretold."""
        token = self.stage.keys[who].token
        if who in LOGINS:
            cookie = {"Cookie": f"{sessions.COOKIE}={token}"}
            form = {"key": new_uid(), "csrf": sessions.csrf_token(token), **(says or {})}
            answer = await self.table.client.post(f"/admin{path}", headers=cookie, data=form)
        else:
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_uid()}
            more = {} if says is None else {"json": says}
            answer = await self.table.client.request(method, f"/api/v1{path}", headers=headers, **more)
        self.table.client.cookies.clear()
        told = _told(answer)
        self.told.append(f"{who} {method} {path} {says}: {told.word}, foretold {'/'.join(allowed)}")
        assert told.word in allowed, "\n".join(self.told)
        return told


def one_of(several: Sequence[T] | Mapping[Any, T], number: int) -> T:
    listed = list(several.values()) if isinstance(several, Mapping) else several
    return listed[number % len(listed)]


def _told(answer: httpx.Response) -> Told:
    if answer.status_code < 400:
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return Told(DONE, answer.json() if is_json else None, answer.headers.get("location", ""))
    found = CODE.search(answer.text)
    return Told(next(filter(None, found.groups()), "") if found else str(answer.status_code))
