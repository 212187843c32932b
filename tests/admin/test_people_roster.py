"""A roster is looked at first, and then taken in exactly as it was shown."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.demo.people import LI_NUMBER, WANG_NUMBER
from server.demo.roster import town_roster
from server.people.models import Resident, RosterImport

Console = Callable[[str], Awaitable[Any]]
WORKBOOK = "application/octet-stream"
TICKET = re.compile(r'name="ticket" value="([^"]*)"')


def sheet(*lines: str) -> dict[str, tuple[str, bytes, str]]:
    text = "\r\n".join(("姓名,身份证号,床位,联系电话", *lines))
    return {"roster": ("名册.csv", text.encode("gb18030"), "text/csv")}


def ticket_in(page: str) -> str:
    (found,) = TICKET.findall(page)
    return str(found)


def tally(page: str) -> dict[str, int]:
    return {word: int(number) for number, word in re.findall(r"<b>(\d+)</b> [人行]([^<]+)</li>", page)}


class TestPreview:
    async def test_says_of_every_line_what_it_comes_to_and_changes_nothing(
        self, town: Town, console: Console
    ) -> None:
        he = await console("he")
        file = sheet(
            "沈阿毛,330299195507150211,301-1,",
            f"王桂兰,{WANG_NUMBER},203-1,13900001936",
            f"李福生,{LI_NUMBER},202-1,13811112222",
        )

        page = await he.submit("/admin/residents/roster", {"home": town.alliance.yihe}, files=file)

        assert page.status_code == 200
        assert tally(page.text) == {"入住": 1, "转院舍": 0, "换床": 1, "更新": 1, "不变": 0}
        assert all(word in page.text for word in ("沈阿毛", "301-1 床", "201-1 → 203-1", "更新联系电话"))
        assert await Resident.all().count() == 3
        assert (await Resident.get(uid=town.people.wang)).bed == "201-1"
        assert not any(number in page.text for number in (WANG_NUMBER, LI_NUMBER, "13811112222"))

    async def test_names_every_fault_and_offers_nothing_to_confirm(
        self, town: Town, console: Console
    ) -> None:
        file = sheet(
            "沈阿毛,330299195507150211,301-1,",
            "=cmd,330299195507150212,,",
            f"李福,{LI_NUMBER},,",
        )

        page = await (await console("he")).submit(
            "/admin/residents/roster", {"home": town.alliance.yihe}, files=file
        )

        assert page.status_code == 200
        assert tally(page.text)["有错"] == 2
        assert all(word in page.text for word in ("校验不对", "已登记的姓名与这里不同", "一行也不导入"))
        assert not any(
            word in page.text for word in ("=cmd", "330299195507150212", LI_NUMBER, 'name="ticket"')
        )
        assert await Resident.all().count() == 3

    async def test_of_1300_lines_is_one_page_and_comes_in_whole(self, town: Town, console: Console) -> None:
        jin = await console("jin")
        file = {"roster": ("名册.xlsx", town_roster(homes=6, residents=1300), WORKBOOK)}

        page = await jin.submit("/admin/residents/roster", files=file)
        done = await jin.submit("/admin/residents/roster/import", {"ticket": ticket_in(page.text)})

        assert tally(page.text)["入住"] == 1300
        assert (done.status_code, await Resident.all().count()) == (303, 1303)

    async def test_refuses_what_is_no_roster(self, town: Town, console: Console) -> None:
        file = {"roster": ("a.xlsx", b"nonsense", WORKBOOK)}

        answer = await (await console("he")).submit(
            "/admin/residents/roster", {"home": town.alliance.yihe}, files=file
        )

        assert answer.status_code == 422

    async def test_reads_its_own_template(self, town: Town, console: Console) -> None:
        he = await console("he")
        assert (await he.get("/admin/residents/roster")).status_code == 200
        template = await he.get("/admin/residents/roster/template")

        file = {"roster": ("t.xlsx", template.content, WORKBOOK)}
        page = await he.submit("/admin/residents/roster", {"home": town.alliance.yihe}, files=file)

        assert template.headers["content-type"].startswith("application/vnd.openxmlformats")
        assert "不需要导入" in page.text


class TestYes:
    LINE = "沈阿毛,330299195507150211,301-1,"

    async def previewed(self, page: Any, home: str, *lines: str) -> str:
        answer = await page.submit(
            "/admin/residents/roster", {"home": home}, files=sheet(*lines or (self.LINE,))
        )
        return ticket_in(answer.text)

    async def test_does_what_was_shown_and_again_changes_nothing(self, town: Town, console: Console) -> None:
        he = await console("he")
        ticket = await self.previewed(he, town.alliance.yihe)

        first = await he.submit("/admin/residents/roster/import", {"ticket": ticket})
        told = await he.get("/admin/residents")
        again = await he.submit(
            "/admin/residents/roster", {"home": town.alliance.yihe}, files=sheet(self.LINE)
        )

        assert (first.status_code, first.headers["location"]) == (303, "/admin/residents")
        assert "新入住 1 人" in told.text
        assert "不需要导入" in again.text
        assert await RosterImport.all().count() == 1

    async def test_is_refused_when_something_changed_since(self, town: Town, console: Console) -> None:
        he = await console("he")
        ticket = await self.previewed(he, town.alliance.yihe, self.LINE, f"王桂兰,{WANG_NUMBER},203-1,")
        await he.submit(f"/admin/residents/{town.people.wang}/bed", {"bed": "204-1"})

        answer = await he.submit("/admin/residents/roster/import", {"ticket": ticket})

        assert (answer.status_code, await Resident.all().count()) == (409, 3)
        assert "people.roster_overtaken" in answer.text

    async def test_is_refused_half_an_hour_later(self, town: Town, console: Console, clock: Any) -> None:
        he = await console("he")
        ticket = await self.previewed(he, town.alliance.yihe)
        clock.advance(minutes=15)
        await he.get("/admin/residents")  # at work, not idle
        clock.advance(minutes=15)

        answer = await he.submit("/admin/residents/roster/import", {"ticket": ticket})

        assert "people.roster_preview_over" in answer.text

    @pytest.mark.parametrize("login", ["song", "jin"])
    async def test_is_nobody_elses_to_give(self, town: Town, console: Console, login: str) -> None:
        ticket = await self.previewed(await console("he"), town.alliance.yihe)

        answer = await (await console(login)).submit("/admin/residents/roster/import", {"ticket": ticket})

        assert "people.roster_preview_over" in answer.text
        assert await Resident.all().count() == 3

    @pytest.mark.parametrize("ticket", ["x", "AAAA", "王" * 10])
    async def test_to_nonsense_does_nothing(self, town: Town, console: Console, ticket: str) -> None:
        assert town
        answer = await (await console("he")).submit("/admin/residents/roster/import", {"ticket": ticket})

        assert (answer.status_code, await Resident.all().count()) == (409, 3)
