"""Debian's Chromium through Playwright: shows a page that was fetched elsewhere, under the policy it came with."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from playwright.async_api import Browser, Page, Route, async_playwright

from tests.console.walking import Seen
from tests.miniprogram.tools import CHROMIUM
from tests.miniprogram.tools import FLAGS as PHONE_FLAGS

FLAGS = [
    each for each in PHONE_FLAGS if each != "--disable-web-security"
]  # here the browser's rules are ours
HTML = "text/html; charset=utf-8"
POLICY_WATCH = """
  window.__breaches = []
  addEventListener('securitypolicyviolation', (it) => __breaches.push(`${it.violatedDirective}: ${it.blockedURI}`))
"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        # Its own words too are Chinese, as on the city's machines: date fields, "choose file".
        words = {**os.environ, "LANGUAGE": "zh_CN"}
        browser = await play.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=[*FLAGS, "--lang=zh-CN"], env=words
        )
        yield browser
        await browser.close()


class Pane:
    """One window. `complaints` are what the browser held against the pages: a breach of the policy is one."""

    def __init__(self, browser: Browser, base: str, *, token: tuple[str, str] | None = None) -> None:
        self._browser, self._base, self._token = browser, base, token
        self.complaints: list[str] = []
        self._showing: Seen | None = None
        self.page: Page

    async def __aenter__(self) -> Self:
        context = await self._browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        if self._token:
            name, value = self._token
            await context.add_cookies([{"name": name, "value": value, "url": self._base}])
        await context.add_init_script(POLICY_WATCH)
        self.page = await context.new_page()
        self.page.on("console", lambda said: self._hear(said.type, said.text))
        self.page.on("pageerror", lambda fault: self._hear("error", str(fault)))
        # Once for all pages: a browser in which interception is put on and taken off again may forget a request.
        await self.page.route(self._is_shown, self._answer)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.page.context.close()

    async def show(self, seen: Seen, *, width: int, height: int = 800) -> None:
        """Load the page as it was answered, with its styles and scripts from the server."""
        self._showing = seen
        await self.page.set_viewport_size({"width": width, "height": height})
        await self.page.goto(self._base + seen.url, wait_until="load")

    def _is_shown(self, asked: str) -> bool:
        return self._showing is not None and asked == self._base + self._showing.url

    async def _answer(self, route: Route) -> None:
        seen = self._showing
        assert seen is not None
        headers = {"content-type": HTML, "content-security-policy": seen.policy}
        await route.fulfill(status=seen.status, headers=headers, body=seen.html)

    async def breaches(self) -> list[str]:
        """Return what the policy stopped, and what the browser said to its console."""
        return [*await self.page.evaluate("window.__breaches"), *self.complaints]

    def _hear(self, kind: str, said: str) -> None:
        # Chromium writes a line for every answer that is a refusal; those are looked for on purpose.
        if kind in {"error", "warning"} and "Failed to load resource: the server responded" not in said:
            self.complaints.append(f"{self._showing}: {said}")
