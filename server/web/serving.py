"""A Sanic server as we run it: bounded in size and time, and every failure in the shape of the face it was meant for."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.handlers import ErrorHandler

from server.kit.ids import new_uid
from server.web.asking import Services
from server.web.faces import Face
from server.web.problems import as_refusal

MIB = 1024 * 1024
LIMITS: dict[str, Any] = {
    "REQUEST_MAX_SIZE": 12 * MIB,  # a roster; every route has its own, smaller limit
    "REQUEST_MAX_HEADER_SIZE": 16 * 1024,
    "REQUEST_TIMEOUT": 15,  # seconds to send a request
    "RESPONSE_TIMEOUT": 30,
    "KEEP_ALIVE_TIMEOUT": 60,
    "GRACEFUL_SHUTDOWN_TIMEOUT": 15,
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
    app.error_handler.add(Exception, _refusals(faces))
    app.ctx.faces = faces
    return app


def _refusals(faces: Sequence[Face]) -> Callable[[Request, Exception], Any]:
    """Answer what fails before or outside a route: no such address, too big, too slow, not HTTP."""

    async def refuse(request: Request, error: Exception) -> HTTPResponse:
        path = getattr(request, "path", "") or ""
        face = next((each for each in faces if path.startswith(each.prefix)), faces[0])
        if not hasattr(request.ctx, "request_id"):
            request.ctx.request_id = new_uid()
        return await face.refuse(request, as_refusal(error))

    return refuse
