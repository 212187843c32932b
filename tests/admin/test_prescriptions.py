"""Long prescriptions in the console: written, refilled, stopped, brought; who may; the numbers."""

import re
from typing import Any

import pytest

from server.prescriptions.models import (
    LongPrescription,
    MedicineDelivery,
    PrescribingRight,
    PrescriptionLine,
    Refill,
)
from server.prescriptions.rules import DeliveryStatus, PrescriptionStatus
from tests.architecture.verdicts.medicine_scenes import DRUG_FORM, MedicineScenes


async def prescribed(town: Any, feng: Any) -> str:
    answer = await feng.submit("/admin/prescriptions", {**DRUG_FORM, "resident": town.people.wang})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rsplit("/", 1)[-1]


class TestWriting:
    async def test_a_prescription_and_its_refill(self, town: Any, console: Any) -> None:
        feng = await console("feng")
        blank = await feng.get("/admin/prescriptions/new")
        assert "第 1 种药" in blank.text
        uid = await prescribed(town, feng)
        page = await feng.get(f"/admin/prescriptions/{uid}")
        assert "缬沙坦胶囊" in page.text
        assert "缬沙坦" not in (await feng.get("/admin/prescriptions?work=running")).text
        assert 'value="缬沙坦胶囊"' in (await feng.get(f"/admin/prescriptions/{uid}/refill")).text
        task = await Refill.get(prescription__uid=uid)
        answer = await feng.submit(f"/admin/prescriptions/refills/{task.uid}", DRUG_FORM)
        assert answer.status_code == 303, answer.text
        again = await feng.submit(f"/admin/prescriptions/refills/{task.uid}", DRUG_FORM)
        assert again.status_code == 409

    async def test_of_six_drugs_is_refilled_and_brought_whole(self, town: Any, console: Any) -> None:
        feng = await console("feng")
        names = (
            "缬沙坦胶囊",
            "碳酸钙 D3 片",
            "盐酸二甲双胍片",
            "阿托伐他汀钙片",
            "阿司匹林肠溶片",
            "多巴丝肼片",
        )
        cells = ("kind", "dose", "frequency", "unit", "per_day", "days")
        rows = {f"{part}_{number}": DRUG_FORM[f"{part}_1"] for number in range(1, 7) for part in cells} | {
            f"name_{number}": name for number, name in enumerate(names, start=1)
        }
        form = {**DRUG_FORM, **rows}
        first = await feng.submit("/admin/prescriptions", {**form, "resident": town.people.wang})
        assert first.status_code == 303, first.text
        page = await feng.get(f"{first.headers['location']}/refill")
        for number, name in enumerate(names, start=1):
            [field] = re.findall(rf'<input[^>]*name="name_{number}"[^>]*>', page.text)
            assert f'value="{name}"' in field
        assert 'name="name_12"' in page.text
        again = await feng.submit(f"/admin/prescriptions/refills/{(await Refill.get()).uid}", form)
        assert again.status_code == 303, again.text
        assert 'name="line_6"' in (await feng.get(again.headers["location"])).text
        uid = again.headers["location"].rsplit("/", 1)[-1]
        sent = await feng.submit(
            f"/admin/prescriptions/{uid}/deliveries", {"due_on": "2026-03-30", "carrier": "中心药房", "line_6": "14"}
        )  # fmt: skip
        assert sent.status_code == 303, sent.text
        assert await PrescriptionLine.filter(prescription__uid=uid, number=6, sent=14).exists()

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"name_1": "阿普唑仑片"}, "第二类精神药品不能开长期处方"),
            ({"days_1": "29"}, "要长者或代办人签字确认"),
            ({"days_1": "85"}, "最长 12 周"),
            ({"stable": ""}, "病情和用药要稳定"),
        ],
    )
    async def test_what_does_not_fit_is_said_in_a_sentence(
        self, change: dict[str, str], said: str, town: Any, console: Any
    ) -> None:
        form = {**DRUG_FORM, **change, "resident": town.people.wang}
        answer = await (await console("feng")).submit("/admin/prescriptions", form)
        assert answer.status_code == 422
        assert said in answer.text

    async def test_without_a_registered_right_the_form_says_so(self, town: Any, console: Any) -> None:
        feng = await console("feng")
        await feng.submit(f"/admin/prescriptions/rights/{town.prescriptions.feng}/end")
        assert "没有登记有效的处方权" in (await feng.get("/admin/prescriptions/new")).text
        form = {**DRUG_FORM, "resident": town.people.wang}
        assert (await feng.submit("/admin/prescriptions", form)).status_code == 403

    async def test_it_is_taken_over_given_up_or_stopped(self, town: Any, console: Any) -> None:
        feng = await console("feng")
        uid = await prescribed(town, feng)
        task = await Refill.get(prescription__uid=uid)
        assert (await feng.submit(f"/admin/prescriptions/refills/{task.uid}/take")).status_code == 303
        waived = await feng.submit(f"/admin/prescriptions/refills/{task.uid}/waive", {"text": "改门诊"})
        assert waived.status_code == 303
        stopped = await feng.submit(f"/admin/prescriptions/{uid}/stop", {"why": "reaction", "text": "干咳"})
        assert stopped.status_code == 303
        assert (await LongPrescription.get(uid=uid)).status is PrescriptionStatus.STOPPED


class TestBringing:
    async def test_is_packed_handed_over_and_closed(self, town: Any, console: Any) -> None:
        feng, he = await console("feng"), await console("he")
        uid = await prescribed(town, feng)
        sent = await feng.submit(
            f"/admin/prescriptions/{uid}/deliveries", {"due_on": "2026-03-02", "carrier": "中心药房", "line_1": "14"}
        )  # fmt: skip
        assert sent.status_code == 303, sent.text
        path = sent.headers["location"]
        assert "份药今天该送到" in (await he.get("/admin")).text
        assert "王桂兰" in (await he.get("/admin/deliveries")).text
        assert "确认收到" in (await he.get(path)).text
        assert (await (await console("song")).get(path)).status_code == 404
        relative = {"receiver": "relative", "slip": "0312"}
        assert (await feng.submit(f"{path}/hand-over", relative)).status_code == 422
        assert (await he.submit(f"{path}/receive")).status_code == 303
        assert (await feng.submit(f"{path}/close", {"text": ""})).status_code == 303
        assert (await MedicineDelivery.get()).status is DeliveryStatus.CLOSED

    async def test_too_much_is_refused(self, town: Any, console: Any) -> None:
        feng = await console("feng")
        uid = await prescribed(town, feng)
        given = {"due_on": "2026-03-02", "carrier": "中心药房", "line_1": "29"}
        answer = await feng.submit(f"/admin/prescriptions/{uid}/deliveries", given)
        assert (answer.status_code, "超过了处方" in answer.text) == (409, True)

    @pytest.mark.parametrize("given", [{"line_1": "0"}, {}])
    async def test_nothing_is_not_everything(self, given: dict[str, str], town: Any, console: Any) -> None:
        feng = await console("feng")
        uid = await prescribed(town, feng)
        about = {"due_on": "2026-03-02", "carrier": "中心药房", **given}
        answer = await feng.submit(f"/admin/prescriptions/{uid}/deliveries", about)
        assert (answer.status_code, "至少填一种药" in answer.text) == (422, True)


class TestRights:
    async def test_and_pharmacies_are_registered_and_ended(self, town: Any, console: Any) -> None:
        feng, stage = await console("feng"), MedicineScenes(town)
        await feng.submit(f"/admin/prescriptions/rights/{town.prescriptions.doctor}/end")
        given = {"account": town.identity.accounts["doctor"], "licence": "虚构 9", "last_on": "2027-03-01"}
        assert (await feng.submit("/admin/prescriptions/rights", given)).status_code == 303
        assert (await feng.submit("/admin/prescriptions/rights", given)).status_code == 409
        assert await PrescribingRight.filter(ended_on=None).count() == 2
        house = await stage.medicine_pharmacy_house()
        pharmacy = {"pharmacy": house, "number": "配 1", "last_on": "2027-03-01"}
        assert (await feng.submit("/admin/prescriptions/pharmacies", pharmacy)).status_code == 303
        assert "大众药店" in (await feng.get("/admin/prescriptions/new")).text


class TestCounts:
    async def test_name_nobody(self, town: Any, console: Any) -> None:
        feng, tang = await console("feng"), await console("tang")
        await prescribed(town, feng)
        for client, shown in ((feng, "<td>1</td>"), (tang, "&lt;5")):
            page = await client.get("/admin/prescriptions/counts")
            assert shown in page.text
            assert "王桂兰" not in page.text
