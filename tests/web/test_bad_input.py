"""Every route, given what nobody should send: a proper refusal with a sentence, never a 5xx, never an echo."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.web.routes import Route
from tests.architecture.faces import FACES, ROUTES, name_of

API, CONSOLE = FACES
TAKING = [route for face, route in ROUTES if face is API and route.body is not None]
ASKING = [route for face, route in ROUTES if face is API and route.method == "GET"]
FORMS = [route for face, route in ROUTES if face is CONSOLE and route.body is not None]
NOBODY = "01J00000000000000000000000"
SECRET = "330299194001010014"

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half": b'{"a":',
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "deep": b"[" * 5000 + b"]" * 5000,
    "a list": b"[1, 2]",
    "null": b"null",
    "a number": b"1e999",
    "NaN": b'{"a": NaN}',
    "huge integer": b'{"a": 18446744073709551616}',
    "unknown keys": b'{"__proto__": {"admin": true}, "' + SECRET.encode() + b'": 1}',
    "control characters": b'{"reason": "a\\u0000\\u001b[31m", "text": "\\u202e"}',
    "nested where flat": b'{"reason": {"$gt": ""}, "resident": ["x"], "text": [[]]}',
    "injection": b'{"reason": "\'; DROP TABLE resident; --", "resident": "\' OR 1=1 --", "code": "%s%n"}',
}
QUERIES = (
    "after=%00",
    "after=%ff",
    "limit=-1",
    "limit=999999999999999999999",
    "after=AAAA",
    "x=1",
    "limit=1&limit=2",
    f"q={SECRET}",
)


def path_of(route: Route, prefix: str) -> str:
    return prefix + "".join(
        f"/{NOBODY if part.startswith('<') else part}" for part in route.path.split("/") if part
    )


def ensure_refused(answer: httpx.Response, *, allowed: tuple[int, ...] = ()) -> None:
    assert answer.status_code in (400, 401, 403, 404, 409, 413, 415, 422, *allowed), (
        answer.status_code,
        answer.text[:300],
    )
    assert SECRET not in answer.text


@pytest.mark.parametrize("route", TAKING, ids=name_of)
async def test_bodies_that_nobody_should_send(
    route: Route, api: Callable[[str], Awaitable[Any]], town: Any
) -> None:
    for persona in ("daughter", "nurse"):
        client = await api(persona)
        for name, body in BODIES.items():
            answer = await client.request(
                route.method, path_of(route, ""), content=body, headers={"Content-Type": "application/json"}
            )
            ensure_refused(answer)
            assert answer.json()["detail"].endswith(("。", "？", "！")), name


@pytest.mark.parametrize("route", ASKING, ids=name_of)
async def test_queries_that_nobody_should_ask(
    route: Route, api: Callable[[str], Awaitable[Any]], town: Any
) -> None:
    client = await api("nurse")
    for query in QUERIES:
        ensure_refused(
            await client.get(f"{path_of(route, '')}?{query}"), allowed=(200,) if route.query is None else ()
        )


@pytest.mark.parametrize("route", FORMS, ids=name_of)
async def test_forms_that_nobody_should_send(
    route: Route, console: Callable[[str], Awaitable[Any]], town: Any
) -> None:
    page = await console("he")
    nonsense: list[dict[str, Any]] = [
        {},
        {"reason": "\x00", "resident": "x"},
        {"reason": "a" * 5000},
        {SECRET: SECRET},
        {"limit": "NaN"},
    ]
    for fields in nonsense:
        answer = await page.submit(path_of(route, CONSOLE.prefix), fields)
        # Some forms have no field that must be filled in; some only look something up.
        ensure_refused(answer, allowed=(303,) if route.keyed else (303, 200))
