"""Long prescriptions on the phone: the doctor writes, the family reads and asks, the nurse receives."""

from typing import Any

import pytest

from server.prescriptions.models import Refill
from tests.architecture.verdicts.medicine_scenes import DRUG_BODY, MedicineScenes


async def prescribed(town: Any, api: Any) -> str:
    answer = await (await api("doctor")).post(f"/residents/{town.people.wang}/prescriptions", json=DRUG_BODY)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["uid"])


class TestTheDoctor:
    async def test_writes_refills_and_stops(self, town: Any, api: Any) -> None:
        doctor, uid = await api("doctor"), await prescribed(town, api)
        running = (await doctor.get("/prescriptions?work=running")).json()["items"]
        assert [each["uid"] for each in running] == [uid]
        task = await Refill.get(prescription__uid=uid)
        answer = await doctor.post(f"/prescriptions/refills/{task.uid}", json=DRUG_BODY)
        assert (answer.status_code, answer.json()["first_on"]) == (201, "2026-03-30")
        body = {"why": "reaction", "text": "干咳"}
        assert (await doctor.post(f"/prescriptions/{uid}/stop", json=body)).json()["status"] == "stopped"

    async def test_is_told_every_fault_by_its_field(self, town: Any, api: Any) -> None:
        line = {**DRUG_BODY["lines"][0], "days": 85, "kind": "narcotic"}  # type: ignore[index]
        answer = await (await api("doctor")).post(
            f"/residents/{town.people.wang}/prescriptions", json={**DRUG_BODY, "lines": [line]}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "prescriptions.not_fit")

    @pytest.mark.parametrize("who", ["nurse", "wang"])
    async def test_is_a_doctor(self, who: str, town: Any, api: Any) -> None:
        answer = await (await api(who)).post(f"/residents/{town.people.wang}/prescriptions", json=DRUG_BODY)
        assert answer.status_code == 403


class TestTheFamily:
    async def test_reads_what_until_when_and_asks_once(self, town: Any, api: Any) -> None:
        uid, daughter = await prescribed(town, api), await api("daughter")
        path = f"/residents/{town.people.wang}/medicines"
        [card] = (await daughter.get(path)).json()
        assert (card["until"], card["may_ask"]) == ("2026-03-29", True)
        assert "还没有安排下一次送药" in card["sentence"]
        assert (card["brought_to"], card["institution_phone"]) == ("", "0574-55500000")
        assert (await daughter.post(f"{path}/{uid}/refill")).status_code == 204
        again = await daughter.post(f"{path}/{uid}/refill")
        assert (again.status_code, again.json()["code"]) == (409, "prescriptions.refill_asked")
        assert (await (await api("stranger")).get(path)).status_code == 404


class TestTheNurse:
    async def test_sees_what_comes_today_and_receives_it(self, town: Any, api: Any) -> None:
        uid, nurse = await MedicineScenes(town).medicine_packed(), await api("nurse")
        [mine] = (await (await api("wang")).get(f"/residents/{town.people.wang}/medicines")).json()
        assert (mine["next_delivery_on"], mine["brought_to"]) == ("2026-03-02", "云桥市颐和养老院")
        [card] = (await nurse.get("/deliveries")).json()["items"]
        assert (card["uid"], card["kinds"]) == (uid, 1)
        assert (await nurse.get(f"/deliveries/{uid}")).json()["may_receive"] is True
        answer = await nurse.post(f"/deliveries/{uid}/receipt")
        assert (answer.status_code, answer.json()["said_by"]) == (200, "李秀英")
        assert (await nurse.post(f"/deliveries/{uid}/receipt")).status_code == 409
        assert (await (await api("other_nurse")).get(f"/deliveries/{uid}")).status_code == 404
