"""Every page can be read, reached and printed by everybody who has it, and does nothing that its policy forbids."""

import re
from collections.abc import Iterable

import pytest

from tests.console.chromium import Pane
from tests.console.measuring import bad_measures, broken_rules
from tests.console.shots import PAPERS, picture_of_scene
from tests.console.walking import LOGINS, Seen

DESK, PHONE = 1280, 390  # CSS pixels wide
MOVING = """() => [...document.querySelectorAll('*')].filter((each) => {
  const style = getComputedStyle(each)
  return style.animationName !== 'none' || style.transitionDuration.split(',').some((time) => parseFloat(time) > 0.01)
}).length"""
TAG = re.compile(r"<(\w+)(?:[^>]*? class=\"([^\"]*)\")?")


def shape_of(page: Seen) -> frozenset[tuple[str, ...]]:
    """Tell what a page is built of: two pages of the same parts differ in their rows and names."""
    return frozenset(TAG.findall(page.html))


def differing(seen: Iterable[Seen]) -> list[Seen]:
    """Keep the longest page of each route and shape, whoever was shown it."""
    longest = sorted(seen, key=lambda each: len(each.html))
    return [
        *{(each.route, each.status, shape_of(each)): each for each in longest if each.status == 200}.values(),
        *{(each.status, shape_of(each)): each for each in longest if each.status != 200}.values(),
    ]


async def faults_of(pane: Pane, each: Seen) -> list[str]:
    await picture_of_scene(pane, each)
    await pane.show(each, width=DESK)
    found = [*await broken_rules(pane.page), *await bad_measures(pane.page, width=DESK)]
    if each.route not in PAPERS:
        found += await bad_measures(pane.page, width=PHONE)
    found += await pane.breaches()
    return [f"{each.route} {each}: {fault}" for fault in found]


@pytest.mark.parametrize("login", LOGINS)
async def test_everybody_can_use_their_pages(login, seen, pane_of):
    async with await pane_of(login) as pane:
        found = [
            fault for each in differing(seen) if each.login == login for fault in await faults_of(pane, each)
        ]
    assert not found, "\n".join(found)


async def test_paper_shows_no_menu_and_no_buttons(browser, seen, address):
    visit = next(each for each in seen if each.route == "admin.visits.visit" and each.status == 200)
    async with Pane(browser, address) as pane:
        await pane.show(visit, width=DESK)
        await pane.page.emulate_media(media="print")

        assert not await pane.page.locator(".menu").is_visible()
        assert not await pane.page.locator(".bar").is_visible()
        assert await pane.page.get_by_role("button").locator("visible=true").count() == 0


async def test_nothing_moves_for_who_asked_for_less_motion(browser, seen, address):
    home = next(each for each in seen if each.route == "admin.home.home" and each.status == 200)
    async with Pane(browser, address) as pane:
        await pane.page.emulate_media(reduced_motion="reduce")
        await pane.show(home, width=DESK)

        assert await pane.page.evaluate(MOVING) == 0
