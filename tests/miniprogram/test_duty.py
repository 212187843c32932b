"""What staff have of their own on the phone: courses and signing in, the month's work line by line, medicines to receive."""

from datetime import timedelta

from playwright.async_api import expect

from server.identity.models import TrainingRecord
from server.prescriptions.actions import receive_delivery
from server.prescriptions.models import MedicineDelivery
from server.training.actions import finish_session
from server.training.codes import shown_code
from server.training.models import TrainingAttendance, TrainingSession
from tests.miniprogram.line import LostAnswers
from tests.miniprogram.walking import medicine_brought

TRAINING, WORKLOAD = "pages/duty/training", "pages/duty/workload"


class TestTraining:
    async def test_from_the_code_on_the_trainers_screen_to_the_certificate(
        self, filming, camera, walk, worker_pass
    ):
        row = await TrainingSession.get(uid=walk.town.training.session)
        walk.clock.set(row.starts_at + timedelta(minutes=1))
        async with filming("nurse") as it:
            await it.open()
            await it.tap("我的培训")
            await it.reads("养老护理员岗前培训")
            await it.reads("今天下午 2 点半到下午 4 点半")
            await it.reads("还有 20 个名额")
            await camera.sees_code("https://prize.example.com/你中奖了")
            await it.tap("扫码签到")
            await it.reads("这不是培训签到的码")
            await camera.sees_code(shown_code(session_id=row.id, now=walk.clock() - timedelta(minutes=5)))
            await it.tap("扫码签到")
            await it.reads("签到码已经更新了")
            lost = LostAnswers()
            await it.page.route("**/attendances", lost)
            await camera.sees_code(shown_code(session_id=row.id, now=walk.clock()))
            await it.tap("扫码签到")
            await it.reads("签到好了")
            await it.reads("已经签到")
            await finish_session(actor=await walk.actor("feng"), uid=row.uid, now=walk.clock())
            await worker_pass()
            await it.open("pages/inbox/inbox")
            await it.tap("您有一张新的培训证书")
            await it.at(TRAINING)
            await it.reads("有效到2027 年 3 月 1 日")
        assert lost.answers == [201]
        assert await TrainingAttendance.filter(session_id=row.id).count() == 1

    async def test_what_keeps_somebody_from_a_round_is_said(self, phone, town):
        async with phone("doctor") as it:
            await it.open(TRAINING)
            await it.reads("我的证书")
            await it.reads("感染防控与手卫生")
            await it.reads_not("不能安排您去巡诊")
            await TrainingRecord.filter(
                account__uid=town.identity.accounts["doctor"], course="round_pre_service"
            ).delete()
            await it.open(TRAINING)
            await it.reads("没有它，不能安排您去巡诊")

    async def test_is_for_staff(self, phone):
        async with phone("daughter") as it:
            for page in (TRAINING, WORKLOAD):
                await it.open(page)
                await it.reads("这一页是给医护人员用的")


class TestWorkload:
    async def test_a_month_opens_to_its_lines_and_a_line_to_its_visit(self, phone, town):
        async with phone("doctor") as it:
            await it.open()
            await it.tap("我的工作量")
            await it.at(WORKLOAD)
            await it.reads("2026 年 3 月的工作量")
            await it.tap("2026 年 2 月")
            await it.reads("2026 年 2 月的工作量")
            await expect(it.button("云桥市颐和养老院").first).to_contain_text("在养老院 ×2")
            await it.tap("云桥市颐和养老院")
            await it.at("pages/round/visit")
            await it.reads("王桂兰")

    async def test_a_nurse_of_a_home_is_told_that_hers_is_not_counted(self, phone):
        async with phone("nurse") as it:
            await it.open(WORKLOAD)
            await it.reads("养老院的护士不在里面")


class TestReceiving:
    async def test_what_comes_today_is_received_once_under_ones_own_name(self, phone, walk):
        await medicine_brought(walk)
        async with phone("nurse") as it:
            await it.open()
            await it.tap("今天有 1 份药要收")
            await it.tap("王桂兰")
            await it.reads("7 粒")
            lost = LostAnswers()
            await it.page.route("**/receipt", lost)
            await it.tap_twice("药收到了")
            await it.reads("记下了，药收到了")
            await it.reads("李秀英记下")
            await it.tap("接着收下一份")
            await it.reads("今天没有要收的药")
        assert lost.answers == [200]
        assert (await MedicineDelivery.get()).status == "handed_over"

    async def test_who_was_second_is_told_who_was_first(self, phone, walk):
        uid = (await medicine_brought(walk)).removeprefix("uid=")
        async with phone("nurse") as it:
            await it.open(f"pages/duty/delivery?uid={uid}")
            await it.reads("请一样一样点清楚")
            await receive_delivery(actor=await walk.actor("he"), uid=uid, now=walk.clock())
            await it.tap("药收到了")
            await it.reads("何静记下")
            await it.reads_not("请一样一样点清楚")

    async def test_a_nurse_of_another_home_sees_nothing_of_it(self, phone, walk):
        uid = await medicine_brought(walk)
        async with phone("other_nurse") as it:
            await it.open(f"pages/duty/delivery?{uid}")
            await it.reads("没有打开")
            await it.reads_not("王桂兰")
