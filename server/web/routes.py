"""One registry of routes: each says who may call it, for what purpose, and what it takes and gives."""

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.web.asking import Open
from server.web.shapes import Body, Form, Query

Handler = Callable[..., Awaitable[Any]]

KIB = 1024
SMALL_BODY = 64 * KIB


@dataclass(frozen=True)
class Route:
    method: str
    path: str  # below the face's prefix
    handler: Handler
    needs: Permission | Open
    purpose: Purpose | None
    status: int
    summary: str
    tag: str
    body: type[Body] | type[Form] | None
    query: type[Query] | None
    answer: Any
    largest_body: int
    rate: str  # a key of web.ratelimit.RATES
    keyed: bool  # whether an idempotency key is asked for
    proof: bool  # whether a fresh one-time code is asked for (step-up)

    @property
    def name(self) -> str:
        return f"{self.handler.__module__}.{self.handler.__name__}"


class Routes:
    """The routes of one face module."""

    def __init__(self, name: str, *, tag: str) -> None:
        self.name = name
        self.tag = tag
        self._listed: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._listed)

    def get(self, path: str, **says: Any) -> Callable[[Handler], Handler]:
        return self._listing("GET", path, **says)

    def post(self, path: str, **says: Any) -> Callable[[Handler], Handler]:
        return self._listing("POST", path, **says)

    def put(self, path: str, **says: Any) -> Callable[[Handler], Handler]:
        return self._listing("PUT", path, **says)

    def delete(self, path: str, **says: Any) -> Callable[[Handler], Handler]:
        return self._listing("DELETE", path, **says)

    def _listing(
        self,
        method: str,
        path: str,
        *,
        needs: Permission | Open,
        summary: str,
        purpose: Purpose | None = None,
        status: int = 200,
        largest_body: int = SMALL_BODY,
        rate: str | None = None,
        keyed: bool | None = None,
        proof: bool = False,
    ) -> Callable[[Handler], Handler]:
        def listed(handler: Handler) -> Handler:
            hints = get_type_hints(handler, include_extras=True)
            writes = method != "GET"
            self._listed.append(
                Route(
                    method=method,
                    path=path,
                    handler=handler,
                    needs=needs,
                    purpose=purpose,
                    status=status,
                    summary=summary,
                    tag=self.tag,
                    body=hints.get("body"),
                    query=hints.get("query"),
                    answer=hints.get("return"),
                    largest_body=largest_body,
                    rate=rate or ("write" if writes else "read"),
                    keyed=(writes and needs != Open.ANYONE) if keyed is None else keyed,
                    proof=proof,
                )
            )
            _refuse_unknown_parameters(handler, path)
            return handler

        return listed


def path_parameters(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("<")]


def _refuse_unknown_parameters(handler: Handler, path: str) -> None:
    known = {"ask", "body", "query", *path_parameters(path)}
    unknown = set(inspect.signature(handler).parameters) - known
    if unknown:
        message = f"{handler.__name__} takes {sorted(unknown)}, which {path} does not give"
        raise TypeError(message)
