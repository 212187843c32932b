"""wechatpy's client on asyncio.

wechatpy 1.8 is synchronous, without time-outs, and its token retry recurses without end (RecursionError
after 487 token calls, seen). But each of its call methods merely returns `self._request(...)`, so an async
`_request` makes them awaitable and keeps their parameters and error mapping.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.utils import json as wechat_json

from server.wechat import answers
from server.wechat.breaker import CircuitBreaker
from server.wechat.credentials import TOKEN_PATH, Credentials
from server.wechat.gateway import Errcode, Outage, WeChatRefused, WeChatUnavailable
from server.wechat.tokens import HeldToken, TokenStore
from server.wechat.transport import PLATFORM, Call, Timeouts, Transport

log = logging.getLogger(__name__)

BUSY = -1
DEAD_TOKEN = frozenset({40001, 40014, 42001})
BAD_JSON = 47001
BUSY_ATTEMPTS = 3
KNOWN_CODES = frozenset(Errcode)

# Told of every call: its path, and how it ended. For those who watch the process.
watchers: list[Callable[[str, str], None]] = []


@dataclass(frozen=True)
class _Received:
    """As much of a requests.Response as wechatpy's result handling looks at."""

    content: bytes = field(repr=False)
    request: None = None


class PlatformClient(WeChatClient):  # type: ignore[misc]
    # wechatpy's __new__ inspects all members, which evaluates properties; its own would fetch a token.
    access_token = None

    def __init__(
        self,
        appid: str,
        secret: str,
        transport: Transport,
        tokens: TokenStore,
        timeouts: Timeouts,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(appid, secret, auto_retry=False)
        self._http.close()  # the requests session, never to be used
        self._transport = transport
        self._timeouts = timeouts
        self._clock = clock
        self._breaker = CircuitBreaker(monotonic)
        self._credentials = Credentials(tokens, self._fetch_token, clock=clock, lock_wait=timeouts.lock_wait)

    async def greet(self) -> None:
        try:
            async with asyncio.timeout(self._timeouts.total):
                await self._credentials.current()
        except TimeoutError:
            raise WeChatUnavailable(Outage.TIMEOUT, TOKEN_PATH) from None

    def _fetch_access_token(self, url: str, params: object) -> None:
        message = "the token is fetched asynchronously, in stable mode"
        raise NotImplementedError(message)

    async def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        base = kwargs.pop("api_base_url", self.API_BASE_URL)
        url = url_or_endpoint if "://" in url_or_endpoint else base + url_or_endpoint
        path = url.removeprefix(PLATFORM)
        params = dict(kwargs.get("params") or {})
        call = Call(
            method=method.upper(),
            path=path,
            params=params,
            body=self._encoded(kwargs.get("data"), path),
            wants_image=kwargs.get("wants_image", False),
            idempotent=kwargs.get("idempotent", False),
            # wechatpy adds a token to jscode2session too, whose secret is all it needs.
            needs_token="secret" not in params,
        )
        result = await self._guarded(call)
        process = kwargs.get("result_processor")
        return process(result) if process else result

    @staticmethod
    def _encoded(data: object, path: str) -> bytes | None:
        if data is None:
            return None
        try:
            return str(wechat_json.dumps(data, ensure_ascii=False)).encode()
        except UnicodeEncodeError:
            pass
        # Half a surrogate pair, which a person can send us in JSON and the platform would not take.
        raise WeChatRefused(BAD_JSON, path) from None

    async def _guarded(self, call: Call) -> Any:
        outcome = "gave_up"
        try:
            result = await self._limited(call)
            outcome = "ok"
        except WeChatRefused as refused:
            outcome = f"refused_{refused.code}" if refused.code in KNOWN_CODES else "refused"
            raise
        except WeChatUnavailable as unavailable:
            outcome = unavailable.kind
            raise
        finally:
            for watcher in watchers:
                watcher(call.path, outcome)
        return result

    async def _limited(self, call: Call) -> Any:
        if not self._breaker.may_pass():
            raise WeChatUnavailable(Outage.CIRCUIT_OPEN, call.path)
        try:
            async with asyncio.timeout(self._timeouts.total):
                result = await self._with_token(call)
        except WeChatRefused:
            self._breaker.succeeded()
            raise
        except WeChatUnavailable:
            self._count_failure()
            raise
        except TimeoutError:
            self._count_failure()
            log.warning("wechat %s errcode=- rid=- kind=timeout", call.path)
        except BaseException:
            self._breaker.gave_up()
            raise
        else:
            self._breaker.succeeded()
            return result
        raise WeChatUnavailable(Outage.TIMEOUT, call.path) from None

    def _count_failure(self) -> None:
        if self._breaker.failed():
            log.error("wechat does not answer: calls are refused for some seconds")

    async def _with_token(self, call: Call) -> Any:
        if not call.needs_token:
            return await self._retried(call, None)
        token = await self._credentials.current()
        try:
            return await self._retried(call, token)
        except WeChatRefused as refused:
            if refused.code not in DEAD_TOKEN:
                raise
        # Also for calls that must not be repeated: the token is checked before anything is done.
        return await self._retried(call, await self._credentials.replaced(token))

    async def _retried(self, call: Call, token: str | None) -> Any:
        """Busy (-1) is asked again only where asking twice does no harm."""
        for attempt in range(BUSY_ATTEMPTS):
            try:
                return await self._once(call, token)
            except WeChatUnavailable as unavailable:
                last = attempt == BUSY_ATTEMPTS - 1
                if unavailable.kind != Outage.BUSY or not call.idempotent or last:
                    raise
            jitter = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load
            await asyncio.sleep(self._timeouts.busy_pause * 2**attempt * jitter)
        raise AssertionError  # the last attempt returned or raised

    async def _once(self, call: Call, token: str | None) -> Any:
        params = dict(call.params) if token is None else {**call.params, "access_token": token}
        started = time.perf_counter()
        try:
            body = await self._transport.exchange(
                Call(call.method, call.path, params, call.body, wants_image=call.wants_image)
            )
        except WeChatUnavailable as unavailable:
            log.warning(
                "wechat %s errcode=- rid=- ms=%d kind=%s", call.path, _since(started), unavailable.kind
            )
            raise
        return self._understood(call, body, started)

    def _understood(self, call: Call, body: bytes, started: float) -> Any:
        if call.wants_image and answers.is_image(body):
            log.info("wechat %s errcode=0 rid=- ms=%d", call.path, _since(started))
            return body
        found = answers.json_object(body, call.path)
        code: int | None = 0
        errmsg, result = "", None
        try:
            # Handed over parsed and printed anew: wechatpy would decode with errors ignored.
            result = self._handle_result(_Received(wechat_json.dumps(found).encode()))
        except WeChatClientException as refused:
            # It holds the client, and with it the secret: nothing of it but two fields may survive.
            code, errmsg = refused.errcode, refused.errmsg
        except (TypeError, ValueError, OverflowError):
            code = None
        return self._judged(call, code, answers.rid(errmsg), result, started)

    @staticmethod
    def _judged(call: Call, code: int | None, rid: str, result: Any, started: float) -> Any:
        if code is None or (code == 0 and not isinstance(result, dict)):
            log.warning("wechat %s errcode=? rid=- ms=%d kind=unparsable", call.path, _since(started))
            raise WeChatUnavailable(Outage.UNPARSABLE, call.path)
        level = logging.INFO if code == 0 else logging.WARNING
        log.log(level, "wechat %s errcode=%d rid=%s ms=%d", call.path, code, rid, _since(started))
        if code == BUSY:
            raise WeChatUnavailable(Outage.BUSY, call.path)
        if code != 0:
            raise WeChatRefused(code, call.path)
        if call.wants_image:
            raise WeChatUnavailable(Outage.UNPARSABLE, call.path)
        return result

    async def _fetch_token(self, force: bool) -> HeldToken:  # noqa: FBT001 - a callback of one meaning
        data = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        body = wechat_json.dumps({**data, "force_refresh": True} if force else data).encode()
        call = Call("POST", TOKEN_PATH, body=body, idempotent=not force, needs_token=False)
        return answers.held_token(await self._retried(call, None), TOKEN_PATH, now=self._clock())


def _since(started: float) -> int:
    return int((time.perf_counter() - started) * 1000)
