"""A Sanic server as we run it: bounded in size and time, and every failure in the shape of the face it was meant for."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.handlers import ErrorHandler

from server.settings import GRACE
from server.web import metrics, requestlog
from server.web.asking import Services
from server.web.faces import Face
from server.web.problems import as_refusal

MIB = 1024 * 1024
LIMITS: dict[str, Any] = {
    "REQUEST_MAX_SIZE": 12 * MIB,  # a roster; every route has its own, smaller limit
    "REQUEST_MAX_HEADER_SIZE": 16 * 1024,
    "REQUEST_TIMEOUT": 10,  # seconds for a header; looked at every five, so that nobody takes longer than fifteen
    "RESPONSE_TIMEOUT": 30,
    "KEEP_ALIVE_TIMEOUT": 60,
    "GRACEFUL_SHUTDOWN_TIMEOUT": GRACE,
    "ACCESS_LOG": False,  # addresses with query strings would stand in it
    "AUTO_EXTEND": False,
    "TOUCHUP": False,  # rewrites shared classes: a second app in one process (the tests) would break
    "INSPECTOR": False,
    "MOTD": False,
}


def new_app(
    name: str, faces: Sequence[Face], services: Services, clock: Callable[[], datetime], **limits: Any
) -> Sanic[Any, Any]:
    app: Sanic[Any, Any] = Sanic(name, error_handler=ErrorHandler(), configure_logging=False)
    app.config.update(LIMITS | limits)
    for face in faces:
        face.attach(app, services, clock)
    app.error_handler.add(Exception, _refusals(faces, behind_proxy=services.settings.proxies_count > 0))
    app.ctx.faces = faces
    return app


def _refusals(faces: Sequence[Face], *, behind_proxy: bool) -> Callable[[Request, Exception], Any]:
    """Answer what fails before or outside a route: no such address, too big, too slow, not HTTP."""

    async def refuse(request: Request, error: Exception) -> HTTPResponse:
        path = getattr(request, "path", "") or ""
        face = next((each for each in faces if path.startswith(each.prefix)), faces[0])
        if not hasattr(request.ctx, "request_id"):
            request.ctx.request_id = requestlog.request_id_of(request, behind_proxy=behind_proxy)
        refusal = as_refusal(error)
        metrics.REFUSALS.labels(face.name, refusal.code).inc()
        response = await face.refuse(request, refusal)
        requestlog.answered_without_route(
            request_id=request.ctx.request_id, status=response.status, code=refusal.code
        )
        response.headers[requestlog.HEADER] = request.ctx.request_id
        return response

    return refuse


def leave_slowly(app: Sanic[Any, Any], *, after: int) -> None:
    """Have SIGTERM first be told to the proxies, who ask /healthz, and stop the server so many seconds later.

    Stopped at once it would close connections on which a proxy is just sending.
    """

    def leave() -> None:
        app.ctx.is_leaving = True
        asyncio.get_running_loop().call_later(after, app.stop, False)  # noqa: FBT003  Sanic's `terminate`

    async def listen(_: Any) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave)

    app.after_server_start(listen)


def is_leaving(app: Sanic[Any, Any]) -> bool:
    return getattr(app.ctx, "is_leaving", False)
