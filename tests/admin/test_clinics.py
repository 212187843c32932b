"""Clinics inside homes in the console: the bureau's board, a home's way, and whom the insurance pays."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.clinics.models import InHouseClinic, InsuranceDesignation
from server.clinics.rules import ClinicStatus

Console = Callable[[str], Awaitable[Any]]
PAPER = {"paper_number": "受理 1 号", "paper_on": "2026-03-02"}


class TestTheBoard:
    async def test_shows_the_bureau_who_should_have_one_and_why_not(
        self, town: Any, console: Console
    ) -> None:
        qian = await console("qian")
        page = await qian.get("/admin/clinics")
        assert "5 家符合申办条件，其中 0 家已取得许可或备案，还差 5 家" in page.text
        assert "有意向，还没有递交申请：已看过房间，正在找医生" in page.text
        assert "松鹤" not in page.text
        assert "松鹤" in (await qian.get("/admin/clinics?standing=all")).text

    async def test_shows_a_home_its_own_next_step(self, console: Console) -> None:
        page = await (await console("song")).get("/admin/clinics")
        assert "不用申办" in page.text
        assert "颐和" not in page.text


class TestTheWay:
    async def test_goes_from_the_home_to_the_commission_and_back(self, town: Any, console: Console) -> None:
        he, tang, uid = await console("he"), await console("tang"), town.clinics.yihe
        step, decide = f"/admin/clinics/{uid}/steps", f"/admin/clinics/{uid}/decision"
        assert (await he.submit(step, {"event": "apply"})).status_code == 422
        assert (await he.submit(step, {"event": "apply", **PAPER})).status_code == 303
        assert "件内设医疗机构的申请等您登记结果" in (await tang.get("/admin")).text
        licence = {"event": "license", **PAPER, "until": "2028-03-01"}
        assert (await tang.submit(decide, licence)).status_code == 303
        paid = {"institution": town.alliance.yihe, "kind": "medical", "filing_number": "云医保定 9", "first_day": "2026-03-02"}  # fmt: skip
        assert (await tang.submit("/admin/clinics/designations", paid)).status_code == 303
        assert (await he.submit(step, {"event": "operate"})).status_code == 303

        page = await he.get(f"/admin/clinics/homes/{town.alliance.yihe}")
        for words in ("运行中", "受理 1 号", "2028", "唐慧", "云医保定 9"):
            assert words in page.text
        assert (await InHouseClinic.get(uid=uid)).status is ClinicStatus.OPERATING

    async def test_the_commissions_word_is_not_the_homes(self, town: Any, console: Console) -> None:
        refused = await (await console("he")).submit(
            f"/admin/clinics/{town.clinics.yihe}/decision", {"event": "license", **PAPER}
        )
        assert refused.status_code == 403


class TestDesignations:
    async def test_are_shown_to_each_for_its_own_and_ended_by_the_commission(
        self, town: Any, console: Console
    ) -> None:
        assert (
            "云医保定〔2024〕015" in (await (await console("feng")).get("/admin/clinics/designations")).text
        )
        assert (
            "云医保定〔2024〕015"
            not in (await (await console("sun")).get("/admin/clinics/designations")).text
        )
        ended = await (await console("tang")).submit(
            f"/admin/clinics/designations/{town.clinics.health_center}/end",
            {"ended_on": "2026-03-02", "reason": "协议终止"},
        )
        assert ended.status_code == 303
        assert (await InsuranceDesignation.get(uid=town.clinics.health_center)).live_key is None
