"""Home beds on the phone: what the family reads and asks for, and a clinician's rounds."""

from typing import Any

from server.home_beds.models import HomeBed, HomeBedRound
from tests.core.home_beds.flows import BedWay

NOTE = {"complaint": "腰痛", "examination": "血压 132/76", "plan": "继续翻身"}


class TestTheFamily:
    async def test_asks_for_one_sees_where_it_stands_and_takes_it_back(self, town: Any, api: Any) -> None:
        daughter = await api("daughter")
        beds = f"/residents/{town.people.wang}/home-beds"
        asked = await daughter.post(beds, json={"institution": town.alliance.health_center})
        assert asked.status_code == 201, asked.text
        (story,) = (await daughter.get(beds)).json()
        assert story["story"] == "已向云桥市河东社区卫生服务中心申请家庭病床，等医生上门评估。"
        assert (story["may_withdraw"], story["emergency"], story["late"]) == (True, "", False)
        assert story["next_by"] == "云桥市河东社区卫生服务中心上门评估"

        gone = await daughter.post(f"/home-beds/{asked.json()['uid']}/withdraw", json={"reason": "先住院"})
        assert gone.json()["status"] == "withdrawn"
        (story,) = (await daughter.get(beds)).json()
        assert (story["next_by"], story["next_until"]) == ("", None)

    async def test_reads_days_and_what_holds_in_an_emergency(
        self, town: Any, api: Any, actor: Any, clock: Any
    ) -> None:
        await BedWay(town, actor, clock).opened()
        (story,) = (await (await api("wang")).get(f"/residents/{town.people.wang}/home-beds")).json()
        assert (story["days"], story["doctor_name"]) == (1, "林致远")
        assert "门急诊" in story["emergency"]
        assert "压伤" not in str(story)

    async def test_somebody_elses_is_nobodys(self, town: Any, api: Any) -> None:
        for persona in ("stranger", "nephew", "guardian"):
            answer = await (await api(persona)).get(f"/residents/{town.people.wang}/home-beds")
            assert answer.status_code == 404, persona


class TestTheClinician:
    async def test_lists_their_beds_and_writes_a_round(
        self, town: Any, api: Any, actor: Any, clock: Any
    ) -> None:
        way = BedWay(town, actor, clock)
        await way.opened()
        doctor = await api("doctor")
        assert [each["uid"] for each in (await doctor.get("/home-beds?work=due")).json()["items"]] == []
        (card,) = (await doctor.get("/home-beds")).json()["items"]
        made = await doctor.post(f"/home-beds/{card['uid']}/rounds", json=NOTE)
        assert made.status_code == 201, made.text
        assert await HomeBedRound.all().count() == 1

    async def test_the_nurse_marks_an_emergency_and_writes_no_round(
        self, town: Any, api: Any, actor: Any, clock: Any
    ) -> None:
        way = BedWay(town, actor, clock)
        await way.opened()
        nurse = await api("nurse")
        assert (await nurse.post(f"/home-beds/{way.uid}/rounds", json=NOTE)).status_code == 403
        says = {"happened_at": clock().isoformat(), "taken_to": "市第一人民医院"}
        assert (await nurse.post(f"/home-beds/{way.uid}/emergency", json=says)).status_code == 201
        assert await HomeBed.filter(live_key__isnull=False).count() == 1
