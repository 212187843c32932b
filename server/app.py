"""The composition root: the only module that knows every other."""

import asyncio
import contextlib
import hmac
import logging
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from sanic import HTTPResponse, Request, Sanic, raw, redirect

import admin
import miniprogram_api
from server import VERSION, platform_push
from server.configuration import configure_core, refuse_an_unfit_database
from server.kit import plain
from server.kit.database import close_database, open_database, ping
from server.settings import MODEL_MODULES, Settings
from server.web import metrics
from server.web.asking import Services
from server.web.faces import Face, finish_all, utc_now
from server.web.headers import NO_PAGE
from server.web.openapi import described
from server.web.problems import NoSuchPage
from server.web.services import services_for
from server.web.serving import is_leaving, new_app
from server.web.watching import keep_watch, watch_process

LOG = logging.getLogger(__name__)
PLAIN = {**NO_PAGE, "content-type": "application/json"}
LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    manage_database: bool = True,
    services: Services | None = None,
    name: str = "alliance",
) -> Sanic[Any, Any]:
    """Build the server. Tests bring their own clock, database and services."""
    made = services or services_for(settings)
    faces: list[Face] = [miniprogram_api.face(), admin.face()]
    app = new_app(name, faces, made, clock, PROXIES_COUNT=settings.proxies_count or None)
    platform_push.attach(app, made, clock)
    _attach_operations(app, made, faces)
    _attach_doors(app)
    admin.ASSETS.attach(app)
    if manage_database:
        _manage_database(app, settings, made)
    _watch(app, settings)
    return app


def _manage_database(app: Sanic[Any, Any], settings: Settings, services: Services) -> None:
    async def up(_: Any) -> None:
        configure_core(settings)
        await open_database(settings.database, modules=MODEL_MODULES, pool_size=settings.database_pool)
        await refuse_an_unfit_database(settings)

    async def down(_: Any) -> None:
        # aiosqlite's thread is not a daemon: without this the process would never end.
        await finish_all()
        await services.wechat.close()
        await services.shared.close()
        await close_database()

    app.before_server_start(up)
    app.after_server_stop(down)


def _watch(app: Sanic[Any, Any], settings: Settings) -> None:
    async def begin(_: Any) -> None:
        watch_process(slow_query_ms=settings.slow_query_ms)
        app.ctx.watch = asyncio.create_task(keep_watch("web"))

    async def end(_: Any) -> None:
        app.ctx.watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await app.ctx.watch

    app.after_server_start(begin)
    app.before_server_stop(end)


def _attach_doors(app: Sanic[Any, Any]) -> None:
    """Lead from the addresses that people are told, on paper too, to the pages of today."""

    async def front(_: Request) -> HTTPResponse:
        return redirect("/admin")

    async def directory(_: Request) -> HTTPResponse:
        return redirect("/admin/public/institutions")

    async def verify(_: Request, number: str) -> HTTPResponse:
        return redirect(f"/admin/public/verify/{quote(number, safe='')}")

    app.add_route(front, "/", name="front")
    app.add_route(directory, "/institutions", name="directory")
    app.add_route(verify, "/verify/<number>", name="verify")


def _attach_operations(app: Sanic[Any, Any], services: Services, faces: list[Face]) -> None:
    @cache  # made when somebody asks: at the start it cost every process time and memory
    def description() -> bytes:
        return plain.dumps(described(faces[0].routes, prefix=faces[0].prefix, version=VERSION))

    async def healthz(_: Request) -> HTTPResponse:
        """Say of this process alone whether a proxy should send it requests.

        Not of its database: while that finds another writer all processes are without it, and wait.
        """
        if is_leaving(app):
            return raw(b'{"process":"leaving"}', status=503, headers=PLAIN)
        return raw(b'{"process":"ok"}', headers=PLAIN)

    async def readyz(_: Request) -> HTTPResponse:
        """Say what it stands on; without Redis it serves, only with less to share (reliability 1.7)."""
        found = {"database": await _answers(ping), "redis": await _answers(services.shared.ping)}
        ready = found["database"] == "ok" and not is_leaving(app)
        return raw(plain.dumps(found), status=200 if ready else 503, headers=PLAIN)

    async def figures(request: Request) -> HTTPResponse:
        if not _may_read_figures(request, services.settings.metrics_token):
            raise NoSuchPage
        text, media_type = metrics.exposition()
        return raw(text, headers={**PLAIN, "content-type": media_type})

    async def openapi(_: Request) -> HTTPResponse:
        return raw(description(), headers=PLAIN)

    app.add_route(healthz, "/healthz", name="healthz")
    app.add_route(readyz, "/readyz", name="readyz")
    app.add_route(figures, "/metrics", name="metrics")
    app.add_route(openapi, "/api/v1/openapi.json", name="openapi")


def _may_read_figures(request: Request, token: str) -> bool:
    """Tell whether this is a neighbour on this machine, and nobody behind its proxy, or brings the token."""
    said = request.headers.get("authorization", "")
    # A header may hold bytes that are no UTF-8, which Sanic hands on as lone surrogates: somebody's guess, not our fault.
    if token and hmac.compare_digest(said.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        return True
    forwarded = FORWARDED & {name.lower() for name in request.headers}
    return not forwarded and request.ip in LOOPBACK


async def _answers(question: Callable[[], Any]) -> str:
    try:
        await question()
    except Exception as error:  # noqa: BLE001  whatever is wrong, the process is not ready
        LOG.warning("not ready: %s", type(error).__name__)
        return "away"
    return "ok"
