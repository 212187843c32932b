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
    "a byte order mark": b"\xef\xbb\xbf" + b"null",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "two documents": b"{}{}",
    "two of one key": b'{"resident": 1, "resident": [2]}',
    "a text": b'"resident"',
    "true": b"true",
    "single quotes": b"{'a': 1}",
    "a comment": b'{"a": 1} // so',
    "a comma too many": b'{"a": 1,}',
    "infinity": b'{"a": -Infinity}',
    "a number that is none": b'{"a": 01}',
    "hexadecimal": b"0x10",
    "a bare zero byte": b'{"reason": "\x00"}',
    "half an emoji": b'{"reason": "\\udc00\\ud83d"}',
    "a long text": b'{"reason": "' + b"a" * 30_000 + b'", "a": 1}',
    "many keys": b"{" + b",".join(b'"%d": 1' % number for number in range(2000)) + b"}",
    "deep objects": b'{"a":' * 2000 + b"1" + b"}" * 2000,
    "a form": b"resident=x&reason=y",
    "XML": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "text for numbers": b'{"score": "5", "pulse": "72", "a": "1"}',
    "true for a number": b'{"score": true, "offline": true, "a": true}',
    "a list for a text": b'{"reason": ["x"], "text": ["x"], "code": ["x"], "a": 1}',
    "an object for a list": b'{"entries": {}, "results": {}, "events": {}, "choices": []}',
    "another year": b'{"first_day": "0000-00-00", "effective_at": "9999-99-99T99:99:99Z", "a": 1}',
    "injection": b'{"reason": "\'; DROP TABLE resident; --", "resident": "\' OR 1=1 --", "code": "%s%n"}',
}
KINDS = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jso",
)
QUERIES = (
    "after=%00",
    "after=%ff",
    "limit=-1",
    "limit=999999999999999999999",
    "after=AAAA",
    "x=1",
    "limit=1&limit=2",
    f"q={SECRET}",
    "limit=%C2%B2",
    "limit=1e2",
    "limit=",
    "after=" + "A" * 5000,
    "=",
    "limit[]=1",
    "%00=1",
    "limit=true",
)
LOOKS_SOMETHING_UP = "admin.find.find"  # its answer to nonsense is a page that has found nothing


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


@pytest.mark.parametrize("route", TAKING, ids=name_of)
async def test_bodies_of_another_kind(route: Route, api: Callable[[str], Awaitable[Any]], town: Any) -> None:
    client = await api("daughter")
    for kind in KINDS:
        headers = {"Content-Type": kind}
        ensure_refused(
            await client.request(route.method, path_of(route, ""), content=b"--x", headers=headers)
        )


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
        # Some forms have no field that must be filled in.
        ensure_refused(answer, allowed=(303, 200) if route.name == LOOKS_SOMETHING_UP else (303,))
