"""Take a picture of every page of the console: `python -m tests.console.shots [part of a name …]`, into ./shots.

It starts a town of its own, signs everybody in, walks, does a few errands, and shows each page to Chromium.
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import pyotp

from server.demo import cast
from tests.console.browser import Browser, browsing
from tests.console.errands import errands
from tests.console.walking import LOGINS, Seen, walk
from tests.running import running

FOLDER = Path("shots")
WIDE, PHONE, A4 = 1280, 390, 794  # CSS pixels
HIDDEN_COLUMNS = (
    "[...document.querySelectorAll('.scroll')].some(each => each.scrollWidth > each.clientWidth + 1)"
)
PHONES = {"admin.home.home", "admin.people.residents", "admin.visits.visit"}
PAPERS = {"admin.visits.print_plates", "admin.calls.slip", "admin.booking.slip"}
OPENED = {
    "admin.visits.visit",
    "admin.people.resident",
    "admin.staff.member",
    "admin.booking.desk.day",
    "admin.people.proxies",
    "admin.booking.schedules",
}
FIRST = ("he", "zhao", "qian", "shen", "xu", "zheng", "root")  # whose page is taken when several see it
EACH = 2  # pictures of one route


async def _signed_in(base: str, login: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=base, timeout=30)
    code = pyotp.TOTP(cast.TOTP_SECRET).now()
    answer = await client.post(
        "/admin/sign-in", data={"login": login, "password": cast.CONSOLE_PASSWORD, "code": code}
    )
    assert answer.status_code == 303, f"{login}: {answer.status_code}"
    return client


async def everything(base: str) -> list[Seen]:
    async with contextlib.AsyncExitStack() as open_clients:
        pages = {login: await _signed_in(base, login) for login in LOGINS}
        for page in pages.values():
            open_clients.push_async_callback(page.aclose)
        seen = [each for login, page in pages.items() for each in await walk(page, login)]
        stranger = await open_clients.enter_async_context(httpx.AsyncClient(base_url=base))
        outside = await walk(stranger, "nobody", start=["/admin/sign-in"])
        return [*outside, *seen, *[each async for each in errands(pages)]]


def chosen(seen: list[Seen]) -> list[tuple[str, Seen]]:
    """Keep a page or two of each route, of the people who use it most, and one home page for everybody."""
    times, kept = Counter[str](), Counter[str]()
    queue = []
    for each in sorted(seen, key=lambda one: -len(one.html)):  # of several pages, the fullest
        times[f"{each.route} {each.login}"] += 1
        queue.append(
            (
                times[f"{each.route} {each.login}"],
                FIRST.index(each.login) if each.login in FIRST else len(FIRST),
                each,
            )
        )
    pictures = []
    for _, _, each in sorted(queue, key=lambda waiting: waiting[:2]):
        kind = f"{each.route}.{each.login}" if each.route == "admin.home.home" else each.route
        at_the_door = each.route == "admin.session.sign_in_page"
        if (each.status != 403 or each.route.startswith("refused")) and at_the_door == (
            each.login == "nobody"
        ):
            kept[kind] += 1
            if kept[kind] <= EACH:
                pictures.append((f"{kind.removeprefix('admin.')}-{kept[kind]}-{each.login}", each))
    return pictures


def take(browser: Browser, base: str, name: str, page: Seen) -> None:
    def show(width: int, height: int = 800) -> None:
        browser.show(
            base + page.url, page.html, policy=page.policy, status=page.status, width=width, height=height
        )

    show(WIDE)
    browser.picture(FOLDER / f"{name}.png")
    if browser.evaluate(HIDDEN_COLUMNS):
        browser.complaints.append(f"{page}: a table is wider than the page")
    if page.route in OPENED:
        browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        browser.picture(FOLDER / f"{name}-opened.png")
    if page.route in PHONES:
        show(PHONE)
        browser.picture(FOLDER / f"{name}-phone.png")
        if browser.evaluate("document.documentElement.scrollWidth") > PHONE:
            browser.complaints.append(f"{page.url}: wider than a phone")
    if page.route in PAPERS:
        show(A4, 1123)
        browser.picture(FOLDER / f"{name}-print.png", media="print")
        browser.paper(FOLDER / f"{name}.pdf")


def main() -> int:
    began = time.monotonic()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.p*"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as town, browsing() as browser:
        seen = asyncio.run(everything(town.base))
        wanted = [
            (name, page)
            for name, page in chosen(seen)
            if not sys.argv[1:] or any(part in name for part in sys.argv[1:])
        ]
        for name, page in wanted:
            take(browser, town.base, name, page)
    browser.complaints += [f"{page}: {page.status}" for page in seen if page.status >= 500]
    print(f"{len(seen)} pages seen, {len(wanted)} pictured in {FOLDER}/, {time.monotonic() - began:.0f} s")
    for complaint in browser.complaints:
        print(complaint)
    return bool(browser.complaints)


if __name__ == "__main__":
    sys.exit(main())
