"""Who has looked, and what was done, in the console."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.audit.trail_models import AccessEntry
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

    async def test_of_many_a_bed_finds_the_resident(
        self, town: Town, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("server.people.queries.choices.MOST_CHOICES", 1)
        he = await console("he")

        many, found = await he.get("/admin/audit"), await he.get("/admin/audit?bed=202")
        chosen = await he.get(f"/admin/audit?resident={town.people.li}")

        assert 'name="bed"' in many.text
        assert "李福生" not in many.text
        assert "李福生" in found.text
        assert f'<option value="{town.people.li}" selected' in chosen.text

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


class TestChains:
    async def test_are_told_sound_in_words(self, town: Town, console: Console, api: Any) -> None:
        await (await api("wang")).get(f"/residents/{town.people.wang}/record/summary")
        zheng = await console("zheng")

        everybody = await zheng.get("/admin/audit/chains")
        hers = await zheng.get(f"/admin/audit/chains?resident={town.people.wang}")

        assert everybody.status_code == 200, everybody.text
        assert "没有被改过" in everybody.text
        assert "1 位长者的" in hers.text

    async def test_a_line_that_was_changed_is_told_with_its_place(
        self, town: Town, console: Console, api: Any
    ) -> None:
        await (await api("wang")).get(f"/residents/{town.people.wang}/record/summary")
        await AccessEntry.all().update(what="nothing")

        page = await (await console("zheng")).get("/admin/audit/chains")

        assert "这一行被改过" in page.text
        assert "马上通知系统管理员" in page.text

    @pytest.mark.parametrize("login", ["he", "qian", "root"])
    async def test_are_the_auditors_alone(self, town: Town, console: Console, login: str) -> None:
        assert (await (await console(login)).get("/admin/audit/chains")).status_code == 403


class TestLog:
    async def test_shows_a_manager_what_the_own_people_did(self, town: Town, console: Console) -> None:
        feng = await console("feng")
        await feng.submit(f"/admin/feedback/{town.feedback.praised}/reply", {"text": "谢谢您。"})

        page = await feng.get("/admin/log?family=feedback")

        assert page.status_code == 200, page.text
        assert "冯远" in page.text
        assert "回复评价" in page.text
        assert "陈晓敏" not in page.text  # who rated

    async def test_narrows_by_person_and_day(self, town: Town, console: Console) -> None:
        he = await console("he")
        nurse = town.identity.accounts["nurse"]

        page = await he.get(f"/admin/log?person={nurse}&first_day=2026-01-01&last_day=2026-12-31")
        nothing = await he.get("/admin/log?first_day=2027-01-01")

        assert page.status_code == 200
        assert "没有这样的操作" in nothing.text

    @pytest.mark.parametrize("login", ["qian", "shen", "root", "zheng"])
    async def test_is_for_managers(self, town: Town, console: Console, login: str) -> None:
        assert (await (await console(login)).get("/admin/log")).status_code == 403
