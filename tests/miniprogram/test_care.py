"""How somebody is cared for: level and how to object, a referral under way, the check-up, the chronic follow-up."""

from playwright.async_api import expect

from server.assessments.models import AssessmentDispute
from server.checkups.models import CheckupReport
from server.people.models import ProxyGrantScope
from server.referrals.models import Referral
from tests.miniprogram.line import LostAnswers
from tests.miniprogram.walking import assessed, cared_for, examined, followed, sent_on

CLOSED = "没有找到，或者现在还不能给您看"


def care(resident: str) -> str:
    return f"pages/care/care?resident={resident}"


class TestOverview:
    async def test_leads_from_the_first_screen_to_each_of_the_four(self, phone, town, walk):
        await cared_for(walk)
        async with phone("wang") as it:
            await it.open()
            await expect(it.button("您的转诊：")).to_contain_text("今天上午 11:00到云桥市第一人民医院，急诊")
            await it.tap("我的照护")
            await it.reads("王桂兰的照护")
            await expect(it.button("医护分级：三级")).to_contain_text("大部分事能自己做")
            await expect(it.button("约好了时间")).to_contain_text("下一步该云桥市颐和养老院")
            await expect(it.button("您今年的体检")).to_contain_text("今年做过了")
            await expect(it.button("血压 185/82 mmHg")).to_contain_text("超过控制线")
            for row, page, words in (
                ("医护分级", "level", "医生每月至少来看 1 次"),
                ("约好了时间", "referral", "去的时候带上"),
                ("今年做过了", "checkup", "有 2 项不正常，接下来这样办"),
                ("185/82", "followup", "请尽快去医院"),
            ):
                await it.tap(row)
                await it.at(f"pages/care/{page}")
                await it.reads(words)
                await it.back()

    async def test_a_daughter_reads_of_her_mother_and_not_of_herself(self, phone, town):
        async with phone("daughter") as it:
            await it.open(care(town.people.wang))
            await it.reads("王桂兰今年满90岁")
            await it.reads("还没有做过评估")
            await it.reads_not("还该做什么")

    async def test_who_may_not_see_the_record_sees_the_referral_alone(self, phone, town, walk):
        await sent_on(walk)
        await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope="record").delete()
        async with phone("daughter") as it:
            await it.open(care(town.people.wang))
            await it.reads("约好了时间")
            await it.reads("要能看健康档案的人才看得到")
            await it.reads_not("高血压")

    async def test_who_may_see_the_record_alone_sees_all_but_the_referral(self, phone, town, walk):
        await sent_on(walk)
        await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope="profile").delete()
        async with phone("daughter") as it:
            await it.open(care(town.people.wang))
            await it.reads("高血压随访")
            await it.reads_not("约好了时间")

    async def test_a_link_in_the_wrong_hands_opens_nothing(self, phone, town, walk):
        uid = (await assessed(walk)).removeprefix("uid=")
        mine = f"resident={town.people.wang}"
        async with phone("nephew") as it:
            for page in (
                "care?",
                "level?",
                "referral?",
                "checkup?",
                f"result?uid={uid}&",
                f"followup?uid={uid}&",
            ):
                await it.open(f"pages/care/{page}{mine}")
                await it.reads(CLOSED)
                await it.reads_not("王桂兰")

    async def test_a_cut_line_is_said_and_tried_again(self, phone, town):
        async with phone("wang") as it:
            await it.open()
            await it.reads("您好，王桂兰")
            await it.online(False)
            await it.tap("我的照护")
            await it.reads("手机现在没有网络")
            await it.online(True)
            await it.tap("再试一次")
            await it.reads("高血压随访")


class TestAResult:
    async def test_says_who_when_and_is_doubted_once(self, phone, town, walk):
        uid = (await assessed(walk)).removeprefix("uid=")
        async with phone("daughter") as it:
            await it.open(f"pages/care/level?resident={town.people.wang}")
            await it.tap("老年人能力评估")
            await it.reads("1 级，能力轻度受损")
            await it.reads("评估员：李秀英、何静")
            await it.tap("看每一项怎么评的")
            await it.reads("需要提示，或独立使用辅具")
            await it.tap("我要说哪里不对")
            await it.tap("交上去")
            await it.reads("还没有写")
            await it.write("您来说，实际是怎样", "走路一直要人扶")
            await it.back()
            await it.tap("我要说哪里不对")
            await expect(it.screen.get_by_label("您来说，实际是怎样")).to_have_value("走路一直要人扶")
            await it.tap_twice("交上去")
            await it.reads("云桥市颐和养老院收到了")
            await it.tap("好，回去看")
            await it.reads("有异议，正在核对")
            await it.reads("走路一直要人扶")
            await it.reads_not("我要说哪里不对")
            await it.open(f"pages/care/doubt?resident={town.people.wang}&uid={uid}")
            await it.reads("这份结果现在不能再提了")
        assert await AssessmentDispute.all().count() == 1

    async def test_an_answer_lost_on_the_way_is_no_second_dispute(self, phone, town, walk):
        uid = (await assessed(walk)).removeprefix("uid=")
        async with phone("wang") as it:
            await it.open(f"pages/care/doubt?resident={town.people.wang}&uid={uid}")
            await it.write("您来说，实际是怎样", "我自己能走")
            lost = LostAnswers()
            await it.page.route("**/disputes", lost)
            await it.tap("交上去")
            await it.reads("收到了")
            assert lost.answers == [201]
        assert await AssessmentDispute.all().count() == 1


class TestAReferral:
    async def test_shows_when_where_whose_turn_and_what_to_bring(self, phone, town, walk):
        await sent_on(walk)
        row = await Referral.get()
        async with phone("daughter") as it:
            await it.open(f"pages/care/referral?resident={town.people.wang}")
            await it.reads("今天上午 11 点")
            await it.reads("云桥市第一人民医院")
            await it.reads("按约好的时间把长者送过去")
            await it.reads("1. 身份证")
            await it.reads(f"{row.code[:5]}-{row.code[5:]}")
            drawn = "(([{ width, clientWidth }]) => width > 200 && width === clientWidth)(document.querySelectorAll('.qr-canvas canvas'))"
            await it.page.wait_for_function(drawn)
            await it.reads_not("胸闷")  # why, the record says

    async def test_what_was_never_sent_is_nobodys_news(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/care/referral?resident={town.people.wang}")
            await it.reads("没有找到这次转诊")


class TestACheckup:
    async def test_says_why_it_is_due_and_then_what_was_found(self, phone, town, walk):
        async with phone("wang") as it:
            await it.open(f"pages/care/checkup?resident={town.people.wang}")
            await it.reads("65岁以上每年有一次免费体检")
            await it.reads("日子还没有定")
            await examined(walk)
            await it.open(f"pages/care/checkup?resident={town.people.wang}")
            await it.reads("血红蛋白 98 g/L，低于 115")
            await it.reads("云桥市河东社区卫生服务中心会在4 月 1 日前复查或安排就医")
            await it.tap("看每一项的结果")
            await it.reads("心电图和影像")

    async def test_what_is_hidden_is_said_and_nothing_is_called_good(self, phone, town, walk):
        await examined(walk)
        async with phone("nurse") as it:
            await it.open(f"pages/care/checkup?resident={town.people.wang}")
            await it.reads("右肺小结节")
            await it.reads("这次还有化验结果没有给您看")
            await it.reads_not("血红蛋白")
            await it.reads_not("没有看到不正常的")

    async def test_what_is_still_lacking_is_marked_on_the_way_there(self, phone, town, walk):
        await examined(walk)
        report = await CheckupReport.get(is_current=True)
        await CheckupReport.filter(id=report.id).update(
            values={name: value for name, value in report.values.items() if name != "hba1c"}
        )
        async with phone("wang") as it:
            await it.open(care(town.people.wang))
            await expect(it.button("您今年的体检")).to_contain_text("还差几项")


class TestAFollowUp:
    async def test_holds_the_last_value_against_the_line(self, phone, town, walk):
        await followed(walk)
        async with phone("daughter") as it:
            await it.open(f"pages/care/followup?resident={town.people.wang}&uid={town.followups.wang}")
            await it.reads("血压 185/82 mmHg")
            await it.reads("血压低于 150/90 mmHg")
            await it.reads("超过控制线")
            await it.reads("请尽快去医院")
            await it.reads("下一次：3 月 16 日（周一）前")
            await it.reads_not("记一次随访")
            await it.tap("看看一次次的变化")
            await it.reads("185")


class TestAtWork:
    async def test_a_message_leads_to_the_page_it_is_about(self, phone, town, walk, worker_pass):
        await sent_on(walk)
        await worker_pass()
        async with phone("daughter") as it:
            await it.open("pages/inbox/inbox")
            await it.tap("转诊约好时间了")
            await it.at("pages/care/referral")
            await it.reads("今天上午 11 点")
