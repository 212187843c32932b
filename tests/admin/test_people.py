"""The register in the console."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.demo.people import LI_NUMBER, WANG_NUMBER, ZHAO_YUN_NUMBER
from server.demo.roster import town_roster
from server.people.models import ProxyGrant, Resident
from server.people.rules import ProxyStatus

Console = Callable[[str], Awaitable[Any]]


class TestResidents:
    async def test_lists_ones_own_with_masked_numbers(self, town: Town, console: Console) -> None:
        assert town
        page = await (await console("he")).get("/admin/residents")

        assert page.status_code == 200
        assert "王桂兰" in page.text
        assert "赵云珍" not in page.text
        assert WANG_NUMBER not in page.text
        assert "0029" in page.text

    @pytest.mark.parametrize("login", ["qian", "tang", "root", "xu"])
    async def test_is_not_for_bureaus(self, town: Town, console: Console, login: str) -> None:
        assert town
        assert (await (await console(login)).get("/admin/residents")).status_code == 403

    async def test_finds_by_the_whole_number_without_a_trace_in_the_address(
        self, town: Town, console: Console
    ) -> None:
        he = await console("he")

        found = await he.submit("/admin/residents/search", {"national_id": WANG_NUMBER})
        other = await he.submit("/admin/residents/search", {"national_id": ZHAO_YUN_NUMBER})

        assert (found.status_code, found.headers["location"]) == (303, f"/admin/residents/{town.people.wang}")
        assert other.status_code == 404
        assert ZHAO_YUN_NUMBER not in other.text

    async def test_shows_one(self, town: Town, console: Console) -> None:
        he = await console("he")
        page = await he.get(f"/admin/residents/{town.people.wang}")
        other = await he.get(f"/admin/residents/{town.people.zhao_yun}")

        assert page.status_code == 200
        assert all(word in page.text for word in ("陈晓敏", "王磊", "201-1", "颐养", "生效中"))
        assert WANG_NUMBER not in page.text
        assert other.status_code == 404


class TestStays:
    async def test_admit_change_bed_and_discharge(self, town: Town, console: Console) -> None:
        he = await console("he")
        assert (await he.get("/admin/residents/new")).status_code == 200

        answer = await he.submit(
            "/admin/residents",
            {
                "home": town.alliance.yihe,
                "name": "沈阿毛",
                "sex": "male",
                "birth_date": "1955-07-15",
                "national_id": "330299195507150211",
                "bed": "301-1",
            },
        )
        where = answer.headers["location"]
        moved = await he.submit(f"{where}/bed", {"bed": "302-1"})
        state = await he.submit(f"{where}/care-state", {"event": "hospitalize", "cause": "reported"})
        kin = await he.submit(f"{where}/kin", {"name": "沈小毛", "relation": "child", "phone": "13800001111"})
        gone = await he.submit(f"{where}/discharge", {"reason": "went_home"})

        assert [each.status_code for each in (answer, moved, state, kin, gone)] == [303] * 5
        row = await Resident.get(name="沈阿毛")
        assert (row.home_id, row.care_state) == (None, "left")
        assert (await he.get(where)).status_code == 404

    async def test_says_what_is_wrong(self, town: Town, console: Console) -> None:
        answer = await (await console("he")).submit(
            "/admin/residents",
            {
                "home": town.alliance.yihe,
                "name": "沈阿毛",
                "sex": "male",
                "birth_date": "1955-07-15",
                "national_id": "330299195507150212",
            },
        )

        assert answer.status_code == 422
        assert "最后一位校验不对" in answer.text
        assert "330299195507150212" not in answer.text

    async def test_records_a_death(self, town: Town, console: Console) -> None:
        he = await console("he")

        answer = await he.submit(f"/admin/residents/{town.people.wang}/death", {"day": "2026-03-01"})

        assert answer.status_code == 303
        assert await ProxyGrant.filter(resident__uid=town.people.wang, status=ProxyStatus.ACTIVE).count() == 0


class TestProxies:
    async def test_verify_and_witness_by_two(self, town: Town, console: Console, api: Any) -> None:
        he, nurse, stranger = await console("he"), await api("nurse"), await api("stranger")
        applied = (
            await stranger.post(
                "/proxies",
                json={
                    "name": "李福生",
                    "national_id": LI_NUMBER,
                    "basis": "own_consent",
                    "relation": "friend",
                    "scopes": ["profile"],
                },
            )
        ).json()["uid"]

        page = await he.get("/admin/proxies")
        verified = await he.submit(f"/admin/proxies/{applied}/verify")
        first = await nurse.post(f"/proxies/{applied}/witness", json={"document_ref": "单 1"})
        second = await he.submit(f"/admin/proxies/{applied}/witness", {"document_ref": "单 1"})

        assert "陈大勇" in page.text
        assert (verified.status_code, first.status_code, second.status_code) == (303, 200, 303)
        assert [card["uid"] for card in (await stranger.get("/residents")).json()] == [town.people.li]

    async def test_suspend_resume_and_end(self, town: Town, console: Console, api: Any) -> None:
        he, daughter, uid = await console("he"), await api("daughter"), town.people.daughter_grant

        paused = await he.submit(f"/admin/proxies/{uid}/suspend", {"reason": "safeguarding"})
        seen = (await daughter.get("/residents")).json()
        resumed = await he.submit(f"/admin/proxies/{uid}/resume")
        ended = await he.submit(f"/admin/proxies/{uid}/end", {"reason": "abuse"})

        assert [each.status_code for each in (paused, resumed, ended)] == [303] * 3
        assert seen == []

    async def test_needs_a_reason(self, town: Town, console: Console) -> None:
        answer = await (await console("he")).submit(f"/admin/proxies/{town.people.daughter_grant}/end", {})

        assert answer.status_code == 422

    async def test_rejects(self, town: Town, console: Console) -> None:
        qian = await console("qian")

        page = await qian.get("/admin/proxies")
        answer = await qian.submit(
            f"/admin/proxies/{town.people.nephew_grant}/reject", {"reason": "not_verified"}
        )

        assert "王磊" in page.text
        assert answer.status_code == 303

    async def test_another_home_does_not_see_them(self, town: Town, console: Console) -> None:
        song = await console("song")

        assert "王磊" not in (await song.get("/admin/proxies")).text
        assert (await song.submit(f"/admin/proxies/{town.people.nephew_grant}/verify")).status_code == 404


class TestRoster:
    async def test_takes_a_workbook_in_and_again_changes_nothing(self, town: Town, console: Console) -> None:
        he = await console("he")
        file = {"roster": ("名册.xlsx", town_roster(homes=1, residents=40), "application/octet-stream")}

        assert (await he.get("/admin/residents/roster")).status_code == 200
        first = await he.submit("/admin/residents/roster", {"home": town.alliance.yihe}, files=file)
        again = await he.submit("/admin/residents/roster", {"home": town.alliance.yihe}, files=file)

        assert (first.status_code, again.status_code) == (200, 200)
        assert "新入住 40 人" in first.text
        assert "没有变化 40 人" in again.text

    async def test_reports_by_row_and_stores_nothing(self, town: Town, console: Console) -> None:
        text = "姓名,身份证号\r\n沈阿毛,330299195507150211\r\n=cmd,330299195507150212"
        file = {"roster": ("a.csv", text.encode("gb18030"), "text/csv")}

        answer = await (await console("he")).submit(
            "/admin/residents/roster", {"home": town.alliance.yihe}, files=file
        )

        assert answer.status_code == 200
        assert "一行也没有导入" in answer.text
        assert "校验不对" in answer.text
        assert not any(word in answer.text for word in ("=cmd", "330299195507150212"))
        assert await Resident.all().count() == 3

    async def test_gives_a_template_that_it_reads_itself(self, town: Town, console: Console) -> None:
        he = await console("he")
        answer = await he.get("/admin/residents/roster/template")

        file = {"roster": ("t.xlsx", answer.content, "application/octet-stream")}
        taken = await he.submit("/admin/residents/roster", {"home": town.alliance.yihe}, files=file)

        assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
        assert "新入住 0 人" in taken.text

    async def test_refuses_what_is_no_roster(self, town: Town, console: Console) -> None:
        file = {"roster": ("a.xlsx", b"nonsense", "application/octet-stream")}

        answer = await (await console("he")).submit(
            "/admin/residents/roster", {"home": town.alliance.yihe}, files=file
        )

        assert answer.status_code == 422


class TestMerges:
    async def test_merge_and_undo(self, town: Town, console: Console) -> None:
        he, qian = await console("he"), await console("qian")
        await he.submit(
            "/admin/residents",
            {"home": town.alliance.yihe, "name": "王桂兰", "sex": "female", "birth_date": "1936-02-29"},
        )
        twin = await Resident.get(name="王桂兰", national_id_index__isnull=True)
        await he.submit(f"/admin/residents/{twin.uid}/discharge", {"reason": "other"})

        page = await qian.get("/admin/merges")
        merged = await qian.submit(
            "/admin/merges", {"survivor": town.people.wang, "absorbed": twin.uid, "reason": "同一人重复登记"}
        )
        undone = await qian.submit("/admin/merges/undo", {"absorbed": twin.uid, "reason": "核对有误"})

        assert [each.status_code for each in (page, merged, undone)] == [200, 303, 303]
        assert (await he.get("/admin/merges")).status_code == 403
