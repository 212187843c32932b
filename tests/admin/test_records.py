"""The shared part of a record, and emergency reads to be reviewed, in the console."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.kit.ids import new_uid

Console = Callable[[str], Awaitable[Any]]
FORM_KEY = re.compile(r'name="key" value="\w{26}"')


def told(page: Any) -> str:
    """Return the page without the key that each form gets anew."""
    return FORM_KEY.sub("", page.text)


class TestRecord:
    async def test_shows_what_is_shared_for_the_purpose(self, town: Town, console: Console) -> None:
        he = await console("he")

        care = await he.get(f"/admin/records/{town.people.wang}?purpose=care")
        visit = await he.get(f"/admin/records/{town.people.wang}?purpose=visit")

        assert care.status_code == visit.status_code == 200, care.text
        assert "青霉素" in care.text
        assert "青霉素" not in visit.text
        assert "虚构示例" not in care.text  # restricted, never shared

    @pytest.mark.parametrize("login", ["zhao", "sun", "song"])
    async def test_not_ours_is_like_not_there(self, town: Town, console: Console, login: str) -> None:
        page = await console(login)

        real, none = [(await page.get(f"/admin/records/{uid}")) for uid in (town.people.wang, new_uid())]

        assert real.status_code == none.status_code == 404
        assert told(real) == told(none)

    async def test_is_not_for_the_bureau(self, town: Town, console: Console) -> None:
        assert (await (await console("qian")).get(f"/admin/records/{town.people.wang}")).status_code == 403


class TestEmergencyReads:
    async def test_wait_for_their_review(self, town: Town, console: Console, api: Any) -> None:
        body = {"reason": "fall", "explanation": "走廊跌倒，头部出血"}
        read = (
            await (await api("nurse")).post(
                f"/residents/{town.people.wang}/record/emergency-reads", json=body
            )
        ).json()
        qian = await console("qian")

        page = await qian.get("/admin/emergency-reads")
        home = await qian.get("/admin")
        judged = await qian.submit(
            f"/admin/emergency-reads/{read['uid']}/review", {"verdict": "justified", "remark": "有记录"}
        )

        assert "走廊跌倒" in page.text
        assert "还剩 3 天" in page.text
        assert "王**" in page.text
        assert "王桂兰" not in page.text
        assert "次紧急查阅等您复核" in home.text
        assert judged.status_code == 303, judged.text
        assert "走廊跌倒" not in (await qian.get("/admin/emergency-reads")).text
        assert "理由成立" in (await qian.get("/admin/emergency-reads?all=true")).text

    async def test_overdue_shows(self, town: Town, console: Console, api: Any, clock: Any) -> None:
        body = {"reason": "fall", "explanation": "跌倒"}
        await (await api("nurse")).post(f"/residents/{town.people.wang}/record/emergency-reads", json=body)
        clock.advance(hours=73)

        page = await (await console("tang")).get("/admin/emergency-reads")

        assert "超期未复核" in page.text
        assert "已超 1 小时" in page.text

    async def test_are_not_for_a_home(self, town: Town, console: Console) -> None:
        assert (await (await console("he")).get("/admin/emergency-reads")).status_code == 403
