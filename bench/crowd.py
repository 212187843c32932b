"""Everybody at once, a process of its own: as many connections as people, each asks one thing and waits for its answer."""

import argparse
import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from bench.load import length_of

OPENING = 100  # connections at a time: the listener's queue is no part of the question
PATIENCE = 60.0  # seconds


class Person(asyncio.Protocol):
    def __init__(self) -> None:
        self.answered: asyncio.Future[tuple[int, bytes, float]] = asyncio.get_running_loop().create_future()
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def ask(self, request: bytes) -> None:
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if found and len(body) >= length_of(head):
            self.answered.set_result((int(head[9:12]), body, time.perf_counter()))

    def connection_lost(self, _: Exception | None) -> None:
        if not self.answered.done():
            self.answered.set_result((0, b"", time.perf_counter()))

    def leave(self) -> None:
        self._transport.close()


async def rush(port: int, requests: list[bytes]) -> dict[str, Any]:
    """Return statuses and bodies in the order of asking, and how long each waited since the first asked."""
    loop = asyncio.get_running_loop()
    people: list[Person] = []
    while len(people) < len(requests):
        coming = min(OPENING, len(requests) - len(people))
        opened = await asyncio.gather(
            *(loop.create_connection(Person, "127.0.0.1", port) for _ in range(coming))
        )
        people += [person for _, person in opened]
    began = time.perf_counter()
    for person, request in zip(people, requests, strict=True):
        person.ask(request)
    async with asyncio.timeout(PATIENCE):
        answers = [await person.answered for person in people]
    for person in people:
        person.leave()
    return {
        "statuses": [status for status, _, _ in answers],
        "bodies": [json.loads(body or b"{}") for _, body, _ in answers],
        "waits": [at - began for _, _, at in answers],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    said = parser.parse_args()
    requests = sys.stdin.buffer.read().split(b"\0")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(rush(said.port, requests))))


if __name__ == "__main__":
    main()
