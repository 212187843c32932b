"""Referrals over the API: nurse and doctor write and move them, a family reads where theirs stands."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.people.models import Resident
from server.people.rules import CareState
from server.referrals.models import Referral, ReferralFollowUp
from server.referrals.rules import read_code
from tests.conftest import ApiClient
from tests.miniprogram_api.test_home import read_back

Api = Callable[[str], Awaitable[ApiClient]]
SLIP = {"impression": "血压急剧升高", "present": "晨测 188/112，伴头晕"}


def says(town: Town, **more: Any) -> dict[str, Any]:
    return {
        "direction": "up",
        "sender": town.alliance.yihe,
        "receiver": town.alliance.health_center,
        "criteria": ["pressure"],
        "slip": SLIP,
        **more,
    }


async def written(town: Town, nurse: ApiClient, **more: Any) -> str:
    answer = await nurse.post(f"/residents/{town.people.wang}/referrals", json=says(town, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["uid"])


async def step(client: ApiClient, uid: str, event: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(f"/referrals/{uid}/steps", json={"event": event, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


class TestTheWholeWay:
    async def test_nurse_and_doctor_take_it_there_and_back(self, town: Town, api: Api) -> None:
        nurse, doctor = await api("nurse"), await api("doctor")
        uid = await written(town, nurse)
        card = await step(nurse, uid, "submit")
        assert (card["urgency"], card["owner_uid"]) == ("urgent", town.alliance.health_center)
        assert card["steps"] == ["cancel"]
        shown = (await doctor.get("/referrals?box=mine")).json()["items"]
        assert [each["uid"] for each in shown] == [uid]
        assert shown[0]["steps"] == ["accept", "return", "decline", "cancel"]
        await step(doctor, uid, "accept")
        come = {"come_at": "2026-03-02T10:30:00+08:00", "come_to": "全科门诊"}
        answer = await doctor.post(f"/referrals/{uid}/schedule", json=come)
        assert answer.status_code == 200, answer.text
        await step(nurse, uid, "depart")
        await step(doctor, uid, "receive")
        assert (await Resident.get(uid=town.people.wang)).care_state is CareState.INPATIENT
        await step(doctor, uid, "treat")
        await step(doctor, uid, "plan_discharge")
        back = {"slip": {"diagnosis": "高血压", "advice": "早晚测血压"}}
        assert (await doctor.post(f"/referrals/{uid}/back", json=back)).status_code == 200
        answer = await nurse.post(f"/referrals/{uid}/homecoming", json={"care": "convalesce"})
        assert answer.status_code == 200, answer.text
        await step(nurse, uid, "arrive_home")
        owed = (await nurse.get("/referral-follow-ups")).json()["items"]
        assert len(owed) == 1
        refused = await nurse.post(f"/referrals/{uid}/steps", json={"event": "close"})
        assert (refused.status_code, refused.json()["code"]) == (409, "referrals.follow_up_owed")
        done = {"outcome": "good", "remark": "血压平稳"}
        answer = await nurse.post(f"/referral-follow-ups/{owed[0]['uid']}", json=done)
        assert answer.json()["status"] == "done"
        assert (await step(nurse, uid, "close"))["status"] == "closed"

    async def test_what_a_form_asks_is_told_beforehand(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        forms = (await nurse.get("/referral-forms")).json()
        assert {"critical", "pressure"} <= {each["code"] for each in forms["up"]["items"]}
        assert [each["name"] for each in forms["out_slip"]["fields"] if each["required"]] == [
            "impression",
            "present",
        ]
        new = (await nurse.get(f"/residents/{town.people.wang}/referrals/new")).json()
        assert new["directions"] == ["up"]
        assert {each["uid"] for each in new["receivers"]} == {
            town.alliance.first_hospital,
            town.alliance.health_center,
        }
        assert town.records.wang_yihe_note in {each["uid"] for each in new["offered"]}

    async def test_may_be_changed_until_it_is_sent(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        uid = await written(town, nurse)
        changed = {"criteria": ["equipment"], "slip": {**SLIP, "past": "高血压"}, "department": "全科"}
        answer = await nurse.put(f"/referrals/{uid}", json=changed)
        assert (answer.status_code, answer.json()["urgency"]) == (200, "routine")
        await step(nurse, uid, "submit")
        refused = await nurse.put(f"/referrals/{uid}", json=changed)
        assert refused.status_code == 409


class TestTheFamily:
    @pytest.mark.parametrize("who", ["wang", "daughter"])
    async def test_reads_where_it_stands_and_not_why(self, who: str, town: Town, api: Api) -> None:
        nurse, person = await api("nurse"), await api(who)
        uid = await written(town, nurse)
        path = f"/residents/{town.people.wang}/referrals"
        assert (await person.get(path)).json() == []  # a draft is nobody's news
        await step(nurse, uid, "submit")
        (story,) = (await person.get(path)).json()
        assert story["story"] == (
            "云桥市颐和养老院建议去云桥市河东社区卫生服务中心看，正在等云桥市河东社区卫生服务中心答复。"
        )
        assert "188" not in str(story)
        assert (story["next_by"], story["late"]) == ("云桥市河东社区卫生服务中心", False)
        assert story["next_until"] is not None
        assert story["bring"][0] == "身份证"
        assert (await person.get(f"/referrals/{uid}")).status_code == 403
        assert (await person.post(f"/referrals/{uid}/steps", json={"event": "accept"})).status_code == 403

    async def test_carries_the_slip_until_they_are_there(self, town: Town, api: Api) -> None:
        nurse, doctor, wang = await api("nurse"), await api("doctor"), await api("wang")
        uid = await written(town, nurse)
        await step(nurse, uid, "submit")
        path = f"/residents/{town.people.wang}/referrals"
        (story,) = (await wang.get(path)).json()
        assert story["number"].replace("-", "") == story["code"] == (await Referral.get(uid=uid)).code
        assert read_code(read_back(story["slip_modules"])) == story["code"]
        await step(doctor, uid, "accept")
        come = {"come_at": "2026-03-02T10:30:00+08:00", "come_to": "全科门诊"}
        await doctor.post(f"/referrals/{uid}/schedule", json=come)
        await step(doctor, uid, "receive")
        (story,) = (await wang.get(path)).json()
        assert (story["number"], story["code"], story["slip_modules"], story["bring"]) == ("", "", [], [])

    @pytest.mark.parametrize("who", ["stranger", "nephew", "guardian"])
    async def test_nobody_elses(self, who: str, town: Town, api: Api) -> None:
        nurse, person = await api("nurse"), await api(who)
        await step(nurse, await written(town, nurse), "submit")
        answer = await person.get(f"/residents/{town.people.wang}/referrals")
        assert answer.status_code == 404

    async def test_hears_of_it(self, town: Town, api: Api, worker_pass: Any) -> None:
        nurse, wang = await api("nurse"), await api("wang")
        await step(nurse, await written(town, nurse), "submit")
        await worker_pass()
        titles = [each["title"] for each in (await wang.get("/inbox")).json()["items"]]
        assert "正在联系转诊" in titles


class TestThePacket:
    async def test_is_opened_in_an_emergency_and_told(self, town: Town, api: Api, worker_pass: Any) -> None:
        nurse, doctor, wang = await api("nurse"), await api("doctor"), await api("wang")
        uid = await written(town, nurse)
        await step(nurse, uid, "submit")
        closed = (await doctor.get(f"/referrals/{uid}/packet")).json()
        assert (closed["may_read"], closed["may_open_in_emergency"]) == (False, True)
        why = {"reason": "acute", "explanation": "神志不清"}
        page = await doctor.post(f"/referrals/{uid}/emergency-reads", json=why)
        assert page.status_code == 201, page.text
        assert "188/112" in page.text
        await worker_pass()
        titles = [each["title"] for each in (await wang.get("/inbox")).json()["items"]]
        assert any("紧急" in title for title in titles)


class TestRefusals:
    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"criteria": []}, "referrals.criterion_needed"),
            ({"criteria": ["made_up"]}, "referrals.criterion_needed"),
            ({"slip": {"impression": "x"}}, "referrals.slip_incomplete"),
            ({"slip": {**SLIP, "made_up": "x"}}, "referrals.slip_incomplete"),
        ],
    )
    async def test_of_what_is_not_filled_in(
        self, more: dict[str, Any], code: str, town: Town, api: Api
    ) -> None:
        nurse = await api("nurse")
        answer = await nurse.post(f"/residents/{town.people.wang}/referrals", json=says(town, **more))
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_of_a_hospital_without_an_agreement(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        answer = await nurse.post(
            f"/residents/{town.people.wang}/referrals",
            json=says(town, receiver=town.alliance.second_hospital),
        )
        assert answer.json()["code"] == "referrals.no_partner"

    async def test_of_a_second_one_between_the_same_two(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        await written(town, nurse)
        answer = await nurse.post(f"/residents/{town.people.wang}/referrals", json=says(town))
        assert (answer.status_code, answer.json()["code"]) == (409, "referrals.already_open")
        assert await Referral.all().count() == 1

    async def test_of_a_step_without_a_reason(self, town: Town, api: Api) -> None:
        """T16."""
        nurse, doctor = await api("nurse"), await api("doctor")
        uid = await written(town, nurse)
        await step(nurse, uid, "submit")
        answer = await doctor.post(f"/referrals/{uid}/steps", json={"event": "decline"})
        assert (answer.status_code, answer.json()["code"]) == (422, "referrals.reason_needed")

    @pytest.mark.parametrize("come_at", ["2026-03-02T08:00:00+08:00", "2026-07-02T08:00:00+08:00"])
    async def test_of_a_time_that_cannot_be(self, come_at: str, town: Town, api: Api) -> None:
        nurse, doctor = await api("nurse"), await api("doctor")
        uid = await written(town, nurse)
        await step(nurse, uid, "submit")
        await step(doctor, uid, "accept")
        answer = await doctor.post(f"/referrals/{uid}/schedule", json={"come_at": come_at, "come_to": ""})
        assert answer.json()["code"] == "referrals.impossible_time"

    async def test_of_a_step_that_brings_something_along(self, town: Town, api: Api) -> None:
        nurse, doctor = await api("nurse"), await api("doctor")
        uid = await written(town, nurse)
        await step(nurse, uid, "submit")
        await step(doctor, uid, "accept")
        answer = await doctor.post(f"/referrals/{uid}/steps", json={"event": "schedule"})
        assert answer.json()["code"] == "referrals.not_this_now"

    async def test_of_a_colleague_of_another_home(self, town: Town, api: Api) -> None:
        nurse, other = await api("nurse"), await api("other_nurse")
        uid = await written(town, nurse)
        assert (await other.get(f"/referrals/{uid}")).status_code == 404
        await step(nurse, uid, "submit")
        duty = await ReferralFollowUp.get()
        answer = await other.post(f"/referral-follow-ups/{duty.uid}/waiver", json={"reason": "x"})
        assert answer.status_code == 404
