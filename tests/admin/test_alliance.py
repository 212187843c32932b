"""Agreements in the console."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.alliance.models import ServiceAgreement
from server.demo import Town

Console = Callable[[str], Awaitable[Any]]

TERMS = {
    "first_day": "2026-03-01",
    "last_day": "2027-02-28",
    "cooperation": ["patrol", "green_channel"],
    "items": "医疗巡诊 52\n绿色通道门诊",
    "fee_kind": "home_pays",
    "fee_yuan": "3000.50",
    "fee_cycle": "monthly",
    "weekdays": ["1", "4"],
    "contact_name": "孙丽",
    "contact_phone": "0574-55500003",
}


async def proposed(he: Any, town: Town, **differently: Any) -> str:
    parties = {"home": town.alliance.yihe, "provider": town.alliance.second_hospital}
    answer = await he.submit("/admin/agreements", {**parties, **TERMS, **differently})
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    await he.submit(f"{where}/propose")
    return str(where)


async def signed(town: Town, console: Console, **differently: Any) -> str:
    he, sun = await console("he"), await console("sun")
    where = await proposed(he, town, **differently)
    row = await ServiceAgreement.get(uid=where.rsplit("/", 1)[-1])
    for side in (he, sun):
        assert (await side.submit(f"{where}/sign", {"content_hash": row.content_hash})).status_code == 303
    return where


class TestAgreements:
    @pytest.mark.parametrize(("login", "count"), [("he", 2), ("zhao", 1), ("tang", 4), ("qian", 4)])
    async def test_lists_ones_own_or_the_citys(
        self, town: Town, console: Console, login: str, count: int
    ) -> None:
        assert town
        page = await (await console(login)).get("/admin/agreements")

        assert page.status_code == 200
        assert page.text.count('<th scope="row">') == count

    async def test_narrows_to_a_state(self, town: Town, console: Console) -> None:
        assert town
        page = await (await console("tang")).get("/admin/agreements", params={"status": "expired"})

        assert page.text.count('<th scope="row">') == 1

    async def test_is_not_for_nurses_or_administrators(self, town: Town, console: Console) -> None:
        assert town
        assert (await (await console("root")).get("/admin/agreements")).status_code == 403

    async def test_shows_one_in_full(self, town: Town, console: Console) -> None:
        he, uid = await console("he"), town.alliance.yihe_health_center

        page = await he.get(f"/admin/agreements/{uid}")
        other = await he.get(f"/admin/agreements/{town.alliance.songhe_second_hospital}")

        assert all(word in page.text for word in ("医疗巡诊", "周一", "林致远", "生效中", "sha256:"))
        assert other.status_code == 404


class TestTheWay:
    async def test_drafted_proposed_signed_and_filed(self, town: Town, console: Console) -> None:
        where = await signed(town, console)
        tang = await console("tang")

        page = await tang.get(where)
        filed = await tang.submit(f"{where}/file", {"filing_number": "云卫备〔2026〕099"})

        row = await ServiceAgreement.get(uid=where.rsplit("/", 1)[-1])
        assert ("待备案" in page.text, filed.status_code, row.status) == (True, 303, "active")
        assert row.content["fees"] == [
            {"kind": "home_pays", "amount": 300050, "cycle": "monthly", "note": ""}
        ]
        assert [day["weekday"] for day in row.content["visit_days"]] == [1, 4]

    async def test_a_referral_fee_cannot_be_filed(self, town: Town, console: Console) -> None:
        """T18, through the page."""
        where = await signed(town, console, fee_kind="referral_fee")

        answer = await (await console("tang")).submit(f"{where}/file", {"filing_number": "A1"})

        assert answer.status_code == 409
        assert "推荐费" in answer.text

    async def test_suspend_resume_terminate(self, town: Town, console: Console) -> None:
        he, where = await console("he"), f"/admin/agreements/{town.alliance.yihe_first_hospital}"

        answers = [
            await he.submit(f"{where}/{step}", {"reason": "演练"})
            for step in ("suspend", "resume", "terminate", "resume")
        ]

        assert [each.status_code for each in answers] == [303, 303, 303, 409]

    async def test_withdraw(self, town: Town, console: Console) -> None:
        he = await console("he")
        page, where = await he.get("/admin/agreements/new"), await proposed(he, town)

        answer = await (await console("sun")).submit(f"{where}/withdraw", {"reason": "条款需要再商量"})

        assert (page.status_code, answer.status_code) == (200, 303)

    async def test_a_new_version(self, town: Town, console: Console) -> None:
        he, where = await console("he"), f"/admin/agreements/{town.alliance.yihe_health_center}"

        page = await he.get(f"{where}/successor")
        answer = await he.submit(f"{where}/successor", TERMS)

        assert "第 2 版" in page.text
        assert answer.status_code == 303
        assert (await he.get(answer.headers["location"])).status_code == 200

    async def test_says_what_is_wrong(self, town: Town, console: Console) -> None:
        he = await console("he")
        parties = {"home": town.alliance.yihe, "provider": town.alliance.second_hospital}

        answers = [
            await he.submit("/admin/agreements", {**parties, **TERMS, **wrong})
            for wrong in (
                {"last_day": "2026-01-01"},
                {"items": ""},
                {"fee_yuan": "-1"},
                {"weekdays": ["8"]},
                {"cooperation": []},
            )
        ]

        assert [each.status_code for each in answers] == [422] * 5
