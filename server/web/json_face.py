"""A face that speaks JSON: strict in, one error shape out."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from sanic import HTTPResponse, Request, raw

from server.authority.actor import Actor
from server.kit import plain
from server.kit.errors import DomainError, Kind
from server.kit.refusals import keep_refusal
from server.web import sessions
from server.web.asking import Ask
from server.web.faces import Face
from server.web.headers import NO_PAGE
from server.web.problems import Malformed, NotJson, WebError, pause_before, problem, status_of
from server.web.routes import Route

JSON = "application/json"
BEARER = "bearer "


class JsonFace(Face):
    def token(self, request: Request) -> str | None:
        said = request.headers.get("authorization", "")
        return said[len(BEARER) :].strip() or None if said.lower().startswith(BEARER) else None

    async def identify(self, request: Request, token: str | None, *, now: datetime) -> Actor | None:  # noqa: ARG002  one form for all faces
        return await sessions.actor_by_bearer(token, now=now)

    def key(self, request: Request) -> str | None:
        return request.headers.get("idempotency-key")

    async def keep(self, ask: Ask, refusal: DomainError) -> None:
        if ask.actor.request_key is not None and not isinstance(refusal, WebError):
            await keep_refusal(ask.actor.request_key, refusal, now=ask.now)

    def arguments(self, request: Request, route: Route) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        if route.query is not None:
            wanted["query"] = route.query.model_validate_strings(_said_once(request.query_string))
        if route.body is not None:
            if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
                raise NotJson
            wanted["body"] = route.body.model_validate_json(request.body or b"")
        return wanted

    async def answer(self, request: Request, route: Route, ask: Ask, result: Any) -> HTTPResponse:  # noqa: ARG002  the console asks them
        if route.status == 204:  # noqa: PLR2004
            return HTTPResponse(status=204, headers=NO_PAGE)
        return raw(plain.dumps(result), status=route.status, content_type=JSON, headers=NO_PAGE)

    async def replay(self, request: Request, route: Route, ask: Ask, stored: Any) -> HTTPResponse:
        return await self.answer(request, route, ask, stored)

    async def refuse(self, request: Request, error: DomainError) -> HTTPResponse:
        headers = {**NO_PAGE, **pause_before(error)}
        if error.kind is Kind.SIGN_IN:
            headers["www-authenticate"] = "Bearer"
        # What is not HTTP at all has no request.
        request_id = getattr(getattr(request, "ctx", None), "request_id", "")
        return raw(
            plain.dumps(problem(error, request_id=request_id)),
            status=status_of(error),
            content_type="application/problem+json",
            headers=headers,
        )


def _said_once(query_string: str) -> dict[str, str]:
    """Read the query; a value given twice, or bytes that are not UTF-8, is refused rather than guessed at."""
    try:
        pairs = parse_qsl(
            query_string,
            keep_blank_values=True,
            strict_parsing=bool(query_string),
            errors="strict",
            max_num_fields=20,
        )
    except ValueError:
        raise Malformed from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed
    return found
