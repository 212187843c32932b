"""The hotline's call list in the console."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.demo import Town
from server.notifications.models import CallListEntry

Console = Callable[[str], Awaitable[Any]]


class TestCallList:
    async def test_masks_until_the_call_is_taken(self, town: Town, console: Console) -> None:
        xu = await console("xu")
        listed = await xu.get("/admin/calls")
        assert "赵**" in listed.text
        assert "赵云珍" not in listed.text

        taken = await xu.submit(f"/admin/calls/{town.notifications.call}/claim")
        sheet = await xu.get(taken.headers["location"])
        slip = await xu.get(f"/admin/calls/{town.notifications.call}/slip")

        assert "赵云珍" in sheet.text
        assert "云桥市松鹤养老院" in sheet.text
        assert "已取消" in slip.text
        assert (
            await AuditEntry.filter(
                action="notifications.call_read", subject_uid=town.notifications.call
            ).count()
            == 2
        )

    async def test_is_taken_by_one(self, town: Town, console: Console) -> None:
        xu = await console("xu")
        await xu.submit(f"/admin/calls/{town.notifications.call}/claim")

        assert (await xu.submit(f"/admin/calls/{town.notifications.call}/claim")).status_code == 409

    async def test_ends_with_an_outcome(self, town: Town, console: Console) -> None:
        xu = await console("xu")
        await xu.submit(f"/admin/calls/{town.notifications.call}/claim")

        answer = await xu.submit(
            f"/admin/calls/{town.notifications.call}/finish", {"outcome": "told", "remark": "护士接的"}
        )

        assert answer.status_code == 303
        entry = await CallListEntry.get(uid=town.notifications.call)
        assert (entry.status, entry.outcome) == ("done", "told")
        assert "名单是空的" in (await xu.get("/admin/calls")).text
        assert "已告知" in (await xu.get("/admin/calls?status=done")).text

    async def test_a_call_that_nobody_took_cannot_be_finished(self, town: Town, console: Console) -> None:
        answer = await (await console("xu")).submit(
            f"/admin/calls/{town.notifications.call}/finish", {"outcome": "told"}
        )

        assert answer.status_code == 409

    async def test_goes_back_when_the_operator_goes_away(
        self, town: Town, console: Console, clock: Any, worker_pass: Callable[[], Awaitable[int]]
    ) -> None:
        from server.authority.actor import system_actor
        from server.notifications import actions

        xu = await console("xu")
        await xu.submit(f"/admin/calls/{town.notifications.call}/claim")

        freed = await actions.sweep_clocks(actor=system_actor("tests"), now=clock.advance(minutes=30))

        assert freed == 1
        assert (await CallListEntry.get(uid=town.notifications.call)).status == "waiting"

    @pytest.mark.parametrize("login", ["he", "feng", "qian", "shen", "zheng", "root"])
    async def test_is_the_hotlines_alone(self, town: Town, console: Console, login: str) -> None:
        assert (await (await console(login)).get("/admin/calls")).status_code == 403
