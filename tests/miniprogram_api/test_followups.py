"""Chronic follow-up and the check-up on the phone: the clinician's form, and what the family reads."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.checkups.actions import settle_duty
from server.checkups.models import CheckupDuty
from server.checkups.rules.lifecycle import Settled
from server.people.models import ProxyGrant
from tests.core.checkups.flows import ILL, WHOLE, planned, reported
from tests.core.followups.filled import FORM, PRESSURE

Api = Callable[[str], Awaitable[Any]]
BODY = {"answers": PRESSURE, "version": FORM["form_version"]}


class TestWork:
    async def test_lists_whom_the_doctor_follows_up(self, town: Any, api: Api) -> None:
        answer = await (await api("doctor")).get("/follow-ups?work=due")
        assert answer.status_code == 200
        assert {each["uid"] for each in answer.json()["items"]} == {town.followups.wang, town.followups.li}

    async def test_narrows_to_a_disease(self, town: Any, api: Api) -> None:
        answer = await (await api("doctor")).get("/follow-ups?work=live&disease=diabetes")
        assert [each["uid"] for each in answer.json()["items"]] == [town.followups.li]

    async def test_narrows_to_a_home(self, town: Any, api: Api) -> None:
        doctor = await api("doctor")
        for home, count in ((town.alliance.yihe, 2), (town.alliance.songhe, 0)):
            answer = await doctor.get("/follow-ups", params={"work": "due", "home": home})
            assert len(answer.json()["items"]) == count

    @pytest.mark.parametrize("who", ["nurse", "wang", "daughter"])
    async def test_is_the_clinicians(self, who: str, api: Api) -> None:
        assert (await (await api(who)).get("/follow-ups")).status_code == 403


class TestForm:
    async def test_says_its_questions_and_what_is_aimed_at(self, town: Any, api: Api) -> None:
        answer = await (await api("doctor")).get(f"/follow-ups/{town.followups.wang}/form")
        form = answer.json()
        assert form["version"] == FORM["form_version"]
        assert "150/90" in form["aim"]
        names = [each["name"] for section in form["sections"] for each in section["questions"]]
        assert {"way", "symptoms", "systolic", "salt", "urgent_signs"} <= set(names)


class TestRecord:
    async def test_answers_with_what_follows(self, town: Any, api: Api) -> None:
        doctor = await api("doctor")
        answer = await doctor.post(f"/follow-ups/{town.followups.wang}/records", json=BODY)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["course"], answer.json()["next_on"]) == ("routine", "2026-06-02")

    async def test_tapped_twice_is_one(self, town: Any, api: Api) -> None:
        doctor, key = await api("doctor"), {"Idempotency-Key": "tapped-twice-1"}
        path = f"/follow-ups/{town.followups.wang}/records"
        first = await doctor.post(path, json=BODY, headers=key)
        again = await doctor.post(path, json=BODY, headers=key)
        assert (again.status_code, again.json()) == (201, first.json())

    @pytest.mark.parametrize(
        ("change", "code", "status"),
        [
            ({"answers": {**PRESSURE, "systolic": 900}}, "followups.wrong_form", 422),
            ({"version": "2011.1"}, "followups.form_outdated", 409),
            ({"next_on": "2026-09-01"}, "followups.only_earlier", 422),
            ({"happened_on": "2026-03-03"}, "followups.wrong_day", 422),
        ],
    )
    async def test_refuses(self, change: dict[str, Any], code: str, status: int, town: Any, api: Api) -> None:
        doctor = await api("doctor")
        answer = await doctor.post(f"/follow-ups/{town.followups.wang}/records", json={**BODY, **change})
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_urgent_says_why_and_can_be_asked_back(self, town: Any, api: Api) -> None:
        doctor = await api("doctor")
        body = {**BODY, "answers": {**PRESSURE, "urgent_signs": ["6"]}}
        card = (await doctor.post(f"/follow-ups/{town.followups.wang}/records", json=body)).json()
        assert (card["course"], card["why"]) == ("urgent", ["有“心前区疼痛”"])
        answer = await doctor.post(f"/follow-ups/records/{card['uid']}/check-back", json={"note": "已住院"})
        assert answer.json()["checked_back_note"] == "已住院"


class TestEnroll:
    async def test_by_a_paper(self, town: Any, api: Api) -> None:
        body = {"resident": town.people.wang, "disease": "diabetes", "evidence": "出院小结"}
        answer = await (await api("doctor")).post("/follow-ups", json=body)
        assert (answer.status_code, answer.json()["disease_words"]) == (201, "2型糖尿病")


class TestFamily:
    async def test_reads_the_follow_up_in_a_sentence(self, town: Any, api: Api) -> None:
        await (await api("doctor")).post(f"/follow-ups/{town.followups.wang}/records", json=BODY)
        for who in ("wang", "daughter"):
            answer = await (await api(who)).get(f"/residents/{town.people.wang}/follow-ups")
            assert "控制满意" in answer.json()[0]["sentence"]
            assert answer.json()[0]["next_on"] == "2026-06-02"

    async def test_reads_the_last_value_against_its_line(self, town: Any, api: Api) -> None:
        doctor, path = await api("doctor"), f"/residents/{town.people.wang}/follow-ups"
        (before,) = (await (await api("wang")).get(path)).json()
        assert (before["measured"], before["verdict"], before["controlled"]) == ("", "", None)
        body = {**BODY, "answers": {**PRESSURE, "systolic": 152}}
        await doctor.post(f"/follow-ups/{town.followups.wang}/records", json=body)
        (line,) = (await (await api("wang")).get(path)).json()
        assert (line["measured"], line["verdict"], line["may_record"]) == (
            "血压 152/82 mmHg",
            "超过控制线",
            False,
        )
        assert "150/90" in line["aim"]

    async def test_only_whose_episode_it_is_may_record_it(self, town: Any, api: Api) -> None:
        path = f"/residents/{town.people.wang}/follow-ups?purpose"
        (own,) = (await (await api("doctor")).get(f"{path}=visit")).json()
        assert own["may_record"] is True
        others = await (await api("nurse")).get(f"{path}=care")
        assert [each["may_record"] for each in others.json()] == [False]

    async def test_reads_whether_a_checkup_is_due_and_what_was_found(
        self, town: Any, api: Api, actor: Any, clock: Any
    ) -> None:
        daughter, path = await api("daughter"), f"/residents/{town.people.wang}/checkup"
        assert "还没有做" in (await daughter.get(path)).json()["sentence"]
        await reported(town, actor, clock, await planned(town, actor, clock), {**WHOLE, **ILL})
        line = (await daughter.get(path)).json()
        assert (line["standing"], line["next_on"]) == ("examined", "2027-03-02")
        assert len(line["reports"][0]["abnormal"]) == 3
        # Grave first; who does what by when.
        assert [each["grave"] for each in line["steps"]] == [True, False, False]
        assert "云桥市河东社区卫生服务中心会在" in line["steps"][0]["words"]
        assert not any(each["done"] or each["overdue"] for each in line["steps"])

    async def test_reads_what_became_of_what_was_abnormal(
        self, town: Any, api: Api, actor: Any, clock: Any
    ) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        duty = await CheckupDuty.get(item="chest")
        await settle_duty(
            actor=await actor("feng"),
            duty_uid=duty.uid,
            settled=Settled.RECHECKED,
            note="CT 复查是钙化",
            now=clock(),
        )
        await CheckupDuty.filter(item="hgb").update(due_on=clock.instant.date() - timedelta(days=1))
        line = (await (await api("wang")).get(f"/residents/{town.people.wang}/checkup")).json()
        said = {each["sentence"]: each for each in line["steps"]}
        assert said["胸片：右肺小结节"]["done"]
        assert said["胸片：右肺小结节"]["words"].endswith("已经办了：复查过了。CT 复查是钙化")
        assert [each["sentence"] for each in line["steps"] if each["overdue"]] == [
            "血红蛋白 98 g/L，低于 115"
        ]

    async def test_laboratory_findings_stay_with_the_laboratory(
        self, town: Any, api: Api, actor: Any, clock: Any
    ) -> None:
        """A daughter whose grant leaves the laboratory out reads no step about it either."""
        await reported(town, actor, clock, await planned(town, actor, clock))
        await ProxyGrant.filter(uid=town.people.daughter_grant).update(categories=["exam"])
        line = (await (await api("daughter")).get(f"/residents/{town.people.wang}/checkup")).json()
        assert line["steps"]
        assert not any("血红蛋白" in each["sentence"] for each in line["steps"])

    @pytest.mark.parametrize("who", ["stranger", "nephew", "guardian"])
    @pytest.mark.parametrize("what", ["follow-ups", "checkup"])
    async def test_is_nobody_elses(self, who: str, what: str, town: Any, api: Api) -> None:
        answer = await (await api(who)).get(f"/residents/{town.people.wang}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "kit.not_found")
