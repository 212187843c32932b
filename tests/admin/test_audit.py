"""Who has looked, and what was done, in the console."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.demo import Town

Console = Callable[[str], Awaitable[Any]]


class TestLooks:
    async def test_a_home_manager_picks_a_resident(self, town: Town, console: Console, api: Any) -> None:
        await (await api("nurse")).get(f"/residents/{town.people.wang}/record/summary?purpose=care")
        he = await console("he")

        empty = await he.get("/admin/audit")
        page = await he.get(f"/admin/audit?resident={town.people.wang}")

        assert "王桂兰" in empty.text
        assert page.status_code == 200, page.text
        assert "云桥市颐和养老院的李秀英因日常照护看了" in page.text

    async def test_another_homes_resident_is_not_found(self, town: Town, console: Console) -> None:
        assert (
            await (await console("song")).get(f"/admin/audit?resident={town.people.wang}")
        ).status_code == 404

    async def test_an_auditor_sees_every_look(self, town: Town, console: Console, api: Any) -> None:
        await (await api("wang")).get(f"/residents/{town.people.wang}/record/summary")

        page = await (await console("zheng")).get(f"/admin/audit?resident={town.people.wang}")

        assert "王桂兰本人看了" in page.text

    async def test_is_not_for_a_hospital(self, town: Town, console: Console) -> None:
        assert (await (await console("zhao")).get("/admin/audit")).status_code == 403


class TestDeeds:
    async def test_are_listed_by_subject(self, town: Town, console: Console) -> None:
        page = await (await console("zheng")).get(f"/admin/audit/subjects?subject={town.consent.wang_yihe}")

        assert page.status_code == 200, page.text
        assert "consent.requested" in page.text
        assert "consent.granted" in page.text

    async def test_are_the_auditors_alone(self, town: Town, console: Console) -> None:
        assert (await (await console("he")).get("/admin/audit/subjects")).status_code == 403
