"""What every answer says to browsers (ASVS 5.0, 3.4)."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.conftest import ConsolePage

ADDRESSES = [
    "/healthz", "/readyz", "/metrics", "/nowhere", "/api/v1/openapi.json", "/api/v1/session", "/api/v1/nowhere",
    "/admin/sign-in", "/admin/nowhere", "/admin/public/institutions", "/admin/static/console.css",
]  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
async def test_every_answer_may_be_read_as_what_it_is_and_framed_by_nobody(address: str, path: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(address + path)

    said = answer.headers
    assert said["x-content-type-options"] == "nosniff"
    assert "max-age=31536000" in said["strict-transport-security"]
    assert "frame-ancestors 'none'" in said["content-security-policy"]
    assert "default-src 'none'" in said["content-security-policy"]
    assert said["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in said
    assert said["content-type"].startswith(("application/", "text/"))
    assert ("no-store" in said["cache-control"]) is ("/static/" not in path)


async def test_pages_with_persons_are_not_kept_by_browsers(
    console: Callable[[str], Awaitable[ConsolePage]],
) -> None:
    page = await (await console("he")).get("/admin/residents")

    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PATCH"])
async def test_methods_nobody_needs_are_not_there(address: str, method: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.request(method, f"{address}/admin/sign-in")

    assert answer.status_code in {400, 405, 501}
