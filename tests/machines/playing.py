"""A history that people of the town make over HTTP, beside a model that knows beforehand what each will be told."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
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
from server.outbox.models import MessageStatus, OutboxMessage
from server.web import sessions
from server.web.asking import Services
from tests.architecture.subjects import LOGINS, NOW
from tests.architecture.verdicts.court import CODE
from tests.architecture.verdicts.scenes import Scenes
from tests.conftest import Clock

T = TypeVar("T")
DONE = "done"
NOT_THERE = "kit.not_found"
NOT_THEIRS = "kit.forbidden"
NOT_SIGNED_IN = "sign in"  # nothing was done: the person was sent to the door
WORKER = system_actor("worker")


@dataclass(frozen=True)
class Told:
    """What somebody was answered: `word` is "done", or the code of the refusal."""

    word: str
    body: Any = None
    where: str = ""  # the page that a form led to

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
    services: Services

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
    needs: ClassVar[Mapping[str, Collection[str]]] = {}  # the states of which a move wants one
    sweeps: ClassVar[
        Sequence[Callable[..., Awaitable[int]]]
    ] = ()  # what its room's worker does, in the order of the worker

    @classmethod
    async def begin(cls, table: Table) -> "Machine":
        machine = cls(table, await table.laid())
        if cls.sweeps:  # what was said before is old news
            await OutboxMessage.filter(status=MessageStatus.WAITING).update(status=MessageStatus.DONE)
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

    def states(self) -> Collection[str]:
        """Return the states in which anything is at the moment."""
        return ()

    def _move(self, number: int) -> str:
        """Choose a move; one for which there is nothing only now and then."""
        there, move = set(self.states()), one_of(self.moves, number)
        fit = [each for each in self.moves if each not in self.needs or there & set(self.needs[each])]
        return move if move in fit or number % 5 == 0 else one_of(fit, number)

    async def step(self, move: int, one: int, two: int) -> None:
        await getattr(self, self._move(move))(one, two)
        await self.check(one)
        found = await invariants.faults(now=self.now)
        assert found == [], (found, self.told)

    async def passes(self, **amount: float) -> None:
        """Let time pass. Everybody stays signed in: how a session ends is tried elsewhere."""
        self.table.clock.advance(**amount)
        held = [key.uid for key in self.stage.keys.values()]
        until = self.now + timedelta(days=1)
        await Session.filter(uid__in=held).update(last_seen_at=self.now, proved_at=self.now, expires_at=until)

    async def work(self) -> None:
        """Do what the worker does of this room; unlike the worker, stop at what goes wrong."""
        for sweep in self.sweeps:
            await sweep(actor=WORKER, now=self.now)
        while messages := await outbox.claim(limit=worker.BATCH, now=self.now):
            for message in messages:
                if message.topic in worker.NETWORK_TOPICS:
                    await outbox.mark_done(message)
                else:
                    await worker._deliver(message, self.table.services, WORKER, self.now)

    async def said(self, topic: str) -> int:
        """Return how often somebody was to be told of this since the history began."""
        return await OutboxMessage.filter(topic=topic, created_at__gte=NOW).count()

    async def page(self, who: str, path: str) -> str:
        """Return what somebody reads in the console."""
        answer = await self.looks(who, path)
        assert answer.status_code == 200, (who, path, answer.status_code)
        return answer.text

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


def mostly(fit: Sequence[T], others: Sequence[T], number: int) -> T:
    """Choose out of what will do, where there is any, three times out of four; else out of the others."""
    return one_of(fit if fit and number % 4 else others, number // 4)


def _told(answer: httpx.Response) -> Told:
    if answer.status_code < 400:
        where = answer.headers.get("location", "")
        if where.startswith("/admin/sign-in"):
            return Told(NOT_SIGNED_IN)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return Told(DONE, answer.json() if is_json else None, where)
    found = CODE.search(answer.text)
    return Told(next(filter(None, found.groups()), "") if found else str(answer.status_code))
