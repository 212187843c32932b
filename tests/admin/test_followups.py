"""Chronic follow-up in the console, from the diagnosis to the rates."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.followups.models import ChronicEpisode, FollowUp
from server.followups.rules import Course, EpisodeStatus
from tests.core.followups.filled import FORM, PRESSURE

Console = Callable[[str], Awaitable[Any]]
TYPED = {**PRESSURE, **FORM}


async def written(town: Any, console: Console, **otherwise: Any) -> Any:
    feng = await console("feng")
    answer = await feng.submit(f"/admin/followups/{town.followups.wang}/records", {**TYPED, **otherwise})
    assert answer.status_code == 303, answer.text
    return feng


class TestTheList:
    async def test_shows_who_is_followed_up_and_narrows(self, town: Any, console: Console) -> None:
        feng = await console("feng")
        page = await feng.get("/admin/followups")
        assert "王桂兰" in page.text
        assert "李福生" in page.text
        narrowed = await feng.get("/admin/followups?work=overdue&disease=diabetes")
        assert "没有这样的长者" in narrowed.text

    async def test_is_not_the_homes(self, console: Console) -> None:
        assert (await (await console("he")).get("/admin/followups")).status_code == 403

    async def test_says_on_the_first_page_what_waits(self, town: Any, console: Console) -> None:
        feng = await written(town, console, systolic="185")
        page = await feng.get("/admin")
        assert "位长者转诊后等您回访" in page.text


class TestTheForm:
    async def test_asks_what_the_edition_asks(self, town: Any, console: Console) -> None:
        page = await (await console("feng")).get(f"/admin/followups/{town.followups.li}/form")
        for words in ("空腹血糖", "低血糖反应", "足背动脉搏动", "表单版本 2017.1"):
            assert words in page.text

    async def test_writes_what_was_filled_in(self, town: Any, console: Console) -> None:
        feng = await written(town, console)
        row = await FollowUp.get()
        assert (row.course, row.answers["symptoms"]) == (Course.ROUTINE, ["1"])
        page = await feng.get(f"/admin/followups/{town.followups.wang}")
        assert "控制满意" in page.text
        assert "138 mmHg" in page.text

    async def test_names_the_cell_that_cannot_be(self, town: Any, console: Console) -> None:
        feng = await console("feng")
        answer = await feng.submit(
            f"/admin/followups/{town.followups.wang}/records", {**TYPED, "systolic": "900", "salt": "7"}
        )
        assert answer.status_code == 422
        assert "收缩压（高压）应在 50 到 300" in answer.text
        assert "摄盐" in answer.text
        assert not await FollowUp.exists()


class TestAfterwards:
    async def test_a_referral_is_asked_about(self, town: Any, console: Console) -> None:
        feng = await written(town, console, systolic="185")
        row = await FollowUp.get()
        assert "记转诊结果" in (await feng.get(f"/admin/followups/{town.followups.wang}")).text
        await feng.submit(f"/admin/followups/records/{row.uid}/check-back", {"note": "已住院"})
        assert "已住院" in (await feng.get(f"/admin/followups/{town.followups.wang}")).text

    async def test_an_earlier_one_is_put_right_and_stays_readable(self, town: Any, console: Console) -> None:
        feng = await written(town, console)
        row = await FollowUp.get()
        assert 'value="138"' in (await feng.get(f"/admin/followups/records/{row.uid}/correct")).text
        fields = {**TYPED, "systolic": "148", "why_corrected": "抄错了"}
        answer = await feng.submit(f"/admin/followups/records/{row.uid}/correct", fields)
        assert answer.status_code == 303
        page = await feng.get(f"/admin/followups/{town.followups.wang}")
        for words in ("抄错了", "148 mmHg", "138 mmHg", "更正过"):
            assert words in page.text

    async def test_it_ends_with_a_reason(self, town: Any, console: Console) -> None:
        feng = await console("feng")
        await feng.submit(f"/admin/followups/{town.followups.wang}/end", {"why": "moved"})
        assert (await ChronicEpisode.get(uid=town.followups.wang)).status is EpisodeStatus.ENDED
        assert "记一次随访" not in (await feng.get(f"/admin/followups/{town.followups.wang}")).text

    async def test_somebody_is_taken_in_by_a_paper(self, town: Any, console: Console) -> None:
        feng = await console("feng")
        page = await feng.get("/admin/followups/candidates")
        assert "王桂兰" in page.text
        fields = {"resident": town.people.wang, "disease": "diabetes", "evidence": "2024 年出院小结"}
        assert (await feng.submit("/admin/followups", fields)).status_code == 303


class TestRates:
    async def test_open_to_people_at_the_institution(self, town: Any, console: Console) -> None:
        feng = await written(town, console)
        page = await feng.get("/admin/followups/rates")
        assert "100.00%" in page.text
        people = await feng.get(
            "/admin/followups/rates/people?year=2026&disease=hypertension&behind=controlled"
        )
        assert "王桂兰" in people.text

    @pytest.mark.parametrize("login", ["qian", "tang"])
    async def test_are_numbers_to_the_bureau(self, login: str, town: Any, console: Console) -> None:
        await written(town, console)
        page = await (await console(login)).get("/admin/followups/rates")
        assert "&lt;5" in page.text
        assert "王桂兰" not in page.text
        assert "rates/people" not in page.text
