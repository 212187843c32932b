"""A phone in somebody's hand: opens pages, taps what they read, and tells what went wrong on the way."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from playwright.async_api import Browser, BrowserContext, Locator, Page, Request, TimeoutError, expect  # noqa: A004  Playwright's own

WIDTH, HEIGHT = 375, 760  # CSS pixels of a small common phone
LOADED = "window.__wxReady === true"
TWO_TOUCHES = """(button) => {
  for (const type of ['touchstart', 'touchend', 'touchstart', 'touchend']) {
    const touch = new Touch({ identifier: 1, target: button, clientX: 9, clientY: 9 })
    const touches = type === 'touchstart' ? [touch] : []
    button.dispatchEvent(new TouchEvent(type, { touches, changedTouches: [touch], bubbles: true, cancelable: true }))
  }
}"""


class Phone:
    """`persona` is who signs in at the stand-in for WeChat. Use as `async with`."""

    def __init__(
        self,
        browser: Browser,
        *,
        host: str,
        api: str,
        persona: str,
        now: Any = None,
        scale: float = 1.0,
        device: str | None = None,
        camera: bool = False,
        world: dict[str, str] | None = None,
    ) -> None:
        self.browser, self.host, self.api, self.persona, self.now = browser, host, api, persona, now
        self.scale, self.device, self.camera, self.world = scale, device, camera, world or {}
        self.expected_faults: list[str] = []
        self.context: BrowserContext
        self.page: Page

    async def __aenter__(self) -> Self:
        self.context = await self.browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            device_scale_factor=1,
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            permissions=["camera"] if self.camera else [],
        )
        self.context.set_default_timeout(8000)
        if self.now is not None:
            await self.context.clock.install(time=self.now)
        self.page = await self.context.new_page()
        self.console: list[str] = []
        self.page.on("console", lambda said: self.console.append(said.text))
        self.page.on("pageerror", lambda fault: self.console.append(str(fault)))
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                await self.healthy()
        finally:
            await self.context.close()

    async def healthy(self) -> None:
        """Nothing was thrown, nothing was asked of `wx` that the stand-in does not know."""
        missing = await self.page.evaluate("window.__wxMissing || []")
        assert not missing, f"wx.{missing[0]} is not imitated by the host"
        faults = await self.page.evaluate("window.__wxFaults || []")
        unexpected = [each for each in faults if not any(known in each for known in self.expected_faults)]
        assert not unexpected, unexpected[0]

    async def open(self, url: str = "") -> "Phone":
        """Start the mini-program afresh, at its first page or, as a message does, at a certain one."""
        said = {"persona": self.persona, "api": self.api, "scale": str(self.scale), **self.world}
        if url:
            said["page"] = url
        if self.device:
            said["device"] = self.device
        query = "&".join(f"{key}={quote(value, safe='')}" for key, value in said.items())
        await self.page.goto(f"{self.host}/index.html?{query}")
        try:
            await self.page.wait_for_function(LOADED)
        except TimeoutError:
            raise AssertionError("\n".join(self.console)) from None
        return self

    async def go(self, url: str) -> None:
        """Go on to another page, as a tap on a row would."""
        await self.page.evaluate("(url) => window.__wxGo(url)", url)

    async def back(self) -> None:
        await self.page.evaluate("window.__wxBack()")

    @property
    def screen(self) -> Locator:
        return self.page.locator("wx-page:not([hidden])")

    async def reads(self, words: str | re.Pattern[str], *, within: float = 8000) -> None:
        """See these words on the page, within so many milliseconds."""
        await expect(self.screen).to_contain_text(words, timeout=within)

    async def reads_not(self, words: str) -> None:
        await expect(self.screen).not_to_contain_text(words)

    def button(self, label: str, *, nth: int = 0) -> Locator:
        return self.screen.get_by_role("button").filter(has_text=label).nth(nth)

    async def tap(self, label: str, *, nth: int = 0) -> None:
        await self.button(label, nth=nth).tap()

    async def tap_twice(self, label: str) -> None:
        """Tap so fast that the page has not yet said that it is at work."""
        await self.button(label).evaluate(TWO_TOUCHES)

    async def press(self, digits: str) -> None:
        """Write a number on the pad that the pages bring themselves."""
        for digit in digits:
            name = "小数点" if digit == "." else digit
            await self.screen.get_by_role("button", name=name, exact=True).tap()

    async def choose(self, label: str, *, role: Any = None, nth: int = 0) -> None:
        """Tap one of several: a radio or a check box with these words."""
        one = self.screen.locator(f"[role={role}]" if role else "[role=radio], [role=checkbox]")
        await one.filter(has_text=label).nth(nth).tap()

    async def write(self, label: str, words: str) -> None:
        await self.screen.get_by_label(label).first.fill(words)

    async def at(self, path: str) -> None:
        await self.page.wait_for_function("(path) => window.__wxRoute().at === path", arg=path)

    async def at_page(self) -> str:
        return str(await self.page.evaluate("window.__wxRoute().at"))

    async def online(self, is_online: bool) -> None:
        await self.page.evaluate("(online) => window.__wxOnline(online)", is_online)

    async def draw(self, selector: str = "wx-canvas canvas") -> None:
        """Write something by hand on a canvas."""
        box = await self.screen.locator(selector).first.bounding_box()
        assert box is not None
        wire = await self.context.new_cdp_session(self.page)
        for stroke in (((0.2, 0.3), (0.8, 0.3)), ((0.5, 0.1), (0.5, 0.9)), ((0.2, 0.6), (0.8, 0.7))):
            (x0, y0), (x1, y1) = stroke
            steps = [(x0 + (x1 - x0) * i / 10, y0 + (y1 - y0) * i / 10) for i in range(11)]
            points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in steps]
            await wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [points[0]]})
            for point in points[1:]:
                await wire.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
            await wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    async def settled(self) -> None:
        """Wait until the page shows what it has to show, or says why it cannot."""
        await self.page.wait_for_function(
            "() => { const page = document.querySelector('wx-page:not([hidden])'); return page && !page.querySelector('.screen-wait') }"
        )

    async def requests(self, ending: str = "") -> list[dict[str, Any]]:
        """Return what was asked of the server since the start, at paths that end so."""
        sent = await self.page.evaluate("window.__wxRequests")
        return [each for each in sent if each["path"].endswith(ending)]

    def keys_of(self, ending: str) -> list[str]:
        """Collect from now on the idempotency keys of the writes that leave the phone for paths that end so."""
        keys: list[str] = []

        def noted(request: Request) -> None:
            if request.method != "GET" and request.url.endswith(ending):
                keys.append(request.headers.get("idempotency-key", ""))

        self.page.on("request", noted)
        return keys

    async def kept(self, key: str) -> Any:
        """Return what the phone keeps under this key."""
        return await self.page.evaluate("(key) => JSON.parse(localStorage.getItem(`wx:${key}`))", key)

    async def memory(self) -> str:
        """Return all that the phone keeps, as a text."""
        return str(await self.page.evaluate("JSON.stringify(localStorage)"))

    async def pass_time(self, clock: Any, **span: float) -> None:
        """Let the same time go by on the phone and at the server."""
        clock.advance(**span)
        await self.page.clock.fast_forward(int(timedelta(**span).total_seconds() * 1000))

    async def picture(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=file, full_page=True)
