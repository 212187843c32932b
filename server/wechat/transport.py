"""Bytes to the platform and back. Treats every answer as hostile: limited in time, size and direction."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import httpx

from server.wechat.gateway import Outage, WeChatUnavailable

PLATFORM = "https://api.weixin.qq.com"
PRODUCTION_HOSTS = frozenset(
    f"{name}.weixin.qq.com" for name in ("api", "api2", "sh.api", "sz.api", "hk.api")
)
JSON_BYTES = 1_000_000
IMAGE_BYTES = 2_000_000
OK = 200


@dataclass(frozen=True)
class Timeouts:
    connect: float = 2.0
    read: float = 5.0
    image_read: float = 8.0
    pool: float = 2.0
    total: float = 8.0
    busy_pause: float = 0.2
    lock_wait: float = 3.0


@dataclass(frozen=True)
class Call:
    """One question. Only `path` may be logged: parameters and body hold secrets and people."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    wants_image: bool = False
    idempotent: bool = False
    needs_token: bool = True


def ensure_platform_host(base_url: str, *, production: bool) -> str:
    """Answer the base without a trailing slash, or refuse to start with ValueError."""
    parts = urlsplit(base_url)
    bare = not (parts.query or parts.fragment or parts.username or parts.password or parts.path.strip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bare:
        message = "WeChat's base URL must be a scheme and a host, nothing else"
        raise ValueError(message)
    if production and (
        parts.scheme != "https" or parts.hostname not in PRODUCTION_HOSTS or parts.port not in {None, 443}
    ):
        message = "In production WeChat's base URL must be one of the platform's own hosts, over https"
        raise ValueError(message)
    return f"{parts.scheme}://{parts.netloc}"


def silence_url_loggers() -> None:
    """At INFO httpx prints whole URLs, and jscode2session carries the secret in its query."""
    for name in ("httpx", "httpcore", "wechatpy"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Transport:
    def __init__(self, base_url: str, timeouts: Timeouts) -> None:
        silence_url_loggers()
        self._base = base_url
        self._timeouts = timeouts
        self._http = httpx.AsyncClient(
            trust_env=False,  # a proxy variable of the machine must not read people's codes
            follow_redirects=False,
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect, pool=timeouts.pool),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            # Uncompressed, because a limit on the bytes read must be a limit on the bytes held.
            headers={"Accept-Encoding": "identity"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def exchange(self, call: Call) -> bytes:
        try:
            return await self._read(call)
        except WeChatUnavailable:
            raise
        except httpx.PoolTimeout:
            kind = Outage.POOL
        except (httpx.ConnectError, httpx.ConnectTimeout):
            kind = Outage.CONNECT
        except httpx.TimeoutException:
            kind = Outage.TIMEOUT
        except Exception:  # noqa: BLE001 - whatever h11, anyio or ssl invent, the caller knows one family
            kind = Outage.TRANSPORT
        # Raised here and not above, so that no request with a secret in its URL hangs on __context__.
        raise WeChatUnavailable(kind, call.path) from None

    async def _read(self, call: Call) -> bytes:
        limit = IMAGE_BYTES if call.wants_image else JSON_BYTES
        async with self._http.stream(
            call.method,
            self._base + call.path,
            params=call.params,
            content=call.body,
            headers={"Content-Type": "application/json"} if call.body is not None else None,
            timeout=self._timeout(call),
        ) as answer:
            self._ensure_plain(answer, call)
            received = bytearray()
            async for piece in answer.aiter_raw():
                received += piece
                if len(received) > limit:
                    raise WeChatUnavailable(Outage.TOO_LARGE, call.path)
            return bytes(received)

    def _timeout(self, call: Call) -> httpx.Timeout:
        read = self._timeouts.image_read if call.wants_image else self._timeouts.read
        return httpx.Timeout(read, connect=self._timeouts.connect, pool=self._timeouts.pool)

    @staticmethod
    def _ensure_plain(answer: httpx.Response, call: Call) -> None:
        if answer.is_redirect:
            raise WeChatUnavailable(Outage.REDIRECT, call.path)
        if answer.status_code != OK:
            kind = f"http{answer.status_code}"
            raise WeChatUnavailable(kind, call.path)
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise WeChatUnavailable(Outage.UNPARSABLE, call.path)
