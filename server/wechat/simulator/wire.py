"""Just enough HTTP/1.1 to answer as the platform does, and to misbehave in ways no framework allows."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST_BODY = 12_000_000
REQUEST_LINE_PARTS = 3


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    peer: str = ""


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    content_type: str = "application/json; encoding=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self, length: int | None = None) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body) if length is None else length}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def send(self, writer: asyncio.StreamWriter) -> bool:
        """True if the connection can be used again."""
        writer.write(self.head() + self.body)
        await writer.drain()
        return True


def json_reply(value: object, status: int = 200) -> Reply:
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status)


Handler = Callable[[Request], Awaitable[Reply]]


class HttpServer:
    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port, limit=2**16)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._connections):
            task.cancel()
        # Nothing transactional here: waiting for the connections' ends.
        await asyncio.gather(*self._connections, return_exceptions=True)  # noqa: TID251

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._converse(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername") or ("",)
        try:
            while request := await read_request(reader, str(peer[0])):
                if not await (await self._handler(request)).send(writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # a client that went away or speaks no HTTP
        finally:
            writer.close()


async def read_request(reader: asyncio.StreamReader, peer: str) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = head.decode("latin-1").split("\r\n")
    first = lines[0].split(" ")
    if len(first) != REQUEST_LINE_PARTS:
        return None
    headers = _headers(lines[1:])
    target = urlsplit(first[1])
    return Request(
        method=first[0].upper(),
        path=unquote(target.path),
        query=dict(parse_qsl(target.query, keep_blank_values=True)),
        headers=headers,
        body=await _body(reader, headers),
        peer=peer,
    )


def _headers(lines: list[str]) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, value in pairs}


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        received = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            received += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readline()
        return received
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= LONGEST_BODY:
        raise ValueError
    return await reader.readexactly(length)


async def ask(
    method: str, url: str, body: bytes = b"", *, content_type: str = "text/xml", patience: float = 5.0
) -> tuple[int, bytes]:
    """One request to a plain http address, without keeping the connection. OSError if it fails."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        try:
            head = (
                f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
                f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
            return await _read_answer(reader)
        except (asyncio.IncompleteReadError, ValueError, IndexError) as cut:
            raise OSError from cut
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = _headers(lines[1:])
    status = int(lines[0].split(" ")[1])
    if "content-length" in headers or "transfer-encoding" in headers:
        return status, await _body(reader, headers)
    return status, await reader.read(LONGEST_BODY)


def parsed(body: bytes) -> Any:
    return json.loads(body.decode("utf-8"))
