"""One JSON line per event: words we chose, never what people typed; and what this process is doing, for the line's sake."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sanic import Request

from server.kit.clock import SHANGHAI
from server.kit.ids import new_uid

LOG = logging.getLogger("request")
HEADER = "x-request-id"

# An identity number or a phone fits none of these: a ULID, nginx's $request_id, a UUID.
REQUEST_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Only these extras are written; an exception's own text is not, because databases quote the values they choke on.
KNOWN = (
    "route", "method", "status", "code", "account", "ms", "statements", "db_ms", "request_id", "fault", "places", "path",
    "errcode", "rid", "sql",
)  # fmt: skip


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, SHANGHAI).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        said = record.__dict__
        line.update({name: said[name] for name in KNOWN if name in said})
        if record.exc_info and record.exc_info[0] is not None:
            line["fault"] = record.exc_info[0].__name__
        return orjson.dumps(line, default=str).decode()


@dataclass(slots=True)
class Doing:
    """One request, or one piece of the worker's work, and what it has asked of the database itself.

    Statements that it shares with others (`kit.together`) are nobody's own and are not counted here.
    """

    route: str
    request_id: str = ""
    account: str = ""  # the uid of whoever asks, once that is known
    code: str = ""  # of the refusal
    statements: int = 0
    seconds: float = 0.0


_doing: ContextVar[Doing | None] = ContextVar("doing", default=None)
now_doing = _doing.get


def begin(doing: Doing) -> None:
    """Say what the current task is doing; it is over with the task."""
    _doing.set(doing)


@contextmanager
def during(route: str) -> Iterator[None]:
    """Say what a task that does one thing after the other is doing now."""
    token = _doing.set(Doing(route))
    try:
        yield
    finally:
        _doing.reset(token)


def request_id_of(request: Request, *, behind_proxy: bool) -> str:
    """Take the number that a proxy of ours gave the request; from anybody else it would be a way to confuse the trail."""
    said = request.headers.get(HEADER, "") if behind_proxy else ""
    return said if REQUEST_ID.fullmatch(said) else new_uid()


def answered(doing: Doing, *, method: str, status: int, seconds: float) -> None:
    """Write the request's line: by its route's template, never by its address; and who was refused, by their uid."""
    if LOG.isEnabledFor(logging.INFO):
        said = {"code": doing.code, "account": doing.account} if doing.code else {}
        LOG.info(
            "answered",
            extra={
                "route": doing.route,
                "method": method,
                "status": status,
                **said,
                "ms": round(seconds * 1000, 1),
                "statements": doing.statements,
                "db_ms": round(doing.seconds * 1000, 1),
                "request_id": doing.request_id,
            },
        )


def answered_without_route(*, request_id: str, status: int, code: str) -> None:
    """Write the line of what no route was reached by; its address may hold anything, and is not written."""
    LOG.info("answered", extra={"status": status, "code": code, "request_id": request_id})
