"""The family doctor on the phone."""

from typing import Any

import pytest


class TestFamilyDoctor:
    async def test_says_who_it_is_and_what_waits(self, town: Any, api: Any) -> None:
        mine = (await (await api("wang")).get(f"/residents/{town.people.wang}/family-doctor")).json()
        assert "家庭医生是云桥市河东社区卫生服务中心的林致远" in mine["sentence"]
        assert mine["teams"] == []
        assert (mine["members"], mine["phone"]) == (["冯远"], "0574-55500000")
        assert "每年一次免费体检和生活自理能力评估" in mine["active_package"]["items"]
        assert mine["active_sections"][0]["heading"] == "谁和谁"
        lis = (await (await api("guardian")).get(f"/residents/{town.people.li}/family-doctor")).json()
        assert (lis["open"]["turn"], len(lis["open_sections"])) == ("等长者或家属签字", 6)

    @pytest.mark.parametrize("who", ["stranger", "nephew", "guardian", "nurse"])
    async def test_is_nobody_elses(self, who: str, town: Any, api: Any) -> None:
        answer = await (await api(who)).get(f"/residents/{town.people.wang}/family-doctor")
        assert answer.status_code == 404


class TestSigning:
    async def test_by_the_guardian_then_leaving_then_asking_again(self, town: Any, api: Any) -> None:
        guardian, li = await api("guardian"), town.people.li
        told = (await guardian.get(f"/residents/{li}/family-doctor")).json()
        path = f"/family-doctor/{town.enrolments.li}"
        body = {"text_hash": told["open_text_hash"]}
        assert (await guardian.post(f"{path}/signature", json=body)).json()["status"] == "active"
        again = await guardian.post(f"{path}/signature", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "enrolments.not_this_now")
        assert (await guardian.post(f"{path}/leave")).json()["end_words"] == "本人或家属要求"
        offer = f"/residents/{li}/family-doctor/offer?team={town.enrolments.team}&package=base"
        shown = (await guardian.get(offer)).json()
        asked = {"team": town.enrolments.team, "package": "base", "text_hash": shown["text_hash"]}
        answer = await guardian.post(f"/residents/{li}/family-doctor", json=asked)
        assert (answer.status_code, answer.json()["turn"]) == (201, "等团队确认")

    async def test_other_words_than_those_shown_are_refused(self, town: Any, api: Any) -> None:
        body = {"text_hash": "0" * 64}
        answer = await (await api("guardian")).post(f"/family-doctor/{town.enrolments.li}/signature", json=body)  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (409, "enrolments.text_changed")
