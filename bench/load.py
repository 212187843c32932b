"""The load generator, a process of its own: bounded connections, bounded seconds, latencies of every answer."""

import argparse
import asyncio
import json
import statistics
import sys
import time

import uvloop


class Connection:
    """One keep-alive connection that asks, waits for the whole answer, and asks again."""

    def __init__(self, port: int, request: bytes) -> None:
        self.port = port
        self.request = request
        self.latencies: list[float] = []
        self.statuses: dict[int, int] = {}

    async def run(self, until: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while (began := time.perf_counter()) < until:
            writer.write(self.request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            self.latencies.append(time.perf_counter() - began)
            status = int(head[9:12])
            self.statuses[status] = self.statuses.get(status, 0) + 1
        writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def load(port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, object]:
    opened = [Connection(port, requests[number % len(requests)]) for number in range(connections)]
    began = time.perf_counter()
    await asyncio.gather(*(each.run(began + seconds) for each in opened))
    took = time.perf_counter() - began
    latencies = sorted(latency for each in opened for latency in each.latencies)
    statuses: dict[int, int] = {}
    for each in opened:
        for status, count in each.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return {
        "per_second": len(latencies) / took,
        "answers": len(latencies),
        "p50_ms": statistics.median(latencies) * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99) - 1] * 1000,
        "statuses": statuses,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    parsed = parser.parse_args()
    requests = sys.stdin.buffer.read().split(b"\0")  # each connection asks its own, again and again
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(load(parsed.port, requests, parsed.connections, parsed.seconds))))


if __name__ == "__main__":
    main()
