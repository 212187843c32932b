"""The register in the console."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.demo.people import WANG_NUMBER, ZHAO_YUN_NUMBER
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

    async def test_filters_and_says_how_many(self, town: Town, console: Console) -> None:
        he = await console("he")
        await he.submit(
            f"/admin/residents/{town.people.li}/care-state", {"event": "hospitalize", "cause": "reported"}
        )

        everybody = await he.get("/admin/residents")
        away = await he.get("/admin/residents?care_state=inpatient")
        room = await he.get("/admin/residents?bed=201")

        assert "共 2 条" in everybody.text
        assert ("李福生" in away.text, "王桂兰" in away.text) == (True, False)
        assert ("李福生" in room.text, "王桂兰" in room.text) == (False, True)

    async def test_of_one_home_for_who_manages_several(self, town: Town, console: Console) -> None:
        jin = await console("jin")

        page = await jin.get(f"/admin/residents?home={town.alliance.songhe}")

        assert ("赵云珍" in page.text, "王桂兰" in page.text) == (True, False)

    @pytest.mark.parametrize("query", ["care_state=asleep", "home=1", "name=王"])
    async def test_asks_for_nothing_else(self, town: Town, console: Console, query: str) -> None:
        assert town
        assert (await (await console("he")).get(f"/admin/residents?{query}")).status_code == 422

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


class TestOnePage:
    async def test_tells_the_home_its_relatives_and_what_was_done(self, town: Town, console: Console) -> None:
        he, feng = await console("he"), await console("feng")
        where = f"/admin/residents/{town.people.wang}"

        ours, partners = (await he.get(where)).text, (await feng.get(where)).text

        assert all(word in ours for word in ("13900000003", "紧急联系人", "绑定本人微信", "何静", "高龄"))
        assert not any(word in partners for word in ("13900000003", "紧急联系人", "何静"))

    async def test_offers_only_the_changes_that_are_possible(self, town: Town, console: Console) -> None:
        he, where = await console("he"), f"/admin/residents/{town.people.wang}"
        before = (await he.get(where)).text
        await he.submit(f"{where}/care-state", {"event": "hospitalize", "cause": "reported"})
        after = (await he.get(where)).text

        assert ("转为住院" in before, "回到颐养" in before) == (True, False)
        assert ("转为住院" in after, "回到颐养" in after) == (False, True)


class TestTransfer:
    async def test_between_two_homes_of_the_same_hands(self, town: Town, console: Console) -> None:
        jin, where = await console("jin"), f"/admin/residents/{town.people.wang}"

        offered = await jin.get(where)
        answer = await jin.submit(
            f"{where}/transfer", {"home": town.alliance.songhe, "bed": "105-1", "reason": "离女儿家近"}
        )
        page = await jin.get(where)

        assert "转到哪家" in offered.text
        assert (answer.status_code, answer.headers["location"]) == (303, where)
        assert all(word in page.text for word in ("云桥市松鹤养老院", "105-1", "转院舍", "离女儿家近"))

    async def test_is_not_offered_and_not_done_across_hands(self, town: Town, console: Console) -> None:
        he, where = await console("he"), f"/admin/residents/{town.people.wang}"

        page = await he.get(where)
        answer = await he.submit(f"{where}/transfer", {"home": town.alliance.songhe, "reason": "离女儿家近"})

        assert "转到哪家" not in page.text
        assert "对方机构按身份证号办理入住" in page.text
        assert answer.status_code == 404

    async def test_needs_a_reason(self, town: Town, console: Console) -> None:
        jin, where = await console("jin"), f"/admin/residents/{town.people.wang}"

        assert (await jin.submit(f"{where}/transfer", {"home": town.alliance.songhe})).status_code == 422


class TestFinding:
    async def find(self, page: Any, text: str) -> str:
        answer = await page.submit("/admin/find", {"words": text})
        assert answer.status_code == 200
        return str(answer.text)

    async def test_by_the_beginning_of_a_name_or_a_bed(self, town: Town, console: Console) -> None:
        he = await console("he")

        by_name, by_bed = await self.find(he, "王桂"), await self.find(he, "202")

        assert f"/admin/residents/{town.people.wang}" in by_name
        assert f"/admin/residents/{town.people.li}" not in by_name
        assert f"/admin/residents/{town.people.li}" in by_bed

    @pytest.mark.parametrize(
        ("login", "text"), [("he", "赵云珍"), ("he", "桂兰"), ("he", "%"), ("qian", "王桂")]
    )
    async def test_nobody_whom_the_actor_may_not_reach(
        self, town: Town, console: Console, login: str, text: str
    ) -> None:
        assert town
        assert "/admin/residents/" not in (await self.find(await console(login), text)).split('id="found"')[1]


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
            "/admin/merges",
            {
                "survivor": town.people.wang,
                "absorbed": twin.uid,
                "reason": "同一人重复登记",
                "proof_code": qian.proof_code,
            },
        )
        undone = await qian.submit("/admin/merges/undo", {"absorbed": twin.uid, "reason": "核对有误"})

        assert [each.status_code for each in (page, merged, undone)] == [200, 303, 303]
        assert (await he.get("/admin/merges")).status_code == 403

    async def test_ask_for_a_one_time_code(self, town: Town, console: Console) -> None:
        qian = await console("qian")

        answer = await qian.submit(
            "/admin/merges", {"survivor": town.people.wang, "absorbed": town.people.li, "reason": "同一人"}
        )

        assert answer.status_code == 422
        assert "动态口令" in answer.text
