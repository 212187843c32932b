"""Take a picture of every page of the console: `python -m tests.console.shots [part of a name …]`, into ./shots/console.

It starts a town of its own, signs everybody in, walks, does a few errands, and shows each page to Chromium: as wide as
an old office screen and a new one, some as a phone shows them, and on paper what is meant for paper.
What only shows after somebody's phone, or a night, was at work stands in the tests' own town: `SHOTS=<folder>
[SHOTS_OF="clinics home_beds …"] python -m pytest tests/console/test_quality.py` takes the pictures while it measures.
"""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import pyotp
from playwright.async_api import Page

from server.demo import cast
from server.web import sessions
from tests.console.chromium import Pane, chromium
from tests.console.errands import errands
from tests.console.walking import LOGINS, NOBODY, Seen, walk
from tests.running import running

FOLDER = Path("shots/console")
DESKS, PHONE, A4 = (1280, 1920), 390, 794  # CSS pixels
HIDDEN_COLUMNS = (
    "[...document.querySelectorAll('.scroll')].some(each => each.scrollWidth > each.clientWidth + 1)"
)
PHONES = {"admin.home.home", "admin.people.residents", "admin.visits.visit"}
PAPERS = {
    "admin.plates.print_plates",
    "admin.calls.slip",
    "admin.booking.slip",
    "admin.trips.trip",
    "admin.rounds.blank_sheet",
    "admin.assessments.blank",
    "admin.assessment.result",
}
OPENED = {
    "admin.visits.visit",
    "admin.people.resident",
    "admin.staff.member",
    "admin.booking.desk.day",
    "admin.proxies.proxy",
    "admin.schedules.schedules",
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


async def everything(base: str) -> tuple[list[Seen], str]:
    """Return every page that was seen, and a session that styles, scripts and live regions may be fetched with."""
    async with contextlib.AsyncExitStack() as open_clients:
        pages = {login: await _signed_in(base, login) for login in LOGINS}
        for page in pages.values():
            open_clients.push_async_callback(page.aclose)
        seen = [each for login, page in pages.items() for each in await walk(page, login)]
        stranger = await open_clients.enter_async_context(httpx.AsyncClient(base_url=base))
        outside = await walk(stranger, NOBODY, start=["/admin/sign-in"])
        token = pages[FIRST[0]].cookies[sessions.COOKIE]
        return [*outside, *seen, *[each async for each in errands(pages)]], token


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
        if (each.status != 403 or each.route.startswith("refused")) and at_the_door == (each.login == NOBODY):
            kept[kind] += 1
            if kept[kind] <= EACH:
                pictures.append((f"{kind.removeprefix('admin.')}-{kept[kind]}-{each.login}", each))
    return pictures


async def take(pane: Pane, name: str, seen: Seen) -> None:
    page = pane.page
    for width in DESKS:
        await pane.show(seen, width=width)
        await _picture(page, width, name)
        if await page.evaluate(HIDDEN_COLUMNS):
            pane.complaints.append(f"{seen}: a table is wider than the page at {width}")
        if seen.route in OPENED:
            await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            await _picture(page, width, f"{name}-opened")
    if seen.route in PHONES:
        await pane.show(seen, width=PHONE)
        await _picture(page, PHONE, name)
    if seen.route in PAPERS:
        await pane.show(seen, width=A4, height=1123)
        await page.emulate_media(media="print")
        await _picture(page, "paper", name)
        await page.pdf(path=FOLDER / "paper" / f"{name}.pdf", prefer_css_page_size=True)
        await page.emulate_media(media="screen")


async def _picture(page: Page, folder: object, name: str) -> None:
    await page.screenshot(path=FOLDER / str(folder) / f"{name}.png", full_page=True)


async def picture_of_scene(pane: Pane, seen: Seen) -> None:
    """Take the picture of a page of the tests' town, if pictures are wished for and this page is among them."""
    folder, parts = os.environ.get("SHOTS"), os.environ.get("SHOTS_OF", "").split()
    if folder and (not parts or any(part in seen.route for part in parts)):
        for width in DESKS:
            await pane.show(seen, width=width)
            await pane.page.screenshot(path=_free(Path(folder, str(width)), seen), full_page=True)


def _free(folder: Path, seen: Seen) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{seen.route.removeprefix('admin.')}-{seen.login}"
    return folder / f"{name}-{len([*folder.glob(f'{name}-*.png')]) + 1}.png"


async def pictures(base: str, parts: list[str]) -> list[str]:
    """Take them all, say how many, and return what is wrong."""
    began = time.monotonic()
    seen, token = await everything(base)
    wanted = [each for each in chosen(seen) if not parts or any(part in each[0] for part in parts)]
    async with chromium() as browser, Pane(browser, base, token=(sessions.COOKIE, token)) as pane:
        for name, page in wanted:
            await take(pane, name, page)
    print(f"{len(seen)} pages seen, {len(wanted)} pictured in {FOLDER}/, {time.monotonic() - began:.0f} s")
    return [*pane.complaints, *(f"{page}: {page.status}" for page in seen if page.status >= 500)]


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "paper").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as town:
        complaints = asyncio.run(pictures(town.base, sys.argv[1:]))
    print("\n".join(complaints))
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
