"""The coverage board: four numbers, and the lines behind each."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.demo import Town
from server.visits.models import Visit

Console = Callable[[str], Awaitable[Any]]
RESIDENTS = ("王桂兰", "李福生", "赵云珍")
PAGES = (
    "/admin/board",
    "/admin/board/agreements",
    "/admin/board/visits",
    "/admin/board/waits",
    "/admin/board/consents",
)


class TestBoard:
    @pytest.mark.parametrize("path", PAGES)
    @pytest.mark.parametrize("login", ["qian", "tang", "he", "feng"])
    async def test_opens_for_bureaus_and_managers_and_names_no_resident(
        self, town: Town, console: Console, path: str, login: str
    ) -> None:
        page = await (await console(login)).get(path)

        assert page.status_code == 200, page.text
        assert not any(name in page.text for name in RESIDENTS)

    @pytest.mark.parametrize("login", ["shen", "xu", "zheng", "root"])
    async def test_is_for_nobody_else(self, town: Town, console: Console, login: str) -> None:
        assert (await (await console(login)).get("/admin/board")).status_code == 403

    async def test_every_share_says_of_how_many(self, town: Town, console: Console) -> None:
        page = await (await console("qian")).get("/admin/board?span=last_month")

        assert "1／6 家备案养老机构" in page.text
        assert "到期的 2 次巡诊，2 次有人来，1 次双方确认" in page.text

    @pytest.mark.parametrize("span", ["this_month", "last_month", "this_quarter", "last_quarter"])
    async def test_speaks_of_the_span_that_was_picked(self, town: Town, console: Console, span: str) -> None:
        page = await (await console("tang")).get(f"/admin/board?span={span}")

        assert f'<option value="{span}" selected>' in page.text

    async def test_an_unknown_span_is_refused(self, town: Town, console: Console) -> None:
        assert (await (await console("qian")).get("/admin/board?span=ever")).status_code == 422


class TestAgreements:
    async def test_link_an_agreement_only_for_who_may_open_it(self, town: Town, console: Console) -> None:
        """A hospital sees how far the homes of its board have come, whoever is the other side."""
        for login in ("sun", "he", "qian"):
            reader = await console(login)
            page = await reader.get("/admin/board/agreements")
            for link in re.findall(r'href="(/admin/agreements/[0-9A-Z]{26})"', page.text):
                assert (await reader.get(link)).status_code == 200
            if login == "sun":
                assert "协议" in page.text
                assert "/admin/agreements/" not in page.text

    async def test_say_what_is_missing_and_who_moves_next(self, town: Town, console: Console) -> None:
        page = await (await console("qian")).get("/admin/board/agreements")

        assert "达标" in page.text
        assert "缺基层医疗机构" in page.text
        assert "还没有协议，请与一家基层医疗机构起草" in page.text


class TestVisits:
    async def test_open_to_the_rounds_that_do_not_count(self, town: Town, console: Console) -> None:
        qian = await console("qian")
        url = f"/admin/board/visits?span=last_month&home={town.alliance.yihe}"

        page = await qian.get(url)

        assert "等养老机构确认" in page.text
        assert "双方确认 50%（1／2 次）" in page.text
        assert town.visits.waiting not in page.text  # the bureau is shown the line, not the visit

    async def test_a_manager_goes_on_to_the_visit(self, town: Town, console: Console) -> None:
        page = await (await console("he")).get("/admin/board/visits?span=last_month")

        assert f"/admin/visits/{town.visits.waiting}" in page.text

    async def test_a_missed_round_is_to_be_planned_anew(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        await Visit.filter(uid=town.visits.today).update(
            status="missed", starts_at=clock() - timedelta(hours=5), ends_at=clock() - timedelta(hours=4)
        )

        page = await (await console("tang")).get("/admin/board/visits")

        assert "没有进行" in page.text
        assert "医疗机构重新安排" in page.text


class TestConsents:
    async def test_few_are_not_told_to_a_bureau_but_to_the_institution(
        self, town: Town, console: Console
    ) -> None:
        bureau = await (await console("qian")).get("/admin/board/consents?span=this_quarter")
        own = await (await console("he")).get("/admin/board/consents?span=this_quarter")

        assert "少于 5 份，样本太少，不显示" in bureau.text
        assert "样本太少" not in own.text
