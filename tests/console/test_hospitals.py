"""The day of a hospital's officer and of the health center that goes out, in a real browser against the real server."""

from server.booking.models import Appointment, WaitlistOffer
from server.feedback.models import FeedbackCase
from server.visits.models import VisitItem
from tests.architecture.verdicts.scenes import Scenes
from tests.console.conftest import out_with_feng


class TestDesk:
    async def test_registers_an_arrival_and_what_came_of_it(self, screen, town, clock):
        clock.advance(days=1)
        async with screen("zhao") as it:
            await it.sign_in("/admin/appointments")
            await it.press("登记到诊", within=it.row("李福生"))
            await it.reads("李福生已登记到诊")
            await it.press("就诊完成", within=it.row("李福生"))

            await it.reads("已就诊")
        assert (await Appointment.get(uid=town.booking.li_tomorrow)).status == "fulfilled"

    async def test_registers_an_arrival_by_the_code_on_the_phone(self, screen, town, clock):
        clock.advance(days=1)
        code = (await Appointment.get(uid=town.booking.li_tomorrow)).arrival_code
        async with screen("zhao") as it:
            await it.sign_in("/admin/appointments")
            await it.write("长者到了", code)
            await it.key("Enter")

            await it.reads("李福生已登记到诊")


class TestQueue:
    async def test_calls_whoever_came_first_and_shows_no_name_on_the_wall(self, screen, town, clock):
        await Scenes(town).arrived_today()
        async with screen("zhao") as it:
            await it.sign_in("/admin/queue")
            await it.write("请到", "3 诊室")
            await it.press("叫下一位")
            await it.reads("3 诊室")
            await it.open("/admin/queue/screen")

            await it.reads("3 诊室")
            await it.reads_not("李福生")
        assert await Appointment.filter(called_to="3 诊室").count() == 1


class TestClosingADay:
    async def test_shows_who_is_affected_and_keeps_a_new_seat_for_each(self, screen, town):
        async with screen("zhao") as it:
            await it.sign_in(f"/admin/schedules?department={town.alliance.geriatrics}")
            await it.press("停诊")
            await it.write("哪一天停诊", "2026-03-03")
            await it.press("看看影响到谁")
            await it.reads("李福生")
            await it.write("告诉长者的原因", "医生外出会诊")
            await it.press("登记停诊，并留号")

            await it.reads("受影响的 1 位长者")
        assert (await Appointment.get(uid=town.booking.li_tomorrow)).status == "cancelled"
        assert await WaitlistOffer.filter(entry__resident__uid=town.people.li).count() == 1


class TestFindingsSheet:
    async def test_refuses_the_implausible_and_writes_the_whole_round(self, scripted, town):
        visit = await out_with_feng(town)
        async with scripted("feng") as it:
            await it.sign_in(f"/admin/visits/{visit}/sheet")
            await it.row("王桂兰").get_by_label("结果").select_option(value="seen")
            pulse = it.row("王桂兰").locator("[name^=pulse-]")
            await pulse.fill("720")
            await it.press("写入健康档案")
            await it.main.locator(".fault").first.wait_for()
            assert await pulse.input_value() == "720"
            await pulse.fill("72")
            await it.press("写入健康档案")

            await it.at(f"/admin/visits/{visit}")
        assert (await VisitItem.get(visit__uid=visit, resident__uid=town.people.wang)).outcome == "seen"


class TestCase:
    async def test_is_answered_step_by_step(self, screen, town):
        async with screen("feng") as it:
            await it.sign_in("/admin/cases")
            await it.follow("打开", within=it.row("河东"))
            await it.write("查到了什么", "已约家属当面说明")
            await it.press("提出整改")

            await it.reads("整改中")
        assert (await FeedbackCase.get(uid=town.feedback.case)).status == "rectifying"
