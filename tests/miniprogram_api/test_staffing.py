"""My certificates, the code of a course, and my work of a month, on the phone."""

from datetime import datetime

import pytest

from server.kit.clock import SHANGHAI
from server.training.codes import shown_code
from server.training.models import TrainingSession

AFTERNOON = datetime(2026, 3, 2, 14, 40, tzinfo=SHANGHAI)


async def code_of(town, clock):
    row = await TrainingSession.get(uid=town.training.session)
    return shown_code(session_id=row.id, now=clock())


class TestTraining:
    async def test_says_what_is_held_what_is_missing_and_where_to_go(self, town, api):
        mine = (await (await api("nurse")).get("/training")).json()
        assert mine["certificates"] == []
        assert {(each["title"], each["held"]) for each in mine["needs"]} >= {("养老护理员岗前培训", False)}
        assert [each["uid"] for each in mine["coming"]] == [town.training.session]
        doctor = (await (await api("doctor")).get("/training")).json()
        assert all(each["held"] for each in doctor["needs"] if each["blocks"])

    async def test_signs_in_by_the_code_on_the_screen_and_answers_a_second_tap_alike(self, town, api, clock):
        clock.set(AFTERNOON)
        nurse, body = await api("nurse"), {"code": await code_of(town, clock)}
        key = {"Idempotency-Key": "signed-in-once-1"}
        first = await nurse.post("/training/attendances", json=body, headers=key)
        again = await nurse.post("/training/attendances", json=body, headers=key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert (await nurse.get("/training")).json()["attended"] == [town.training.session]
        assert (await (await api("doctor")).get("/training")).json()["attended"] == []
        assert first.json()["title"] == "感染防控与手卫生"
        other = await nurse.post("/training/attendances", json=body)
        assert (other.status_code, other.json()["code"]) == (409, "training.attended_already")

    async def test_says_what_to_scan_instead_of_another_code(self, town, api, clock):
        clock.set(AFTERNOON)
        nurse = await api("nurse")
        answer = await nurse.post("/training/attendances", json={"code": town.visits.plate_code("door")})
        assert (answer.status_code, answer.json()["code"]) == (422, "training.code_not_ours")

    @pytest.mark.parametrize("who", ["wang", "daughter", "stranger"])
    async def test_is_the_staffs(self, who, api):
        client = await api(who)
        assert (await client.get("/training")).status_code == 403
        assert (await client.get("/workload")).status_code == 403


class TestWorkload:
    async def test_is_mine_by_month_with_the_visit_behind_each_line(self, town, api):
        doctor = await api("doctor")
        february = (await doctor.get("/workload?month=2026-02-17")).json()
        assert (february["points"], february["services"]) == ("2", 1)
        assert [line["visit_uid"] for line in february["lines"]["items"]] == [town.visits.confirmed]
        march = (await doctor.get("/workload")).json()
        assert (march["month"], march["points"], len(march["months"])) == ("2026-03-01", "0", 1)
