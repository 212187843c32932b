"""A form at the bed, a question at a time: kept on the phone, done when the server says so, and never twice."""

from typing import Any

from playwright.async_api import expect

from server.assessments.models import Assessment
from server.followups.models import FollowUp
from tests.miniprogram.line import ALWAYS, LostAnswers
from tests.miniprogram.phone import Phone
from tests.miniprogram.walking import begun, screening

QUEUE = "pages/round/queue"
YESTERDAY = """() => {
  const drafts = JSON.parse(localStorage.getItem('wx:sheet-drafts'))
  for (const { sheet } of Object.values(drafts)) sheet.day = '2026-03-01'
  localStorage.setItem('wx:sheet-drafts', JSON.stringify(drafts))
}"""


async def answer(it: Phone, question: str, *words: str, last: bool = False) -> None:
    await it.reads(question)
    for each in words:
        await it.choose(each)
    await it.tap("看看填的" if last else "下一题")


async def measure(it: Phone, question: str, number: str) -> None:
    await it.reads(question)
    await it.press(number)
    await it.tap("下一题")


async def fill_in(it: Phone, *, systolic: str = "138") -> None:
    await answer(it, "随访方式", "家庭")
    await answer(it, "症状", "无症状")
    await fill_in_the_rest(it, systolic)


async def fill_in_the_rest(it: Phone, systolic: str = "138") -> None:
    await answer(it, "有没有这些要马上转诊的情况")
    await measure(it, "收缩压（高压）", systolic)
    await measure(it, "舒张压（低压）", "82")
    await answer(it, "服药依从性", "规律")
    await answer(it, "药物不良反应", "无")
    await answer(it, "并发症", "没有变化", last=True)
    await it.reads("都对，交上去")


def form(town: Any) -> str:
    return f"pages/round/sheet?kind=followup&uid={town.followups.wang}"


async def kept(it: Phone) -> dict[str, Any]:
    return dict(await it.kept("sheet-drafts") or {})


class TestAFollowUp:
    async def test_from_the_round_to_what_follows(self, phone, town, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await it.open("pages/round/round")
            await it.reads("还该做：高血压随访（明天（周二）前）")
            await it.tap("接着巡诊")
            await it.tap("201-1")
            await it.choose("已看")
            await it.tap("还该做什么")
            await it.tap("记一次高血压随访")
            await it.reads("还没有随访过")
            await it.tap("下一题")
            await it.reads("请先选一样。")
            await fill_in(it)
            await it.reads("都没有")
            await it.tap("检查与用药")
            await it.tap("药物 1", nth=0)
            await it.write("药物 1", "苯磺酸氨氯地平片")
            await it.tap("好，回到单子")
            await it.tap("都对，交上去")

            await it.reads("服务器已收下")
            await it.reads("预约下一次随访")
            assert await kept(it) == {}
            await it.tap("好")
            await it.reads("血压 138/82 mmHg")
        row = await FollowUp.get()
        assert row.answers["medicine_1"] == "苯磺酸氨氯地平片"
        assert "urgent_signs" not in row.answers

    async def test_what_is_no_longer_asked_is_not_sent(self, phone, town):
        async with phone("doctor") as it:
            await it.open(form(town))
            await fill_in(it)
            await it.tap("药物不良反应")
            await it.choose("有")
            await it.tap("好，回到单子")
            await it.tap("不良反应是什么")
            await it.write("不良反应是什么", "皮疹")
            await it.tap("好，回到单子")
            await it.tap("药物不良反应")
            await it.choose("无")
            await it.tap("好，回到单子")
            await it.tap("都对，交上去")
            await it.reads("服务器已收下")
        assert "reaction_text" not in (await FollowUp.get()).answers

    async def test_begun_on_another_day_says_by_which_it_is_dated(self, phone, town, walk):
        begun_one = await screening(walk)
        for persona, page, words in (
            ("doctor", form(town), "交上去按开始那天记"),
            ("nurse", f"pages/round/sheet?{begun_one}", "签名和评估日期都记今天"),
        ):
            async with phone(persona) as it:
                await it.open(page)
                await it.choose("家庭" if persona == "doctor" else "可自理")
                await it.page.evaluate(YESTERDAY)
                await it.open(page)
                await it.tap("看整张单子")
                await it.reads(words)

    async def test_what_is_urgent_says_so_at_once(self, phone, town):
        async with phone("doctor") as it:
            await it.open(form(town))
            await fill_in(it, systolic="185")
            await it.tap("都对，交上去")
            await it.reads("请马上处理")
            await it.reads("血压 185/82 mmHg，达到收缩压 180")

    async def test_a_number_that_cannot_be_goes_no_further(self, phone, town):
        async with phone("doctor") as it:
            await it.open(form(town))
            await answer(it, "随访方式", "家庭")
            await answer(it, "症状", "头痛头晕", "无症状")
            await answer(it, "有没有这些要马上转诊的情况")
            await it.press("30")
            await it.tap("下一题")
            await it.reads("收缩压（高压）应在 50 到 300")
            await it.tap("上一题")
            await it.tap("上一题")
            await expect(it.screen.locator("[aria-checked=true]")).to_have_text("无症状已选")

    async def test_the_servers_fault_stands_beside_its_line(self, phone, town):
        async with phone("doctor") as it:
            await it.open(form(town))
            await fill_in(it, systolic="80")  # below the lower one
            await it.tap("都对，交上去")
            await it.reads("低压应比高压低")
            await it.reads_not("还没有交上去")
            await it.tap("舒张压（低压）")
            await it.tap("退一格")
            await it.tap("退一格")
            await it.press("60")
            await it.tap("好，回到单子")
            await it.tap("都对，交上去")
            await it.reads("服务器已收下")

    async def test_without_a_signal_it_stays_on_the_phone_over_a_restart_and_counts_once(self, phone, town):
        async with phone("doctor") as it:
            await it.open(form(town))
            await answer(it, "随访方式", "家庭")
            it.world["online"] = "false"
            await it.open(form(town))  # the first answer is still there, and so are the questions
            await answer(it, "症状", "无症状")
            await fill_in_the_rest(it)
            await it.tap("都对，交上去")
            await it.reads("服务器还没有收下")
            assert await FollowUp.all().count() == 0

            await it.open(QUEUE)
            await it.reads("还没有交上去")
            it.world["online"] = "true"
            await it.open(QUEUE)
            lost = LostAnswers(ALWAYS)
            await it.page.route("**/records", lost)
            await it.tap("高血压随访")
            await it.tap("都对，交上去")
            await it.reads("没有连上", within=15000)
            await it.reads("服务器还没有收下")  # it has; the phone was not told
            assert set(lost.answers) == {201}
            lost.mend()
            await it.open(QUEUE)
            await it.tap("高血压随访")
            await it.tap("都对，交上去")
            await it.reads("服务器已收下")
        assert await FollowUp.all().count() == 1

    async def test_a_colleague_was_there_today(self, phone, town, walk):
        async with phone("doctor") as it:
            await it.open(form(town))
            await fill_in(it)
            doctor = await walk.api("doctor")
            answers = {"way": "2", "symptoms": ["1"], "systolic": 130, "diastolic": 80, "adherence": "1", "reaction": "1", "complication": "1"}  # fmt: skip
            body = {"answers": answers, "version": "2017.1"}
            await doctor.post(f"/follow-ups/{town.followups.wang}/records", json=body)
            await it.tap("都对，交上去")
            await it.reads("没有办成")
            await it.reads_not("服务器已收下")
            await it.tap("不填了，从手机上去掉")
            assert await kept(it) == {}

    async def test_it_is_not_everybodys(self, phone, town):
        for persona in ("nurse", "daughter"):
            async with phone(persona) as it:
                await it.open(form(town))
                await it.settled()
                await it.reads_not("随访方式")

    async def test_another_account_on_the_same_phone_finds_nothing(self, phone, town):
        async with phone("doctor") as it:
            await it.open(form(town))
            await answer(it, "随访方式", "家庭")
            assert len(await kept(it)) == 1
            it.persona, it.device = "nurse", "demo-phone-of-nurse"
            await it.page.evaluate("localStorage.removeItem('wx:session')")
            await it.open()
            await it.reads("您好，李秀英")
            await it.go(QUEUE)
            await it.settled()
            await it.reads_not("高血压")


class TestTheScreen:
    async def test_is_begun_and_signed_at_the_bed(self, phone, town):
        async with phone("nurse") as it:
            await it.open(f"pages/care/care?resident={town.people.wang}")
            await it.tap("做一次自理能力筛查")
            for question, words in (
                ("进餐", "可自理"),
                ("梳洗", "轻度依赖"),
                ("穿衣", "可自理"),
                ("如厕", "轻度依赖"),
            ):
                await answer(it, question, words)
            await answer(it, "活动", "中度依赖", last=True)
            await it.tap("都对，交上去")
            await it.reads("轻度依赖，7 分")
            await it.reads("已经写进健康档案")
            await it.tap("好")
            await it.reads("老年人生活自理能力评估：轻度依赖")
            await it.reads_not("做一次自理能力筛查")
        assert (await Assessment.get(resident__uid=town.people.wang)).status == "final"

    async def test_what_is_missing_is_said_before_anything_is_sent(self, phone, town, walk):
        async with phone("nurse") as it:
            await it.open(f"pages/round/sheet?{await screening(walk)}")
            await answer(it, "进餐", "可自理")
            await it.tap("看整张单子")
            await it.tap("都对，交上去")
            await it.reads("还有 4 项要填")
            assert await it.requests("/signature") == []
