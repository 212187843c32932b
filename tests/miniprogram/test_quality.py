"""Every page can be read, reached and understood: axe with AAA contrast, type, targets, at the system's sizes and on a narrow phone.

With SHOTS=<folder> each page also has its picture taken, small and large, for a person to look at (`make shots`).
"""

import os
from pathlib import Path

import pytest

from tests.miniprogram.measuring import FACTORS, faults_of, resized
from tests.miniprogram.phone import WIDTH
from tests.miniprogram.walking import every_page, stops


class _Nobody:
    """Stands for the town while tests are collected: only the pages' names are asked for then."""

    def __getattr__(self, _: str) -> "_Nobody":
        return self

    def __str__(self) -> str:
        return ""


TITLES = [each.title for each in stops(_Nobody())]


def test_the_walk_leaves_no_page_out():
    assert every_page() == {each.page for each in stops(_Nobody())}
    assert len(set(TITLES)) == len(TITLES)


@pytest.mark.parametrize("title", TITLES)
async def test_old_eyes_and_fingers_can_use(title, phone, town, walk):
    stop = next(each for each in stops(town) if each.title == title)
    async with phone(stop.persona) as it:
        await it.open(await stop.address(walk))
        await it.settled()
        if stop.errand:
            await stop.errand(it)
            await it.at(f"pages/{stop.page}")
            await it.settled()
        if folder := os.environ.get("SHOTS"):
            for factor in (FACTORS[0], FACTORS[-1]):
                await resized(it.page, factor)
                await it.picture(Path(folder) / f"{title}-{factor}.png")
        assert await it.at_page() == f"pages/{stop.page}", "the walk ends somewhere else"

        assert await faults_of(it.page, width=WIDTH) == []
