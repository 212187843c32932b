"""The load generator, a process of its own: bounded connections, bounded seconds, latencies of every answer."""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import uvloop

LENGTH = b"content-length: "
PATIENCE = 30.0  # seconds for the last answers


class Connection(asyncio.Protocol):
    """One keep-alive connection that asks, waits for the whole answer, and asks what comes next."""

    def __init__(self, requests: Iterator[bytes], until: float) -> None:
        self.latencies: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._until = until
        self._received = b""
        self._transport: Any = None
        self._began = 0.0
        self._is_owed = False  # an answer

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0 or len(self._received) < head + 4 + length_of(self._received[:head]):
            return
        now = time.perf_counter()
        self.latencies.append(now - self._began)
        self.statuses[self._received[9:12].decode()] += 1
        self._received = b""
        self._is_owed = False
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None or self._is_owed:  # a server may also say goodbye politely before it has answered
            self.statuses["cut"] += 1
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._is_owed = True
        self._transport.write(next(self._requests))


def length_of(head: bytes) -> int:
    """Read how many bytes follow the head of an answer."""
    lower = head.lower()
    place = lower.find(LENGTH)
    return int(lower[place + len(LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0


async def load(port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    following = itertools.cycle(requests)
    began = time.perf_counter()
    opened = [
        (await loop.create_connection(lambda: Connection(following, began + seconds), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    async with asyncio.timeout(seconds + PATIENCE):
        for each in opened:
            await each.done
    took = time.perf_counter() - began
    latencies = sorted(latency for each in opened for latency in each.latencies)
    return {
        "per_second": len(latencies) / took,
        "answers": len(latencies),
        "p50_ms": _at(latencies, 0.5) * 1000,
        "p99_ms": _at(latencies, 0.99) * 1000,
        "statuses": sum((each.statuses for each in opened), Counter()),
    }


def _at(latencies: list[float], part: float) -> float:
    return latencies[int((len(latencies) - 1) * part)] if latencies else 0.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    said = parser.parse_args()
    requests = sys.stdin.buffer.read().split(b"\0")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(load(said.port, requests, said.connections, said.seconds))))


if __name__ == "__main__":
    main()
