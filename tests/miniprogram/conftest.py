"""The real pages in a real browser against the real server, which stands in this process with the town in it."""

import contextlib
import functools
import http.server
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from server import demo
from tests.conftest import Clock
from tests.miniprogram.camera import Camera, camera_at
from tests.miniprogram.phone import Phone
from tests.miniprogram.tools import CHROMIUM, FLAGS, build_host, ready_or_reason
from tests.miniprogram.walking import Walk

STAFF_PHONES = {
    "nurse": "demo-phone-of-nurse",
    "doctor": "demo-phone-of-doctor",
    "other_nurse": "demo-phone-of-other-nurse",
}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: pytest's output is for tests."""

    def handle(self) -> None:
        # A page that is closed while its pictures load hangs up.
        with contextlib.suppress(ConnectionError):
            super().handle()


@contextlib.contextmanager
def files_at(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def tools() -> None:
    ready, reason = ready_or_reason()
    if not ready:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def host(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("host")
    build_host(folder)
    with files_at(folder) as base:
        yield base


@pytest_asyncio.fixture(scope="session")
async def browser(tools: None) -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        standing = await play.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*FLAGS])
        yield standing
        await standing.close()


@pytest.fixture
def phone(browser: Browser, host: str, address: str, town: demo.Town, clock: Clock) -> Callable[..., Phone]:
    """Give a phone into somebody's hand: `async with phone("daughter") as it: await it.open()`."""

    def given(persona: str, **wishes: Any) -> Phone:
        wishes.setdefault("device", STAFF_PHONES.get(persona))
        on = wishes.pop("on", browser)
        return Phone(on, host=host, api=address, persona=persona, now=clock.instant, **wishes)

    return given


@pytest_asyncio.fixture(scope="session")
async def camera(tools: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Camera]:
    async with camera_at(tmp_path_factory.mktemp("film")) as standing:
        yield standing


@pytest.fixture
def filming(phone: Callable[..., Phone], camera: Camera) -> Callable[..., Phone]:
    """Give a phone with a camera into somebody's hand; what it sees is `camera.sees_code(…)`."""
    return lambda persona, **wishes: phone(persona, on=camera.browser, camera=True, **wishes)


@pytest.fixture
def walk(town: demo.Town, clock: Clock, api: Any, actor: Any) -> Walk:
    """What makes a page ready for somebody: what others did before."""
    return Walk(town, clock, api, actor)
