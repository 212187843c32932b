"""Assessments over the phone: the nurse fills in and signs, the family reads and may disagree."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.assessments.actions import agree_to_assessment
from server.demo import Town
from server.demo.assessments import SCREEN, ability_answers

Api = Callable[[str], Awaitable[httpx.AsyncClient]]
Console = Callable[[str], Awaitable[Any]]


async def begun(client: httpx.AsyncClient, resident: str, questionnaire: str = "gbt42195") -> str:
    answer = await client.post(
        f"/residents/{resident}/assessments", json={"questionnaire": questionnaire, "reason": "routine"}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["uid"])


@pytest.fixture
async def final(town: Town, api: Api, actor: Any, clock: Any) -> str:
    nurse = await api("nurse")
    uid = await begun(nurse, town.people.wang)
    signed = await nurse.post(f"/assessments/{uid}/signature", json={"answers": ability_answers(lost=12)})
    assert signed.json()["status"] == "proposed", signed.text
    await agree_to_assessment(actor=await actor("he"), uid=uid, edits=1, now=clock())
    return uid


class TestTheQuestionnaires:
    async def test_come_with_every_item_and_option(self, api: Api) -> None:
        found = {each["code"]: each for each in (await (await api("nurse")).get("/questionnaires")).json()}

        assert found.keys() == {"gbt42195", "selfcare", "constitution", "ltc"}
        eating = found["gbt42195"]["sections"][0]["items"][0]
        assert (eating["code"], eating["number"], eating["label"]) == ("B-1-1", "B.1.1", "进食")
        assert [option["value"] for option in eating["options"]] == ["4", "3", "2", "1", "0"]

    async def test_are_for_assessors(self, api: Api) -> None:
        assert (await (await api("daughter")).get("/questionnaires")).status_code == 403


class TestFillingIn:
    async def test_from_the_first_answer_to_the_signature(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        uid = await begun(nurse, town.people.wang, "selfcare")

        saved = await nurse.put(f"/assessments/{uid}/answers", json={"answers": {"eating": "able"}})
        sheet = (await nurse.get(f"/assessments/{uid}/work")).json()
        listed = (await nurse.get("/assessments")).json()["items"]
        signed = await nurse.post(f"/assessments/{uid}/signature", json={"answers": SCREEN})

        assert saved.json()["edits"] == 1
        assert sheet["answers"] == {"eating": "able"}
        assert [each["uid"] for each in listed] == [uid, town.assessments.li_draft]
        assert signed.json()["status"] == "final"
        assert signed.json()["result"].startswith("轻度依赖，7 分")

    async def test_every_fault_is_named_by_its_item(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        uid = await begun(nurse, town.people.wang, "selfcare")

        answer = await nurse.post(
            f"/assessments/{uid}/signature", json={"answers": {"eating": "perhaps", "moving": "able"}}
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "assessments.answers_invalid")
        assert answer.json()["fields"].keys() == {"eating", "grooming", "dressing", "toilet"}

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"questionnaire": "barthel", "reason": "first"}, "assessments.no_such_questionnaire"),
            ({"questionnaire": "gbt42195", "reason": "boredom"}, "web.fields_invalid"),
        ],
    )
    async def test_of_what_is_not_there_is_refused(
        self, town: Town, api: Api, body: dict[str, str], code: str
    ) -> None:
        answer = await (await api("nurse")).post(f"/residents/{town.people.wang}/assessments", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_twice_at_once_is_refused(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        await begun(nurse, town.people.wang)
        answer = await (await api("doctor")).post(
            f"/residents/{town.people.wang}/assessments",
            json={"questionnaire": "gbt42195", "reason": "routine"},
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "assessments.already_begun")

    async def test_a_sheet_is_given_back_and_thrown_away(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        uid = await begun(nurse, town.people.wang)
        await nurse.post(f"/assessments/{uid}/signature", json={"answers": ability_answers()})
        back = await nurse.post(f"/assessments/{uid}/return", json={"reason": "看错了一题"})
        gone = await nurse.post(f"/assessments/{uid}/discard", json={})

        assert (back.json()["status"], back.json()["returned"]) == ("draft", "看错了一题")
        assert gone.status_code == 204
        assert (await nurse.get(f"/assessments/{uid}/work")).status_code == 404

    async def test_nobody_signs_twice(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        uid = await begun(nurse, town.people.wang)
        await nurse.post(f"/assessments/{uid}/signature", json={"answers": ability_answers()})
        answer = await nurse.post(f"/assessments/{uid}/agreement", json={"edits": 1})
        assert (answer.status_code, answer.json()["code"]) == (403, "assessments.same_assessor")

    async def test_the_second_signature_may_come_from_the_phone(
        self, town: Town, api: Api, console: Console
    ) -> None:
        page, nurse = await console("he"), await api("nurse")
        opened = await page.submit(
            f"/admin/residents/{town.people.wang}/assessments",
            {"questionnaire": "gbt42195", "reason": "first"},
        )
        uid = opened.headers["location"].split("/")[3]
        cells = {code: value for code, value in ability_answers().items() if isinstance(value, str)}
        await page.submit(f"/admin/assessments/{uid}/sign", {**cells, "A-4-1:none": "true"})

        answer = await nurse.post(f"/assessments/{uid}/agreement", json={"edits": 1})

        assert (answer.status_code, answer.json()["status"]) == (200, "final"), answer.text


class TestTheFamily:
    @pytest.mark.parametrize("persona", ["wang", "daughter"])
    async def test_reads_what_was_found_in_plain_words(
        self, town: Town, api: Api, final: str, persona: str
    ) -> None:
        client = await api(persona)

        known = (await client.get(f"/residents/{town.people.wang}/assessments")).json()
        sheet = (await client.get(f"/assessments/{final}")).json()

        (result,) = known["results"]
        assert (result["uid"], result["score"]["plain"]) == (
            final,
            "大部分事能自己做，有些事要人提醒或搭把手。",
        )
        assert (known["care"]["grade_words"], known["care"]["visits_a_month"]) == ("三级", 1)
        assert (known["work"], known["may_begin"]) == ([], False)
        assert sheet["sections"][0]["items"][0] == {
            "code": "B-1-1",
            "number": "B.1.1",
            "label": "进食",
            "answer": "3 分　需要提示，或独立使用辅具，没有呛咳",
            "score": 3,
        }
        assert sheet["may_dispute"] is True
        assert sheet["dispute_until"].startswith("2026-04-01")

    async def test_sees_the_look_in_who_has_looked(
        self, town: Town, api: Api, console: Console, final: str
    ) -> None:
        await (await console("he")).get(f"/admin/assessments/{final}")
        looks = (await (await api("wang")).get(f"/residents/{town.people.wang}/record/access-trail")).json()
        assert "云桥市颐和养老院的何静" in looks["items"][0]["words"]
        assert "能力评估结果" in looks["items"][0]["words"]

    async def test_may_disagree_once(self, api: Api, final: str) -> None:
        daughter = await api("daughter")
        said = await daughter.post(f"/assessments/{final}/disputes", json={"text": "妈妈走路要人扶"})
        again = await daughter.post(f"/assessments/{final}/disputes", json={"text": "妈妈走路要人扶"})

        assert (said.status_code, said.json()["status_words"]) == (201, "等答复或复评")
        assert (again.status_code, again.json()["code"]) == (409, "assessments.not_this_now")
        assert (await daughter.get(f"/assessments/{final}")).json()["dispute"]["text"] == "妈妈走路要人扶"

    @pytest.mark.parametrize("persona", ["nephew", "stranger", "guardian", "other_nurse"])
    async def test_others_learn_nothing(self, town: Town, api: Api, final: str, persona: str) -> None:
        client = await api(persona)
        for path in (f"/residents/{town.people.wang}/assessments", f"/assessments/{final}"):
            assert (await client.get(path)).status_code == 404
