"""Assessments in the console: who is due, the sheet, two signatures, the report, the dispute."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.assessments.actions import agree_to_assessment
from server.assessments.models import Assessment
from server.demo import Town
from server.demo.assessments import ability_answers, constitution_answers

Console = Callable[[str], Awaitable[Any]]


def cells(**otherwise: Any) -> dict[str, str]:
    """Return the form's cells of a whole ability assessment."""
    found = {}
    for code, value in ability_answers(**otherwise).items():
        found |= {f"{code}:{box}": "true" for box in value} if isinstance(value, list) else {code: str(value)}
    return found


async def opened(page: Any, resident: str, questionnaire: str = "gbt42195") -> str:
    answer = await page.submit(
        f"/admin/residents/{resident}/assessments", {"questionnaire": questionnaire, "reason": "routine"}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].split("/")[3])


@pytest.fixture
async def proposed(town: Town, api: Any) -> str:
    nurse = await api("nurse")
    body = {"questionnaire": "gbt42195", "reason": "routine"}
    uid = (await nurse.post(f"/residents/{town.people.wang}/assessments", json=body)).json()["uid"]
    answers = ability_answers(lost=50, A_4_1=["dementia", "hypertension"])
    answer = await nurse.post(f"/assessments/{uid}/signature", json={"answers": answers})
    assert answer.status_code == 200, answer.text
    return str(uid)


@pytest.fixture
async def final(actor: Any, clock: Any, proposed: str) -> str:
    await agree_to_assessment(actor=await actor("he"), uid=proposed, edits=1, now=clock())
    return proposed


class TestTheWorkList:
    async def test_shows_who_is_due_and_begins_for_several(self, town: Town, console: Console) -> None:
        page = await console("he")

        html = (await page.get("/admin/assessments")).text
        picked = [f"{town.people.wang}|王桂兰", f"{town.people.li}|李福生"]
        done = await page.submit(
            "/admin/assessments/begin-many",
            {"picked": picked, "questionnaire": "gbt42195", "reason": "first"},
        )

        assert "王桂兰" in html
        assert "还没有评过" in html
        assert "办成 1 条" in done.text  # Li's sheet was begun by the nurse
        assert "已经有人开始填" in done.text
        assert (await page.get("/admin/assessments/work")).text.count("能力评估") >= 2

    async def test_of_another_home_is_not_there(self, town: Town, console: Console) -> None:
        page = await console("he")
        assert (await page.get(f"/admin/assessments?home={town.alliance.songhe}")).status_code == 404

    async def test_of_a_partner_is(self, town: Town, console: Console) -> None:
        html = (await (await console("feng")).get(f"/admin/assessments?home={town.alliance.yihe}")).text
        assert "王桂兰" in html

    async def test_may_be_taken_away(self, town: Town, console: Console, worker_pass: Any) -> None:
        page = await console("he")
        asked = await page.submit(
            "/admin/exports",
            {
                "kind": "assessments",
                "condition": [f"home={town.alliance.yihe}", "questionnaire=gbt42195"],
                "reason": "安排下月评估",
                "proof_code": page.proof_code,
            },
        )
        assert asked.status_code == 303, asked.text
        await worker_pass()
        assert "待评估名单" in (await page.get("/admin/exports")).text

    @pytest.mark.parametrize("questionnaire", ["gbt42195", "selfcare", "constitution", "ltc"])
    async def test_has_paper_to_take_along(self, console: Console, questionnaire: str) -> None:
        html = (
            await (await console("he")).get(f"/admin/assessments/blank?questionnaire={questionnaire}")
        ).text
        assert "□" in html
        assert "评估员签名" in html


class TestTheSheet:
    async def test_is_filled_in_saved_and_signed(self, town: Town, console: Console) -> None:
        page = await console("he")
        uid = await opened(page, town.people.wang)

        saved = await page.submit(f"/admin/assessments/{uid}/answers", {"B-1-1": "3", "A-4-1:copd": "true"})
        html = (await page.get(f"/admin/assessments/{uid}/work")).text
        signed = await page.submit(f"/admin/assessments/{uid}/sign", cells(lost=12))

        assert saved.status_code == 303, saved.text
        assert html.count('type="radio"') > 120
        assert 'name="B-1-1" type="radio" value="3" checked' in html
        assert 'name="A-4-1:copd" type="checkbox" value="true" checked' in html
        assert signed.headers["location"] == f"/admin/assessments/{uid}/work"
        assert "能力轻度受损（轻度失能），78 分" in (await page.get(f"/admin/assessments/{uid}/work")).text

    async def test_refuses_beside_the_cells(self, town: Town, console: Console) -> None:
        page = await console("he")
        uid = await opened(page, town.people.wang)
        left = {code: value for code, value in cells().items() if code not in {"B-2-4", "A-4-1:none"}}

        answer = await page.submit(f"/admin/assessments/{uid}/sign", left)

        assert answer.status_code == 422
        for cell in ("B-2-4", "A-4-1"):
            assert f'data-field="{cell}"' in answer.text
        assert "“上下楼梯”还没有答。" in answer.text

    async def test_of_a_form_that_is_not_ours_is_refused_without_repeating_it(
        self, town: Town, console: Console
    ) -> None:
        page = await console("he")
        uid = await opened(page, town.people.wang)
        answer = await page.submit(f"/admin/assessments/{uid}/answers", {"<b>evil</b>": "1"})
        assert answer.status_code == 422
        assert "evil" not in answer.text

    async def test_of_measures_is_read_from_text_and_signed_by_a_nurse(
        self, town: Town, console: Console, api: Any
    ) -> None:
        page, nurse = await console("he"), await api("nurse")
        uid = await opened(page, town.people.wang, "constitution")
        form = {code: str(value) for code, value in constitution_answers("2", colds=7).items()}

        await page.submit(f"/admin/assessments/{uid}/answers", form)
        refused = await page.submit(f"/admin/assessments/{uid}/sign", form)
        signed = await nurse.post(f"/assessments/{uid}/signature", json={})

        assert "再请护士或医生来签" in refused.text
        assert signed.status_code == 200, signed.text
        html = (await page.get(f"/admin/assessments/{uid}")).text
        assert "气虚质" in html
        assert "7 次" in html

    async def test_is_thrown_away(self, town: Town, console: Console) -> None:
        page = await console("he")
        uid = await opened(page, town.people.wang)
        assert (await page.submit(f"/admin/assessments/{uid}/discard")).status_code == 303
        assert (await page.get(f"/admin/assessments/{uid}/work")).status_code == 404


class TestTheSecondSignature:
    async def test_waits_on_the_first_page(self, console: Console, proposed: str) -> None:
        page = await console("he")
        assert "份评估等第二位评估员签名" in (await page.get("/admin")).text
        assert proposed in (await page.get("/admin/assessments/work?status=proposed")).text

    async def test_is_given_beside_what_the_first_wrote(self, console: Console, proposed: str) -> None:
        page = await console("he")

        html = (await page.get(f"/admin/assessments/{proposed}/work")).text
        answer = await page.submit(f"/admin/assessments/{proposed}/agree", {"edits": "1"})

        assert "痴呆 F00–F03、" not in html
        assert "高血压 I10–I15、痴呆 F00–F03" in html
        assert "C.4 等级变更依据" in html
        assert answer.headers["location"] == f"/admin/assessments/{proposed}"

    async def test_or_it_is_given_back(self, console: Console, proposed: str) -> None:
        page = await console("he")
        answer = await page.submit(f"/admin/assessments/{proposed}/return", {"reason": "上下楼梯再看"})
        assert answer.status_code == 303
        html = (await page.get(f"/admin/assessments/{proposed}/work")).text
        assert "退回重填：上下楼梯再看" in html
        assert 'type="radio"' in html

    async def test_for_another_sheet_than_was_read_is_refused(self, console: Console, proposed: str) -> None:
        answer = await (await console("he")).submit(f"/admin/assessments/{proposed}/agree", {"edits": "0"})
        assert (answer.status_code, "assessments.not_this_now" in answer.text) == (409, True)


class TestTheReport:
    async def test_has_the_table_c(self, console: Console, final: str) -> None:
        html = (await (await console("he")).get(f"/admin/assessments/{final}")).text
        for said in (
            "C.1 自理能力",
            "40 分（满分 90 分）",
            "3 级　能力重度受损（重度失能）",
            "确诊痴呆或其他精神和行为障碍，加重一级",
            "4 级　能力完全丧失（完全失能）",
            "李秀英、何静",
        ):
            assert said in html, said

    async def test_stands_on_the_residents_page_with_the_care_level(
        self, town: Town, console: Console, final: str
    ) -> None:
        page = await console("he")
        assert (
            f"/admin/residents/{town.people.wang}/assessments"
            in (await page.get(f"/admin/residents/{town.people.wang}")).text
        )

        html = (await page.get(f"/admin/residents/{town.people.wang}/assessments")).text

        assert final in html
        for said in ("特级", "重度失能医护包", "每月至少 6 次", "慢性病 2 种（高血压、痴呆）", "版本 2026-1"):
            assert said in html, said

    @pytest.mark.parametrize("login", ["song", "sun", "zhao"])
    async def test_is_not_there_for_others(self, console: Console, final: str, login: str) -> None:
        assert (await (await console(login)).get(f"/admin/assessments/{final}")).status_code == 404


class TestTheDispute:
    async def test_is_listed_and_answered(self, api: Any, console: Console, final: str) -> None:
        await (await api("daughter")).post(f"/assessments/{final}/disputes", json={"text": "没有痴呆"})
        page = await console("jin")

        assert "件评估异议等答复" in (await page.get("/admin")).text
        assert "没有痴呆" in (await page.get("/admin/assessments/disputes")).text
        assert "答复：维持原结果" in (await page.get(f"/admin/assessments/{final}")).text
        answer = await page.submit(f"/admin/assessments/{final}/uphold", {"answer": "诊断证明已附"})

        assert answer.status_code == 303
        assert (await Assessment.get(uid=final)).status == "final"
        assert "没有等答复的评估异议" in (await page.get("/admin/assessments/disputes")).text
        assert "诊断证明已附" in (await page.get(f"/admin/assessments/{final}")).text
        assert "没有痴呆" in (await page.get("/admin/assessments/disputes?all=true")).text

    async def test_is_raised_by_the_home(self, console: Console, final: str) -> None:
        page = await console("he")
        answer = await page.submit(f"/admin/assessments/{final}/dispute", {"text": "昨天起能自己走了"})
        assert answer.status_code == 303
        refused = await page.submit(f"/admin/assessments/{final}/uphold", {"answer": "维持"})
        assert (refused.status_code, "assessments.own_signature" in refused.text) == (403, True)

    async def test_whoever_signed_is_told_to_leave_the_answer_to_others(
        self, api: Any, console: Console, final: str
    ) -> None:
        await (await api("daughter")).post(f"/assessments/{final}/disputes", json={"text": "没有痴呆"})
        answer = await (await console("he")).submit(f"/admin/assessments/{final}/uphold", {"answer": "维持"})
        assert (answer.status_code, "由本机构另一位负责人答复" in answer.text) == (403, True)
