"""Home beds in the console, from the application to the summary."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.home_beds.models import HomeBed, HomeBedEmergency
from server.home_beds.rules import CURRENT, HomeBedStatus
from tests.core.home_beds.flows import TICKED

Console = Callable[[str], Awaitable[Any]]


async def applied(town: Any, console: Console) -> tuple[Any, str]:
    he = await console("he")
    says = {"resident": town.people.wang, "institution": town.alliance.health_center}
    answer = await he.submit("/admin/home-beds", says)
    assert answer.status_code == 303, answer.text
    return he, f"/admin/home-beds/{(await HomeBed.get()).uid}"


def found(town: Any, **otherwise: Any) -> dict[str, Any]:
    return {
        "version": CURRENT.version,
        "ticked": TICKED,
        "kind": "nursing",
        "doctor": town.identity.accounts["doctor"],
        "nurse": town.identity.accounts["feng"],
        "findings": "长期卧床，病情平稳",
        **otherwise,
    }


async def opened(town: Any, console: Console) -> tuple[Any, Any, str]:
    he, address = await applied(town, console)
    feng = await console("feng")
    assert (await feng.submit(f"{address}/assess", found(town))).status_code == 303
    says = {"number": "JC-01", "filing_number": "云医保家床 1", "rounds_a_week": "2"}
    assert (await feng.submit(f"{address}/open", says)).status_code == 303
    return he, feng, address


class TestTheWholeWay:
    async def test_is_walked_at_two_desks(self, town: Any, console: Console) -> None:
        _, feng, address = await opened(town, console)
        note = {"complaint": "腰痛", "examination": "血压平稳", "plan": "继续翻身"}
        assert (await feng.submit(f"{address}/rounds", note)).status_code == 303
        page = await feng.get(address)
        for words in ("床日 1 天", "长期卧床，病情平稳", "主诉：腰痛", "林致远", "云医保家床 1", "诊断明确"):
            assert words in page.text
        says = {"why": "stable", "summary": "好转"}
        assert (await feng.submit(f"{address}/close", says)).status_code == 303
        assert "好转、稳定" in (await feng.get("/admin/home-beds?work=ended")).text

    async def test_the_home_reads_where_it_stands_and_not_what_was_found(
        self, town: Any, console: Console
    ) -> None:
        he, _, address = await opened(town, console)
        page = await he.get(address)
        assert "在床" in page.text
        for words in ("写一次查床", "诊断明确", "收治条件", "病情平稳"):
            assert words not in page.text

    async def test_what_is_missing_is_named(self, town: Any, console: Console) -> None:
        _, address = await applied(town, console)
        answer = await (await console("feng")).submit(f"{address}/assess", found(town, ticked=TICKED[1:]))
        assert answer.status_code == 422
        assert "还缺：诊断明确" in answer.text

    async def test_an_emergency_is_marked_by_the_home(self, town: Any, console: Console) -> None:
        he, _, address = await opened(town, console)
        says = {"happened_at": "2026-03-02T09:00", "taken_to": "市第一人民医院急诊"}
        assert (await he.submit(f"{address}/emergency", says)).status_code == 303
        assert await HomeBedEmergency.all().count() == 1

    async def test_another_home_finds_nothing(self, town: Any, console: Console) -> None:
        _, _, address = await opened(town, console)
        for login in ("song", "zhao"):
            assert (await (await console(login)).get(address)).status_code == 404


class TestTheList:
    async def test_says_what_waits_and_finds_by_name(self, town: Any, console: Console) -> None:
        await applied(town, console)
        feng = await console("feng")
        assert "待评估" in (await feng.get("/admin/home-beds?work=waiting")).text
        assert "没有这样的家庭病床" in (await feng.get("/admin/home-beds?work=in_use")).text
        assert "家庭病床" in (await feng.submit("/admin/find", {"words": "王"})).text

    async def test_names_the_late_on_the_first_page(self, town: Any, console: Console, clock: Any) -> None:
        await applied(town, console)
        clock.advance(days=3, seconds=31)
        assert "张家庭病床今天要办或已逾期" in (await (await console("feng")).get("/admin")).text

    async def test_numbers_show_the_bureau_nobody(self, town: Any, console: Console) -> None:
        await opened(town, console)
        page = await (await console("qian")).get("/admin/home-beds/numbers")
        assert "不显示" in page.text
        assert "王桂兰" not in page.text
        assert (await HomeBed.get()).status is HomeBedStatus.OPENED
