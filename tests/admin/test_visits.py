"""Visits in the console: find, judge side by side, settle, correct."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.visits.models import Visit, VisitCorrection, VisitItem
from server.visits.rules import Outcome, VisitStatus

Console = Callable[[str], Awaitable[Any]]


class TestList:
    @pytest.mark.parametrize("login", ["he", "feng"])
    async def test_both_institutions_see_their_visits(self, town: Any, console: Console, login: str) -> None:
        page = await (await console(login)).get("/admin/visits")
        assert page.status_code == 200
        for uid in (town.visits.today, town.visits.confirmed, town.visits.waiting):
            assert f"/admin/visits/{uid}" in page.text

    async def test_others_see_none(self, town: Any, console: Console) -> None:
        page = await (await console("song")).get("/admin/visits")
        assert page.status_code == 200
        assert town.visits.today not in page.text

    async def test_can_be_narrowed_to_a_state(self, town: Any, console: Console) -> None:
        page = await (await console("he")).get("/admin/visits?status=confirmed")
        assert town.visits.confirmed in page.text
        assert town.visits.today not in page.text

    async def test_can_be_narrowed_to_days_and_a_partner(self, town: Any, console: Console) -> None:
        he = await console("he")
        days = await he.get("/admin/visits?first=2026-02-27&last=2026-02-28")
        assert town.visits.waiting in days.text
        assert town.visits.confirmed not in days.text
        assert "共 1 条" in days.text
        none = await he.get(f"/admin/visits?partner={town.alliance.first_hospital}")
        assert town.visits.waiting not in none.text

    @pytest.mark.parametrize("wrong", ["first=9999-12-31", "first=gestern", "partner=x"])
    async def test_refuses_what_no_form_of_ours_sends(self, console: Console, wrong: str) -> None:
        assert (await (await console("he")).get(f"/admin/visits?{wrong}")).status_code == 422

    async def test_says_what_is_next_for_whoever_looks(self, console: Console) -> None:
        assert "等您确认" in (await (await console("he")).get("/admin/visits")).text
        assert "等您确认" not in (await (await console("feng")).get("/admin/visits")).text

    async def test_is_found_from_the_box_by_bed(self, town: Any, console: Console) -> None:
        found = await (await console("he")).submit("/admin/find", {"words": "202-1"})
        assert f"/admin/visits/{town.visits.waiting}" in found.text
        others = await (await console("song")).submit("/admin/find", {"words": "202-1"})
        assert town.visits.waiting not in others.text

    @pytest.mark.parametrize("login", ["qian", "xu", "zheng", "root", "shen"])
    async def test_is_not_for_those_without_a_part(self, town: Any, console: Console, login: str) -> None:
        page = await console(login)
        for path in (
            "/admin/visits",
            f"/admin/visits/{town.visits.today}",
            "/admin/plates",
            "/admin/visits/plan",
            "/admin/rounds/due",
            f"/admin/visits/{town.visits.today}/sheet",
        ):
            assert (await page.get(path)).status_code == 403


class TestConfirm:
    async def test_shows_what_was_found_and_how_well_it_is_proved(self, town: Any, console: Console) -> None:
        page = (await (await console("he")).get(f"/admin/visits/{town.visits.waiting}")).text
        for words in ("李福生", "已看", "在场证明充分", "院方动态码", "林致远", "医疗机构已确认"):
            assert words in page

    async def test_by_the_home_counts(self, town: Any, console: Console) -> None:
        he = await console("he")
        answer = await he.submit(f"/admin/visits/{town.visits.waiting}/confirm")
        assert answer.status_code == 303
        assert (await Visit.get(uid=town.visits.waiting)).status is VisitStatus.CONFIRMED
        assert "双方已确认" in (await he.get(answer.headers["location"])).text

    async def test_again_by_the_health_center_is_refused(self, town: Any, console: Console) -> None:
        answer = await (await console("feng")).submit(f"/admin/visits/{town.visits.waiting}/confirm")
        assert answer.status_code == 409

    async def test_by_others_finds_nothing(self, town: Any, console: Console) -> None:
        for login in ("song", "zhao"):
            answer = await (await console(login)).submit(f"/admin/visits/{town.visits.waiting}/confirm")
            assert answer.status_code == 404

    async def test_waits_in_the_list_of_the_side_that_is_silent(self, town: Any, console: Console) -> None:
        assert town.visits.waiting in (await (await console("he")).get("/admin/visits/waiting")).text
        assert town.visits.waiting not in (await (await console("feng")).get("/admin/visits/waiting")).text

    async def test_leads_on_to_the_next_that_waits(self, town: Any, console: Console) -> None:
        he = await console("he")
        then = {"then": town.visits.confirmed}
        answer = await he.submit(f"/admin/visits/{town.visits.waiting}/confirm", then)
        assert answer.headers["location"] == f"/admin/visits/{town.visits.confirmed}"

    async def test_shows_the_home_no_findings_without_consent_and_says_so(
        self, town: Any, console: Console
    ) -> None:
        url = f"/admin/visits/{town.visits.waiting}"
        home, provider = await (await console("he")).get(url), await (await console("feng")).get(url)
        assert "心率 72 次/分" in provider.text
        assert "心率 72 次/分" not in home.text
        assert "另有 3 条不能在这里看" in home.text

    async def test_a_dispute_ends_when_both_say_void(self, town: Any, console: Console) -> None:
        he, feng = await console("he"), await console("feng")
        url = f"/admin/visits/{town.visits.waiting}"
        await he.submit(f"{url}/dispute", {"reason": "当天没有来"})
        assert "当天没有来" in (await feng.get(url)).text
        for page in (he, feng):
            answer = await page.submit(f"{url}/resolve", {"verdict": "void", "reason": "查实"})
            assert answer.status_code == 303
        assert (await Visit.get(uid=town.visits.waiting)).status is VisitStatus.VOID

    async def test_a_planned_visit_is_called_off_with_a_reason(self, town: Any, console: Console) -> None:
        he = await console("he")
        url = f"/admin/visits/{town.visits.today}/cancel"
        assert (await he.submit(url, {})).status_code == 422
        assert (await he.submit(url, {"reason": "台风停诊"})).status_code == 303
        assert (await Visit.get(uid=town.visits.today)).status is VisitStatus.CANCELLED


class TestConfirmMany:
    async def test_tells_row_by_row_what_became_of_it(self, town: Any, console: Console) -> None:
        he = await console("he")
        await Visit.filter(uid=town.visits.today).update(status=VisitStatus.FINISHED)  # nobody scanned
        picked = [f"{town.visits.waiting}|周五的巡诊", f"{town.visits.today}|今天的巡诊"]
        page = await he.submit("/admin/visits/waiting/confirm", {"picked": picked})
        assert page.status_code == 200
        assert "双方已确认" in page.text
        assert "请打开看过之后再确认" in page.text
        assert (await Visit.get(uid=town.visits.waiting)).status is VisitStatus.CONFIRMED
        assert (await Visit.get(uid=town.visits.today)).status is VisitStatus.FINISHED

    async def test_finds_nothing_of_others(self, town: Any, console: Console) -> None:
        picked = {"picked": [f"{town.visits.waiting}|巡诊"]}
        page = await (await console("song")).submit("/admin/visits/waiting/confirm", picked)
        assert "没有办成 1 条" in page.text
        assert (await Visit.get(uid=town.visits.waiting)).status is VisitStatus.ATTESTED_PROVIDER

    async def test_offers_a_box_only_where_no_second_look_is_needed(
        self, town: Any, console: Console
    ) -> None:
        he = await console("he")
        box = f'name="picked" value="{town.visits.waiting}|'
        assert box in (await he.get("/admin/visits/waiting")).text
        await VisitItem.filter(uid=town.visits.waiting_li).update(urgent=True)
        page = (await he.get("/admin/visits/waiting")).text
        assert box not in page
        assert "打开" in page


class TestCorrection:
    async def test_is_asked_by_one_and_approved_by_the_other(self, town: Any, console: Console) -> None:
        he, feng = await console("he"), await console("feng")
        fields = {"item": town.visits.confirmed_wang, "outcome": "absent", "reason": "当天去医院了"}
        url = f"/admin/visits/{town.visits.confirmed}/corrections"
        assert (await he.submit(url, fields)).status_code == 303
        correction = await VisitCorrection.get(visit__uid=town.visits.confirmed)
        decide = f"/admin/visits/corrections/{correction.uid}/approve"

        assert (await he.submit(decide)).status_code == 409  # not by the one who asked
        visit = f"/admin/visits/{town.visits.confirmed}"
        assert decide in (await feng.get(visit)).text
        assert decide not in (await he.get(visit)).text
        page = (await feng.get("/admin/visits/corrections")).text
        assert "王桂兰：<del>已看</del> → <ins>不在</ins>" in page
        assert (await feng.submit(decide)).status_code == 303

        row = await Visit.get(uid=town.visits.confirmed)
        assert (row.status, row.version) == (VisitStatus.CONFIRMED, 2)
        assert (await VisitItem.get(uid=town.visits.confirmed_wang)).outcome is Outcome.ABSENT

    async def test_without_a_reason_is_refused(self, town: Any, console: Console) -> None:
        fields = {"item": town.visits.confirmed_wang, "outcome": "absent"}
        url = f"/admin/visits/{town.visits.confirmed}/corrections"
        assert (await (await console("he")).submit(url, fields)).status_code == 422

    async def test_can_be_sent_back(self, town: Any, console: Console) -> None:
        he, feng = await console("he"), await console("feng")
        fields = {"finished_at": "2026-02-23T09:40", "reason": "记早了"}
        await feng.submit(f"/admin/visits/{town.visits.confirmed}/corrections", fields)
        correction = await VisitCorrection.get(visit__uid=town.visits.confirmed)
        answer = await he.submit(f"/admin/visits/corrections/{correction.uid}/refuse", {"reason": "没有记早"})
        assert answer.status_code == 303
        row = await Visit.get(uid=town.visits.confirmed)
        assert (row.status, row.version) == (VisitStatus.CONFIRMED, 1)


class TestFindings:
    async def test_are_read_by_those_who_wrote_them(self, town: Any, console: Console) -> None:
        feng = await console("feng")
        page = await feng.get(f"/admin/visits/{town.visits.confirmed}/residents/{town.people.wang}")
        assert "心率 72 次/分" in page.text

    async def test_of_others_are_not_found(self, town: Any, console: Console) -> None:
        song = await console("song")
        path = f"/admin/visits/{town.visits.confirmed}/residents/{town.people.wang}"
        assert (await song.get(path)).status_code == 404
