"""How many beds are free, and who lies where."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.people.models import Resident

Console = Callable[[str], Awaitable[Any]]


class TestBeds:
    async def test_of_ones_only_home_by_room(self, town: Town, console: Console) -> None:
        he = await console("he")
        await he.submit(
            f"/admin/residents/{town.people.li}/care-state", {"event": "hospitalize", "cause": "reported"}
        )

        page = (await he.get("/admin/beds")).text

        assert all(
            word in page for word in ("120", "118", "60 张，占 50%", "201-1", "王桂兰", "李福生", "住院")
        )
        assert "赵云珍" not in page
        assert page.index("<h3>201</h3>") < page.index("<h3>202</h3>")

    async def test_of_several_homes_and_of_the_one_that_is_chosen(self, town: Town, console: Console) -> None:
        jin = await console("jin")

        every = (await jin.get("/admin/beds")).text
        songhe = (await jin.get(f"/admin/beds?home={town.alliance.songhe}")).text

        assert all(home in every for home in ("颐和养老院", "松鹤养老院", "和乐养老院"))
        assert ("王桂兰" in every, "赵云珍" in songhe, "王桂兰" in songhe) == (False, True, False)

    async def test_points_out_who_has_no_bed_and_one_bed_written_twice(
        self, town: Town, console: Console
    ) -> None:
        await Resident.filter(uid=town.people.wang).update(bed="202－1")
        he = await console("he")
        twice = (await he.get("/admin/beds")).text
        await Resident.filter(uid=town.people.wang).update(bed=None, bed_key=None)
        bedless = (await he.get("/admin/beds")).text

        assert "同一张床登记了两位长者" in twice
        assert ("同一张床" in bedless, "床位未定的长者" in bedless) == (False, True)

    async def test_not_of_a_home_of_other_hands(self, town: Town, console: Console) -> None:
        answer = await (await console("he")).get(f"/admin/beds?home={town.alliance.songhe}")

        assert answer.status_code == 404

    @pytest.mark.parametrize("login", ["feng", "qian", "root"])
    async def test_not_for_who_admits_nobody(self, town: Town, console: Console, login: str) -> None:
        assert town
        assert (await (await console(login)).get("/admin/beds")).status_code == 403

    async def test_of_a_large_home_some_rooms_at_a_time(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        wang = await Resident.get(uid=town.people.wang)
        for number in range(45):
            await Resident(
                name=f"长者{number}",
                birth_date=wang.birth_date,
                home_id=wang.home_id,
                bed=f"2-{301 + number}-1",  # a room whose name has two parts
                created_at=clock(),
            ).save()
        he = await console("he")

        first = (await he.get("/admin/beds")).text
        following = (await he.get("/admin/beds?room=2-341")).text
        beyond = (await he.get("/admin/beds?room=999")).text

        assert (first.count("<h3>"), "共 47 间，本页 24 间" in first) == (24, True)
        assert 'href="/admin/beds?room=2-325"' in first
        assert [name in following for name in ("2-340", "2-341", "<h3>201</h3>", "王桂兰")] == [
            False,
            True,
            True,
            True,
        ]
        assert "后面没有房间了" in beyond
