"""Who is sent to a home, and for what: nobody untrained, everything that is due in one half-day, and why not the rest."""

from server.identity.models import TrainingRecord
from server.people.models import Resident
from server.people.rules import CareState
from server.training.codes import shown_code
from server.training.models import TrainingSession
from server.visits.models import Visit, VisitItem
from tests.console.screen import Screen

THURSDAY = ("2026-03-05T09:00", "2026-03-05T11:00")


class TestTraining:
    async def test_whoever_lacks_it_is_refused_learns_signs_in_by_code_and_is_sent(
        self, screen, town, api, clock
    ):
        await TrainingRecord.filter(
            account__uid=town.identity.accounts["doctor"], course="infection_control"
        ).delete()
        before = await Visit.all().count()
        async with screen("feng") as it:
            await it.sign_in()
            await self.plan(it, town, "林致远（缺感染防控与手卫生）")
            await it.reads("3 月 5 日不能安排")
            assert await Visit.all().count() == before
            await it.open("/admin/courses")
            await it.press("安排一场培训")
            await it.control("课程").select_option(value="infection_control")
            await it.write("开始", "2026-03-02T08:50")
            await it.write("地点", "三楼")
            await it.write("讲师", "周护士长")
            await it.main.get_by_role("button", name="安排", exact=True).click()
            await it.press("打开签到码")
            await it.reads("已签到 0 位")
            await self.scan(await api("doctor"), clock)
            await it.page.reload()
            await it.reads("已签到 1 位")
            await it.follow("感染防控与手卫生", within=it.main)
            await it.press("结束并发证")
            await it.press("确定结束并发证")
            await it.reads("PX20260302-")
            await self.plan(it, town, "林致远")

            await it.reads("已列入计划，双方都能看到")
        assert await Visit.all().count() == before + 1

    async def scan(self, phone, clock) -> None:
        session = await TrainingSession.all().order_by("-id").first()
        code = shown_code(session_id=session.id, now=clock())
        answer = await phone.post("/training/attendances", json={"code": code})
        assert answer.status_code == 201, answer.text

    async def plan(self, it: Screen, town, clinician: str) -> None:
        await it.open(f"/admin/visits/plan?agreement={town.alliance.yihe_health_center}")
        await it.choose("服务项目", "医疗巡诊")
        await it.write("计划开始", THURSDAY[0])
        await it.write("计划结束", THURSDAY[1])
        await it.main.get_by_label("王桂兰").check()
        await it.main.get_by_label(clinician, exact=True).check()
        await it.press("列入计划")


class TestAHalfDay:
    async def test_is_packed_says_who_is_left_out_and_why_and_becomes_a_round(self, screen, town):
        await Resident.filter(uid=town.people.wang).update(care_state=CareState.INPATIENT)
        before = await Visit.all().count()
        async with screen("feng") as it:
            await it.sign_in("/admin/rounds/half-day")
            await it.choose("去哪家养老院", "云桥市颐和养老院")
            await it.press("选这家")
            await it.tick("林致远")
            await it.press("排一排")
            await it.reads("没有排进去的")
            await it.row("王桂兰").get_by_text("人在住院，回来以后再排。").wait_for()
            await it.press("列入计划")

            await it.reads("已列入计划，共")
            await it.reads("李福生")
            await it.reads_not("王桂兰")
        assert await Visit.all().count() == before + 1
        planned = await Visit.all().order_by("-id").first()
        assert await VisitItem.filter(visit=planned).exclude(resident__uid=town.people.li).count() == 0
