"""People who come at their time, a process of its own: whoever comes next does not wait until the one before was answered.

Reads its errand as JSON: requests with their seconds, or signed-in families who read nine times for each time they write, so
many a second or over so many connections. Waiting is counted from the time when somebody was due, so that a generator or a
server that falls behind makes nobody's wait look shorter.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import resource
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvloop

from bench.load import length_of

PATIENCE = 12.0  # seconds, a phone's own
MOST_LINES = 10_000  # connections; who comes when all are taken is counted as never having got through
PAUSE = b"\r\nretry-after:"
READS = (
    "/residents/{resident}/record/entries",
    "/appointments",
    "/home",
    "/residents/{resident}/record/entries",
    "/appointments",
    "/residents/{resident}/record/entries",
    "/home",
    "/appointments",
    "/residents/{resident}/record/entries",
)
GAVE_UP, CUT, KEPT_OUT = 0, 1, 2  # statuses that no server gives


@dataclass(frozen=True)
class Ask:
    request: bytes
    heard: Callable[[int, dict[str, Any]], None] | None = None  # status and body, of a write


@dataclass(frozen=True)
class Told:
    """What somebody was answered, and after how long."""

    due: float  # seconds since the beginning
    took: float  # since due
    status: int
    pause: bool  # whether Retry-After was said
    said: str  # the uid of what was made, or the code of a refusal

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """Return whether somebody was told to come again later, as an overloaded server should."""
        return self.status in (429, 503)


@dataclass
class Mix:
    """Signed-in families: nine reads, then a write; of three writes one sets quiet hours, one books, one gives a seat back."""

    families: Sequence[tuple[str, str]]  # token, resident
    slots: Sequence[str]
    mark: str  # makes the idempotency keys of this run its own
    _count: Iterator[int] = field(default_factory=itertools.count, init=False)
    _booked: deque[tuple[tuple[str, str], str]] = field(default_factory=deque, init=False)

    def __post_init__(self) -> None:
        self._reading = itertools.cycle(self.families)
        self._free = deque(self.families)  # who has no seat at the moment
        self._slot = itertools.cycle(self.slots)

    def next(self) -> Ask:
        number = next(self._count)
        place = number % (len(READS) + 1)
        if place < len(READS):
            token, resident = next(self._reading)
            return Ask(request_of("GET", READS[place].format(resident=resident), token))
        kind = number // (len(READS) + 1) % 3
        if kind == 0:
            token, _ = next(self._reading)
            body = {"starts": f"{20 + number % 3}:00", "ends": "07:00"}
            return Ask(request_of("PUT", "/quiet-hours", token, f"{self.mark}-{number}", body))
        if kind == 1 or not self._booked:
            return self._book(number)
        family, appointment = self._booked.popleft()

        def returned(status: int, _: dict[str, Any]) -> None:
            if status == 200:
                self._free.append(family)

        path = f"/appointments/{appointment}/cancel"
        return Ask(request_of("POST", path, family[0], f"{self.mark}-{number}", {}), returned)

    def _book(self, number: int) -> Ask:
        family = self._free.popleft()

        def seated(status: int, body: dict[str, Any]) -> None:
            if status == 201:
                self._booked.append((family, body["uid"]))

        path = f"/slots/{next(self._slot)}/appointments"
        body = {"resident": family[1], "reason": "复诊"}
        return Ask(request_of("POST", path, family[0], f"{self.mark}-{number}", body), seated)


def request_of(
    method: str, path: str, token: str, key: str = "", body: dict[str, Any] | None = None
) -> bytes:
    head = f"{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
    if body is None:
        return f"{head}\r\n".encode()
    said = json.dumps(body).encode()
    head += f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n"
    return head.encode() + said


class Line(asyncio.Protocol):
    """One connection; it carries one request at a time."""

    def __init__(self) -> None:
        self.is_open = True
        self._received = b""
        self._transport: Any = None
        self._answered: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    async def ask(self, request: bytes) -> bytes:
        """Return head and body; nothing if the line was cut."""
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0 or len(self._received) < head + 4 + length_of(self._received[:head]):
            return
        answer, self._received = self._received, b""
        if self._answered and not self._answered.done():
            self._answered.set_result(answer)

    def connection_lost(self, _: Exception | None) -> None:
        self.is_open = False
        if self._answered and not self._answered.done():
            self._answered.set_result(b"")

    def leave(self) -> None:
        self.is_open = False
        self._transport.close()


class Crowd:
    """All who ask of one server, over lines that they share one after the other."""

    def __init__(self, port: int) -> None:
        self.told: list[Told] = []
        self.late: list[float] = []  # by how much this process itself was behind
        self._port = port
        self._idle: list[Line] = []
        self._lines = 0
        self._began = time.perf_counter()

    async def come(self, coming: Iterator[tuple[float, Ask]]) -> None:
        """Have each ask at its time."""
        self._began = time.perf_counter()
        async with asyncio.TaskGroup() as together:
            for due, ask in coming:
                pause = self._began + due - time.perf_counter()
                if pause > 0:
                    await asyncio.sleep(pause)
                together.create_task(self._one(due, ask))

    async def take_turns(self, mix: Mix, *, lines: int, seconds: float) -> None:
        """Have so many ask one thing after the other."""
        self._began = time.perf_counter()

        async def one() -> None:
            while (due := time.perf_counter() - self._began) < seconds:
                await self._one(due, mix.next())

        async with asyncio.TaskGroup() as together:
            for _ in range(lines):
                together.create_task(one())

    def leave(self) -> None:
        for line in self._idle:
            line.leave()

    async def _one(self, due: float, ask: Ask) -> None:
        self.late.append(time.perf_counter() - self._began - due)
        status, pause, body = await self._answer(ask.request)
        said = str(body.get("code") or body.get("uid") or "")
        self.told.append(Told(due, time.perf_counter() - self._began - due, status, pause, said))
        if ask.heard:
            ask.heard(status, body)

    async def _answer(self, request: bytes) -> tuple[int, bool, dict[str, Any]]:
        line: Line | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                line = await self._line()
                if line is None:
                    return KEPT_OUT, False, {}
                answer = await line.ask(request)
        except TimeoutError:
            if line:
                line.leave()
                self._lines -= 1
            return GAVE_UP, False, {}
        except OSError:
            return CUT, False, {}
        if line.is_open:
            self._idle.append(line)
        else:
            self._lines -= 1
        if not answer:
            return CUT, False, {}
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head[9:12])
        is_read = request.startswith(b"GET") and status == 200
        found = json.loads(body) if body and not is_read else {}
        return status, PAUSE in head.lower(), found if isinstance(found, dict) else {}

    async def _line(self) -> Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.is_open:
                return line
            self._lines -= 1
        if self._lines >= MOST_LINES:
            return None
        self._lines += 1
        try:
            _, made = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self._port)
        except BaseException:
            self._lines -= 1
            raise
        return made


def evenly(rates: Sequence[tuple[float, float]]) -> Iterator[float]:
    """Yield when the next is due: so many a second for so many seconds, and then as the next pair says."""
    began = 0.0
    for rate, seconds in rates:
        for number in range(int(rate * seconds)):
            yield began + number / rate
        began += seconds


async def run(errand: dict[str, Any]) -> dict[str, Any]:
    crowd = Crowd(errand["port"])
    mix = Mix(
        [(token, resident) for token, resident in errand.get("families", [])],
        errand.get("slots", []),
        errand["mark"],
    )
    if "requests" in errand:
        await crowd.come((due, Ask(request.encode(), lambda *_: None)) for due, request in errand["requests"])
    elif "lines" in errand:
        await crowd.take_turns(mix, lines=errand["lines"], seconds=errand["seconds"])
    else:
        await crowd.come((due, mix.next()) for due in evenly(errand["rates"]))
    crowd.leave()
    late = sorted(crowd.late)
    return {
        "told": [[each.due, each.took, each.status, each.pause, each.said] for each in crowd.told],
        "late_ms": late[int((len(late) - 1) * 0.99)] * 1000 if late else 0.0,
    }


def main() -> None:
    argparse.ArgumentParser(prog="python -m bench.arrivals", description=__doc__).parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
