"""A ward that never rests: nurses who book and give back over HTTP, and what they were told, kept outside the server."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from server.kit.ids import new_uid

REASON = "演练"
PAUSE = 0.05  # seconds before a request that was not answered is sent again
PATIENCE = 10.0
Row = tuple[str, str, str]  # status, slot, resident: how an appointment stands


@dataclass(frozen=True)
class Told:
    """One acknowledged write."""

    appointment: str
    row: Row
    sent: float
    answered: float

    @property
    def took(self) -> float:
        return self.answered - self.sent


@dataclass
class Ledger:
    """What was acknowledged, written down by those who asked."""

    told: list[Told] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # what should not happen: any other answer
    unanswered: int = 0

    def slowest(self, since: float, until: float) -> float:
        return max(
            (each.took for each in self.told if each.answered > since and each.sent < until), default=0.0
        )

    def longest_stop(self, since: float, until: float) -> float:
        """Return the longest time during which nobody was answered."""
        moments = sorted(
            [since, until, *(each.answered for each in self.told if since < each.answered < until)]
        )
        return max(later - earlier for earlier, later in itertools.pairwise(moments))

    def compare(self, rows: dict[str, Row], *, at: float = float("inf")) -> "Comparison":
        """Compare with the tables as they stood at some moment after `at`: nothing told before it may be missing."""
        words: dict[str, list[Told]] = {}
        for each in self.told:
            words.setdefault(each.appointment, []).append(each)
        missing, different = [], []
        for uid, said in words.items():
            known = [each for each in said if each.answered <= at]
            allowed = {each.row for each in (*known[-1:], *said[len(known) :])}
            if known and uid not in rows:
                missing.append(uid)
            elif uid in rows and rows[uid] not in allowed:
                different.append(uid)
        return Comparison(len(rows), missing, different, [uid for uid in rows if uid not in words])


@dataclass(frozen=True)
class Comparison:
    compared: int
    missing: Sequence[str]
    different: Sequence[str]
    untold: Sequence[str]  # there, and nobody was told of it yet


class Nurse:
    """Books for one resident and gives the place back, again and again; what is not answered she sends again as it was."""

    def __init__(
        self, client: httpx.AsyncClient, ledger: Ledger, resident: str, slots: Iterable[str]
    ) -> None:
        self._client, self._ledger, self._resident = client, ledger, resident
        self._slots = itertools.cycle(slots)
        self._next = self._book()

    async def work(self, until: asyncio.Event) -> None:
        while not until.is_set():
            await self.finish(until)

    async def finish(self, until: asyncio.Event) -> None:
        """Carry one write to its answer, unless it is time to go."""
        path, body, key, slot, status = self._next
        while not until.is_set():
            sent = time.monotonic()
            answer = await self._answer(path, body, key)
            if answer is not None and answer.is_success:
                uid = answer.json()["uid"]
                row = (status, slot, self._resident)
                self._ledger.told.append(Told(uid, row, sent, time.monotonic()))
                self._next = self._give_back(uid, slot) if status == "booked" else self._book()
                return
            if answer is not None and answer.status_code < 500:  # somebody who waited was given the place
                self._ledger.refused.append(answer.json()["code"])
                self._next = self._book()
                return
            self._ledger.unanswered += 1
            await asyncio.sleep(PAUSE)

    async def _answer(self, path: str, body: Any, key: str) -> httpx.Response | None:
        with contextlib.suppress(httpx.HTTPError):
            return await self._client.post(path, json=body, headers={"Idempotency-Key": key})
        return None

    def _book(self) -> tuple[str, Any, str, str, str]:
        slot = next(self._slots)
        return (
            f"/slots/{slot}/appointments",
            {"resident": self._resident, "reason": REASON},
            new_uid(),
            slot,
            "booked",
        )

    def _give_back(self, uid: str, slot: str) -> tuple[str, Any, str, str, str]:
        return f"/appointments/{uid}/cancel", {}, new_uid(), slot, "cancelled"


class Ward:
    """All nurses of a home, signed in on one phone."""

    def __init__(self, client: httpx.AsyncClient, nurses: Sequence[Nurse], ledger: Ledger) -> None:
        self.ledger = ledger
        self._client, self._nurses = client, nurses

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[Ledger]:
        over = asyncio.Event()
        tasks = [asyncio.create_task(each.work(over)) for each in self._nurses]
        try:
            yield self.ledger
        finally:
            over.set()
            await asyncio.wait(tasks)

    async def ask_again(self, base: str) -> None:
        """Send once more, to whoever serves now, what each nurse was not answered."""
        self._client.base_url = httpx.URL(f"{base}/api/v1")
        async with asyncio.timeout(PATIENCE):
            for each in self._nurses:
                await each.finish(asyncio.Event())


@dataclass(frozen=True)
class SignedIn:
    """The nurse of the town's first home on her phone: for whom she may book, and what is free."""

    client: httpx.Client
    residents: Sequence[str]
    slots: Sequence[str]


@contextlib.contextmanager
def signed_in_nurse(base: str) -> Iterator[SignedIn]:
    with httpx.Client(base_url=f"{base}/api/v1", timeout=PATIENCE) as client:

        def listed(path: str, **query: str) -> list[Any]:
            return list(client.get(path, params={"limit": "100", **query}).json()["items"])

        phone = {"code": f"sim:nurse:{time.time_ns()}", "device_id": "demo-phone-of-nurse"}
        session = client.post("/session", json=phone).json()
        client.headers["Authorization"] = f"Bearer {session['token']}"
        residents = [
            each["uid"]
            for each in listed(f"/institutions/{session['workplaces'][0]['institution_uid']}/residents")
        ]
        hospital = listed("/institutions", kind="hospital")[0]["uid"]
        slots = listed(f"/institutions/{hospital}/slots", resident=residents[0])
        yield SignedIn(client, residents, [each["uid"] for each in slots if each["for_you"] and each["free"]])


@contextlib.asynccontextmanager
async def ward(base: str, *, nurses: int = 4) -> AsyncIterator[Ward]:
    """Let several nurses book, each for a resident and at times of her own."""
    with signed_in_nurse(base) as known:
        headers = known.client.headers
    async with httpx.AsyncClient(base_url=f"{base}/api/v1", headers=headers, timeout=PATIENCE) as client:
        ledger = Ledger()
        yield Ward(
            client,
            [
                Nurse(client, ledger, known.residents[place], known.slots[place::nurses])
                for place in range(nurses)
            ],
            ledger,
        )
