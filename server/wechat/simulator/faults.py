"""Misbehavior on order: what goes wrong, on which path, how many times."""

import asyncio
import base64
import random
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.wire import Reply

FOREVER = -1
LONG = 3600.0
FLOOD_BYTES = 30_000_000
TRICKLE_SECONDS = 0.05
HTML = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Fault:
    """`after` lets the platform do what was asked before it misbehaves."""

    path: str
    action: str
    value: Any = None
    n: int = 1
    match: str = ""
    every: int = 1
    after: bool = False
    seen: int = 0

    def hits(self, path: str, text: str) -> bool:
        if self.n == 0 or self.path not in {"*", path} or self.match not in text:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        if self.n > 0:
            self.n -= 1
        return True


@dataclass(frozen=True)
class Hang(Reply):
    async def send(self, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(LONG)
        writer.close()
        return False


@dataclass(frozen=True)
class Trickle(Reply):
    """Byte by byte: each read succeeds in time, the whole never does."""

    async def send(self, writer: asyncio.StreamWriter) -> bool:
        for byte in self.head(10**6) + b" " * 10**6:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(TRICKLE_SECONDS)
        return False


@dataclass(frozen=True)
class TrickleBody(Reply):
    async def send(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(self.head(10**6))
        for _ in range(10**6):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(TRICKLE_SECONDS)
        return False


@dataclass(frozen=True)
class Reset(Reply):
    async def send(self, writer: asyncio.StreamWriter) -> bool:
        opened: socket.socket = writer.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST, not FIN
        writer.transport.abort()
        return False


@dataclass(frozen=True)
class Cut(Reply):
    """Half of what the length promised."""

    async def send(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(self.head() + self.body[: len(self.body) // 2])
        await writer.drain()
        return False


@dataclass(frozen=True)
class Flood(Reply):
    announced: bool = False

    async def send(self, writer: asyncio.StreamWriter) -> bool:
        reply = Reply(status=200)
        head = (
            reply.head(FLOOD_BYTES)
            if self.announced
            else reply.head(0).replace(b"Content-Length: 0\r\n", b"")
        )
        writer.write(head)
        piece = b'{"a":"' + b"x" * 65_530
        for _ in range(FLOOD_BYTES // len(piece)):
            writer.write(piece)
            await writer.drain()
        return False


def misbehave(fault: Fault, real: Reply | None) -> Reply:
    """What to send instead of `real`, which is None when the platform did nothing."""
    if fault.action == "errcode":
        raise Refusal(int(fault.value))
    if fault.action == "raw":
        return _raw(fault.value)
    if fault.action == "http":
        return Reply(HTML, int(fault.value), "text/html")
    if fault.action == "redirect":
        return Reply(b"", 302, "text/html", {"Location": str(fault.value)})
    whole = real or Reply(b'{"errcode":0,"errmsg":"ok","filler":"' + b"x" * 200 + b'"}')
    made: Mapping[str, Reply] = {
        "hang": Hang(),
        "trickle": Trickle(),
        "trickle_body": TrickleBody(),
        "reset": Reset(),
        "drop": Reset(),
        "cut": Cut(whole.body),
        "flood": Flood(),
        "flood_announced": Flood(announced=True),
        "html": Reply(HTML, 200, "text/html"),
        "bom": Reply(b"\xef\xbb\xbf" + whole.body),
        "text_plain": Reply(whole.body, 200, "text/plain"),
    }
    return made[fault.action]


def _raw(value: Any) -> Reply:
    if isinstance(value, str):
        return Reply(value.encode())
    headers = {str(name): str(text) for name, text in value.get("headers", {}).items()}
    body = base64.b64decode(value["base64"]) if "base64" in value else str(value.get("text", "")).encode()
    return Reply(body, int(value.get("status", 200)), str(value.get("type", "application/json")), headers)


PRESETS: dict[str, list[dict[str, Any]]] = {
    "token_down": [{"path": "/cgi-bin/stable_token", "action": "http", "value": 502, "n": FOREVER}],
    "half_body": [{"path": "*", "action": "cut", "n": FOREVER}],
    "text_plain": [{"path": "*", "action": "text_plain", "n": FOREVER, "after": True}],
    "bom": [{"path": "*", "action": "bom", "n": FOREVER, "after": True}],
    "image_html": [{"path": "/wxa/getwxacodeunlimit", "action": "html", "n": FOREVER}],
    "busy_third": [{"path": "*", "action": "errcode", "value": -1, "n": FOREVER, "every": 3}],
    "slow_loris": [{"path": "*", "action": "trickle", "n": FOREVER}],
    "lost_answer": [{"path": "*", "action": "reset", "n": FOREVER, "after": True}],
}

# Shares of calls and their seconds: up to half of them are faster than the second point's time, and so on.
LATENCIES: dict[str, list[tuple[float, float]]] = {
    "zero": [(0.0, 0.0), (1.0, 0.0)],
    "lan": [(0.0, 0.005), (1.0, 0.020)],
    "wan": [(0.0, 0.020), (0.5, 0.080), (0.95, 0.300), (0.99, 0.900), (1.0, 1.500)],
    "slow": [(0.0, 3.0), (1.0, 6.0)],
    "blackhole": [(0.0, LONG), (1.0, LONG)],
}


@dataclass
class Faults:
    seed: str
    queue: list[Fault] = field(default_factory=list)
    profile: str = "zero"
    delays: dict[str, float] = field(default_factory=dict)  # by path, on top of the profile

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - the same delays in every run

    def add(self, **wish: Any) -> None:
        self.queue.append(Fault(**wish))

    def preset(self, name: str) -> None:
        for wish in PRESETS[name]:
            self.add(**wish)

    def next_for(self, path: str, text: str) -> Fault | None:
        self.queue = [fault for fault in self.queue if fault.n != 0]
        return next((fault for fault in self.queue if fault.hits(path, text)), None)

    def pause(self, path: str) -> float:
        share, points = self._random.random(), LATENCIES[self.profile]
        for (low, fast), (high, slow) in pairwise(points):
            if share <= high:
                return fast + (slow - fast) * (share - low) / (high - low) + self.delays.get(path, 0.0)
        return points[-1][1]
