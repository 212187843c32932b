"""How a face is served: who asks, may they, what do they want, one call of the core, and the answer."""

import asyncio
import inspect
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, ClassVar

from sanic import HTTPResponse, Request, Sanic

from server.authority.actor import Actor, Channel
from server.kit.errors import Busy, DomainError, Forbidden, NotFound, SignInNeeded
from server.kit.idempotency import Answered, RequestKey
from server.kit.shared import InProcessShared, Shared
from server.web import metrics, requestlog
from server.web.asking import Ask, Open, Services
from server.web.problems import Broken, KeyMissing, Malformed, TooBig, TooSlow, as_refusal, places, status_of
from server.web.ratelimit import RATES, ensure_rate
from server.web.routes import Route, Routes, path_parameters
from server.web.shapes import KEY_SHAPE, ULID_SHAPE

BODY_SECONDS = 15.0
_unfinished: set[asyncio.Task[Any]] = set()


async def to_the_end(work: Coroutine[Any, Any, HTTPResponse]) -> HTTPResponse:
    """Run a request in a task of its own, so that a client who hangs up cannot cancel it halfway.

    Sanic cancels the handler when the client goes. A cancellation inside Tortoise's transaction context
    lost the connection for good: 240 hang-ups emptied a pool of five. The own task also gives each request
    its own context, so nothing bleeds into the next request of the same keep-alive connection.
    """
    task = asyncio.create_task(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    return await asyncio.shield(task)


def under_way() -> int:
    """Return how many requests this process has in hand, of clients who have gone, too."""
    return len(_unfinished)


async def finish_all(seconds: float = 10) -> None:
    """Wait for requests whose clients have gone, before the database is closed under them."""
    if _unfinished:
        await asyncio.wait(set(_unfinished), timeout=seconds)


class Face(ABC):
    """A family of routes that read requests and show answers in the same way."""

    name: ClassVar[str]
    prefix: ClassVar[str]
    channel: ClassVar[Channel]

    def __init__(self, modules: Iterable[Routes]) -> None:
        self.routes: list[Route] = [route for module in modules for route in module]
        self._nearby = InProcessShared()

    @abstractmethod
    def token(self, request: Request) -> str | None: ...

    @abstractmethod
    async def identify(self, request: Request, token: str | None, *, now: datetime) -> Actor | None: ...

    @abstractmethod
    def arguments(self, request: Request, route: Route) -> dict[str, Any]:
        """Read body and query into the shapes the route declares; raise ValidationError or a WebError."""

    @abstractmethod
    def key(self, request: Request) -> str | None:
        """Return the idempotency key the client chose."""

    async def keep(self, ask: Ask, refusal: DomainError) -> None:  # noqa: B027  only what sends by itself again needs it
        """Keep what a request was refused with, so that no other copy of it is carried out."""

    def ensure_ours(self, request: Request, route: Route) -> None:  # noqa: B027  only cookies need it
        """Refuse what another site made this browser send."""

    async def ensure_proved(self, request: Request, route: Route, actor: Actor, *, now: datetime) -> None:  # noqa: B027  only the console asks
        """Refuse a grave step of a session that has not shown lately that its person is still there."""

    @abstractmethod
    async def answer(self, request: Request, route: Route, ask: Ask, result: Any) -> HTTPResponse: ...

    @abstractmethod
    async def replay(self, request: Request, route: Route, ask: Ask, stored: Any) -> HTTPResponse: ...

    @abstractmethod
    async def refuse(self, request: Request, error: DomainError) -> HTTPResponse: ...

    def attach(self, app: Sanic[Any, Any], services: Services, clock: Callable[[], datetime]) -> None:
        for route in self.routes:
            app.add_route(
                self._endpoint(route, services, clock),
                f"{self.prefix}{route.path}",
                methods=[route.method],
                name=f"{self.name}.{route.handler.__module__.rsplit('.', 1)[-1]}.{route.handler.__name__}",
                stream=True,  # the body is read here, within the route's own size and time
            )

    def _endpoint(
        self, route: Route, services: Services, clock: Callable[[], datetime]
    ) -> Callable[..., Any]:
        served = _Served(
            route=route,
            services=services,
            counting=services.shared if RATES[route.rate].everywhere else self._nearby,
            observe=metrics.observer(self.name, route),
            parameters=tuple(path_parameters(route.path)),
            wants_ask="ask" in inspect.signature(route.handler).parameters,
            path=f"{self.prefix}{route.path}",
        )
        behind_proxy = services.settings.proxies_count > 0
        # What somebody wrote is never turned away for a crowd: it waits its turn, as the green channel opens (ADR 38).
        most = services.settings.most_at_once if route.method == "GET" else sys.maxsize

        async def endpoint(request: Request, **parameters: str) -> HTTPResponse:
            request.ctx.request_id = requestlog.request_id_of(request, behind_proxy=behind_proxy)
            request.ctx.now = clock()
            try:
                if under_way() >= most:
                    raise Busy
                await _receive(request, most=route.largest_body)
            except DomainError as refusal:
                return await self._serve(request, served, self._refused(request, served, refusal))
            work = self._carry_out(request, served, request.ctx.now, parameters)
            return await to_the_end(self._serve(request, served, work))

        endpoint.route = route  # type: ignore[attr-defined]  # tests list every route with its guard
        return endpoint

    async def _serve(
        self, request: Request, served: "_Served", work: Coroutine[Any, Any, HTTPResponse]
    ) -> HTTPResponse:
        request.ctx.doing = doing = requestlog.Doing(served.path, request.ctx.request_id)
        requestlog.begin(doing)
        began = time.perf_counter()
        try:
            response = await work
        except Exception as error:  # noqa: BLE001  every failure becomes an answer in the face's own shape
            response = await self._refused(request, served, error)
        took = time.perf_counter() - began
        served.observe(response.status, took)
        requestlog.answered(doing, method=served.route.method, status=response.status, seconds=took)
        response.headers[requestlog.HEADER] = doing.request_id
        if getattr(request.app.ctx, "is_leaving", False) and request.stream:
            # Sanic closes what was idle when it was told to stop and waits for the rest: kept open by a proxy, for all its patience.
            request.stream.keep_alive = False  # type: ignore[attr-defined]  # it is an HTTP/1 of Sanic
        return response

    async def _carry_out(
        self, request: Request, served: "_Served", now: datetime, parameters: dict[str, str]
    ) -> HTTPResponse:
        route = served.route
        ask = await self._asking(request, served, now)
        request.ctx.ask = ask
        wanted = {**_uids(served, parameters), **self.arguments(request, route)}
        if served.wants_ask:
            wanted["ask"] = ask
        try:
            result = await self._handled(route, ask, wanted)
        except Answered as before:
            return await self.replay(request, route, ask, before.answer)
        return await self.answer(request, route, ask, result)

    async def _handled(self, route: Route, ask: Ask, wanted: Mapping[str, Any]) -> Any:
        try:
            return await route.handler(**wanted)
        except DomainError as refusal:
            await self.keep(ask, refusal)
            raise

    async def _asking(self, request: Request, served: "_Served", now: datetime) -> Ask:
        route, services = served.route, served.services
        address = request.remote_addr or request.ip
        token = self.token(request)
        await ensure_rate(
            served.counting,
            route.rate,
            who=sha256(token.encode()).hexdigest()[:24] if token else "",
            address=address,
            factor=services.settings.rate_factor,
        )
        actor = await self.identify(request, token, now=now)
        request.ctx.doing.account = actor.account_uid if actor else ""
        self.ensure_ours(request, route)
        actor = _guarded(actor, route, self.channel)
        if route.proof:
            await self.ensure_proved(request, route, actor, now=now)
        actor = replace(
            actor, request_id=request.ctx.request_id, request_key=self._request_key(request, route, actor)
        )
        return Ask(
            actor=actor, now=now, services=services, address=address, headers=request.headers, token=token
        )

    def _request_key(self, request: Request, route: Route, actor: Actor) -> RequestKey | None:
        if not route.keyed:
            return None
        key = self.key(request)
        if key is None:
            raise KeyMissing
        if not KEY_SHAPE.fullmatch(key) or actor.account_id is None:
            raise Malformed
        asked = sha256(f"{request.method} {request.path}?{request.query_string}\n".encode())
        asked.update(self.fingerprint_body(request))
        return RequestKey(account_id=actor.account_id, key=key, fingerprint=asked.hexdigest())

    def fingerprint_body(self, request: Request) -> bytes:
        return request.body or b""

    async def _refused(self, request: Request, served: "_Served", error: Exception) -> HTTPResponse:
        refusal = as_refusal(error)
        request.ctx.doing.code = refusal.code
        metrics.REFUSALS.labels(self.name, refusal.code).inc()
        if isinstance(refusal, Broken) or status_of(refusal) >= 500:  # noqa: PLR2004
            requestlog.LOG.error(
                "request failed",
                extra={
                    "route": served.path,
                    "fault": type(error).__name__,
                    "places": places(error),
                    "request_id": request.ctx.request_id,
                },
            )
        return await self.refuse(request, refusal)


@dataclass(frozen=True)
class _Served:
    """A route as this process serves it: what is the same for every request is found out once."""

    route: Route
    services: Services
    counting: Shared  # where requests are counted
    observe: Callable[[int, float], None]  # status, seconds
    parameters: tuple[str, ...]  # of the path
    wants_ask: bool
    path: str  # the template, with the face's prefix: what the log calls the route


async def _receive(request: Request, *, most: int) -> None:
    """Read the body, no longer and no more than the route allows; Sanic alone would wait for it for ever."""
    headers = request.headers
    if "content-length" not in headers and "transfer-encoding" not in headers:
        request.body = b""  # nothing comes: no clock has to be set
        return
    if int(headers.get("content-length") or 0) > most:
        raise TooBig
    received, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream or ():  # type: ignore[union-attr]
                size += len(chunk)
                if size > most:
                    raise TooBig
                received.append(chunk)
    except TimeoutError:
        raise TooSlow from None
    request.body = b"".join(received)


def _guarded(actor: Actor | None, route: Route, channel: Channel) -> Actor:
    if route.needs is Open.ANYONE:
        return actor or Actor(account_id=None, account_uid="", name="", grants=(), channel=channel)
    if actor is None:
        raise SignInNeeded
    if route.needs is not Open.SIGNED_IN and not actor.may(route.needs):
        raise Forbidden
    return actor


def _uids(served: _Served, parameters: dict[str, str]) -> dict[str, str]:
    for name, value in parameters.items():
        if name.endswith("_uid") and not ULID_SHAPE.fullmatch(value):
            raise NotFound
    return {name: parameters[name] for name in served.parameters}


def utc_now() -> datetime:
    """Read the clock: the one place where the core's `now` comes from."""
    return datetime.now(UTC)
