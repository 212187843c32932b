"""Health over the year, and what it costs: a second signature, a follow-up, a check-up report, a month's statement."""

from server.assessments.models import Assessment
from server.checkups.models import CheckupDuty
from server.followups.models import FollowUp
from server.settlement.models import Statement
from tests.architecture.verdicts.scenes import Scenes


class TestAssessing:
    async def test_a_second_assessor_signs_what_the_first_wrote(self, screen, town):
        uid = await Scenes(town).assessment_proposed()
        async with screen("he") as it:
            await it.sign_in("/admin/assessments/work?status=proposed")
            await it.follow("王桂兰", within=it.main)
            await it.reads("李秀英")
            await it.press("同意并签名")
            await it.press("确定同意并签名")

            await it.reads("评估报告")
            await it.reads("能力轻度受损")
        assert (await Assessment.get(uid=uid)).status == "final"


class TestFollowingUp:
    async def test_a_form_says_at_once_what_follows(self, screen, town):
        async with screen("feng") as it:
            await it.sign_in("/admin/followups")
            await it.follow("王桂兰", within=it.main)
            await it.main.page.get_by_role("link", name="记一次随访").first.click()
            await it.tick("无症状")
            await it.choose("随访方式", "家庭")
            await it.write("收缩压", "152")
            await it.write("舒张压", "88")
            await it.choose("服药依从性", "规律")
            await it.choose("药物不良反应", "无")
            await it.choose("并发症", "没有变化")
            await it.press("提交随访")

            await it.reads("控制不满意")
            await it.reads("调整治疗，两周后复查")
        assert (await FollowUp.get()).course == "adjust"


class TestExamining:
    async def test_a_report_by_hand_makes_something_to_do(self, screen, town):
        campaign = await Scenes(town).campaign_open()
        async with screen("feng") as it:
            await it.sign_in(f"/admin/checkups/{campaign}")
            await it.follow("手工录入", within=it.row("王桂兰"))
            await it.write("血红蛋白", "98")
            await it.press("写入健康档案")

            await it.reads("血红蛋白 98 g/L，低于 115")
            await it.reads("待办")
        assert (await CheckupDuty.get()).item == "hgb"


class TestSettling:
    async def test_a_month_is_accepted_and_paid(self, screen, town):
        statement = f"/admin/statements/{town.settlement.statement}"
        async with screen("he") as it:
            await it.sign_in(statement)
            await it.press("确认结算单")
            await it.press("逐行看过了，确认")
            await it.reads("入账")
        async with screen("feng") as it:
            await it.sign_in(statement)
            await it.press("登记收款")
            await it.write("银行回单号", "回单 0001")
            await it.press("确定登记收款")
            await it.reads("回单 0001")
        assert (await Statement.get(uid=town.settlement.statement)).status == "paid"
