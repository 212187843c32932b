"""The first page: what waits for me today; and the frame around every page."""

from datetime import UTC, datetime

import pytest

from admin import home
from admin.home import Waiting, waiting_for
from server.authority.actor import Channel, system_actor

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class TestWaiting:
    async def test_what_is_urgent_comes_first_and_nothing_is_not_shown(self, monkeypatch):
        async def calm(actor, now):
            return Waiting("封邀请", 3, "/admin/a")

        async def burning(actor, now):
            return Waiting("次紧急查阅", 1, "/admin/b", urgent=True)

        async def none(actor, now):
            return Waiting("件", 0, "/admin/c")

        async def not_mine(actor, now):
            return None

        monkeypatch.setattr(home, "WAITING", [calm, none, not_mine, burning])

        found = await waiting_for(system_actor("x", Channel.CONSOLE), NOW)

        assert [each.href for each in found] == ["/admin/b", "/admin/a"]


class TestHome:
    async def test_a_quiet_day_is_said_to_be_quiet(self, console, monkeypatch):
        monkeypatch.setattr(home, "WAITING", [])

        page = await (await console("he")).get("/admin")

        assert "现在没有等您办的事" in page.text
        assert "2026年3月2日" in page.text
        assert "星期一" in page.text

    async def test_the_frame_names_who_is_signed_in_and_as_what(self, console):
        page = (await (await console("he")).get("/admin")).text

        assert "何静" in page
        assert "养老机构管理员" in page
        assert "云桥市颐和养老院" in page

    async def test_the_menu_offers_only_what_the_actor_may_use(self, console):
        assert 'href="/admin/staff"' in (await (await console("he")).get("/admin")).text
        assert 'href="/admin/staff"' not in (await (await console("shen")).get("/admin")).text

    @pytest.mark.parametrize(
        "path", ["/admin", "/admin/sessions", "/admin/password", "/admin/staff", "/admin/staff/new"]
    )
    async def test_every_page_obeys_its_own_content_policy(self, console, path):
        answer = await (await console("he")).get(path)

        assert answer.status_code == 200
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert "<style" not in answer.text
        assert answer.text.count("<h1") == 1
        assert "script-src 'self'" in answer.headers["content-security-policy"]

    async def test_without_a_session_one_is_shown_the_door(self, anonymous, address):
        answer = await anonymous.get(f"{address}/admin")

        assert answer.headers["location"] == "/admin/sign-in"
