"""A colleague's screen at work: opens pages, reads, presses what it reads, and tells what the browser complained of."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import pyotp
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from server.demo import cast
from tests.conftest import Clock
from tests.console.chromium import POLICY_WATCH

PATIENCE = 5000  # milliseconds
TAB_STOPS = 120  # no control may be further away from the top of its page
# Whether pressing this sends a form at once, and it is not kept back for what is lacking.
SENDS = "(it) => it.type === 'submit' && it.form?.method === 'post' && (it.formNoValidate || it.form.noValidate || it.form.checkValidity())"
Words = str | re.Pattern[str]


class Screen:
    """`scripts=False` is the browser of an office that forbids them. Use as `async with`."""

    def __init__(
        self, browser: Browser, base: str, clock: Clock, *, login: str, scripts: bool = True
    ) -> None:
        self._browser, self._base, self._clock = browser, base, clock
        self.login, self.scripts = login, scripts
        self.complaints: list[str] = []
        self.context: BrowserContext
        self.page: Page

    async def __aenter__(self) -> Self:
        self.context = await self._browser.new_context(
            base_url=self._base,
            java_script_enabled=self.scripts,
            viewport={"width": 1280, "height": 800},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self.context.set_default_timeout(PATIENCE)
        if self.scripts:
            await self.context.add_init_script(POLICY_WATCH)
        self.page = await self.context.new_page()
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on("console", lambda said: self._hear(said.type, said.text))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                assert not self.complaints, self.complaints
        finally:
            await self.context.close()

    def _hear(self, kind: str, said: str) -> None:
        # What the policy stopped is an error here; that the server refused something is not.
        if kind == "error" and "the server responded" not in said:
            self.complaints.append(said)

    # The door

    async def code(self) -> str:
        """Return a code of the second factor that was not used yet."""
        self._clock.advance(seconds=31)
        return pyotp.TOTP(cast.TOTP_SECRET).at(self._clock())

    async def sign_in(self, path: str = "/admin") -> None:
        """Open a page, be sent to the door, and go in."""
        await self.open(path)
        await self.write("登录名", self.login)
        await self.write("密码", cast.CONSOLE_PASSWORD)
        await self.write("动态口令", await self.code())
        await self.press("登录")
        await expect(self.page.get_by_role("button", name="退出")).to_be_visible()

    # Looking

    async def open(self, path: str) -> None:
        await self.page.goto(path)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    async def reads(self, words: Words) -> None:
        await expect(self.main).to_contain_text(words)

    async def reads_not(self, words: Words) -> None:
        await expect(self.main).not_to_contain_text(words)

    async def at(self, path: str) -> None:
        """Stand on this page, whatever is asked of it."""
        await expect(self.page).to_have_url(re.compile(re.escape(path) + r"(\?.*)?$"))

    def row(self, words: Words) -> Locator:
        return self.main.get_by_role("row").filter(has_text=words).first

    # Doing

    def button(self, label: str, *, within: Locator | None = None) -> Locator:
        """Find what is pressed: a button, or the head of a sheet that opens."""
        place = within or self.main
        return (
            place.locator("button:visible, summary:visible, a.button:visible")
            .filter(has_text=re.compile(rf"^\s*{re.escape(label)}"))
            .first
        )

    async def press(self, label: str, *, within: Locator | None = None) -> None:
        target = self.button(label, within=within)
        async with self._answered(target):
            await target.click()

    @asynccontextmanager
    async def _answered(self, target: Locator) -> AsyncIterator[None]:
        """Wait for the answer, where a form is sent: the words that are looked for next may have stood there before."""
        if await target.evaluate(SENDS):
            async with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                yield
        else:
            yield

    async def press_twice(self, label: str) -> None:
        """Press as people do whom nobody told that once is enough."""
        await self.button(label).dblclick(no_wait_after=True)

    async def follow(self, label: Words, *, within: Locator | None = None) -> None:
        await (within or self.main).get_by_role("link", name=label).first.click()

    def control(self, label: str) -> Locator:
        return self.main.get_by_label(re.compile(rf"^\s*{re.escape(label)}")).locator("visible=true").first

    async def write(self, label: str, words: str) -> None:
        await self.control(label).fill(words)

    async def choose(self, label: str, option: str) -> None:
        await self.control(label).select_option(label=option)

    async def tick(self, label: str) -> None:
        await self.control(label).check()

    # By keyboard alone

    async def tab_to(self, target: Locator) -> None:
        """Go on with the Tab key until this has the focus."""
        for _ in range(TAB_STOPS):
            if await target.evaluate("(wanted) => document.activeElement === wanted"):
                return
            await self.page.keyboard.press("Tab")
        message = f"{TAB_STOPS} times Tab does not lead to {target}"
        raise AssertionError(message)

    async def key(self, *keys: str) -> None:
        for each in keys:
            await self.page.keyboard.press(each)

    async def enter(self, target: Locator) -> None:
        await self.tab_to(target)
        async with self._answered(target):
            await self.page.keyboard.press("Enter")

    async def type_into(self, label: str, words: str) -> None:
        await self.tab_to(self.control(label))
        await self.page.keyboard.type(words)
