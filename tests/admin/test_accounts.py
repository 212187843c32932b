"""Accounts and roles at a glance."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town

Console = Callable[[str], Awaitable[Any]]


class TestAccounts:
    async def test_the_administrator_sees_who_holds_what_where(self, town: Town, console: Console) -> None:
        page = await (await console("root")).get("/admin/accounts")

        assert page.status_code == 200, page.text
        assert all(words in page.text for words in ("何静", "沈文", "评价审核员", "90 天没有登录的"))

    async def test_narrows_by_role_and_house(self, town: Town, console: Console) -> None:
        page = await (await console("root")).get(
            f"/admin/accounts?role=clinician&institution={town.alliance.health_center}"
        )

        assert "林致远" in page.text
        assert "何静" not in page.text

    async def test_a_manager_sees_the_own_house_only(self, town: Town, console: Console) -> None:
        page = await (await console("song")).get("/admin/accounts")

        assert "孙小芳" in page.text
        assert "何静" not in page.text

    @pytest.mark.parametrize("login", ["qian", "zheng", "shen"])
    async def test_is_for_nobody_else(self, town: Town, console: Console, login: str) -> None:
        assert (await (await console(login)).get("/admin/accounts")).status_code == 403
