"""The day of a home's manager and of a group's, in a real browser against the real server."""

import re
from datetime import timedelta

from server.booking.models import Appointment
from server.consent.actions import request_consent
from server.consent.models import Consent, ConsentProvision
from server.consent.rules import Purpose, RecordCategory
from server.identity.models import RoleGrant
from server.kit.clock import local_date
from server.people.models import Resident
from server.visits.models import Visit
from tests.console.errands import ROSTER
from tests.console.screen import Screen

ROSTER_FILE = {"name": "名册.csv", "mimeType": "text/csv", "buffer": ROSTER}
SCAN = {"name": "同意书.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 4000}
NOBODYS_NUMBER = "330299195507150212"  # its last digit does not fit


async def fill_in_admission(it: Screen, **more: str) -> None:
    await it.open("/admin/residents/new")
    await it.write("姓名", "沈阿毛")
    await it.choose("性别", "男")
    await it.write("出生日期", "1955-07-15")
    for label, words in more.items():
        await it.write(label, words)


class TestVisit:
    async def test_that_waits_is_confirmed_for_the_home(self, screen, town):
        async with screen("he") as it:
            await it.sign_in()
            await it.follow(re.compile("次巡诊等您确认"))
            await it.row("颐和养老院").get_by_role("link").first.click()
            await it.reads("李福生")
            await it.press("确认这次巡诊")
            await it.press("代表本机构确认")

            await it.reads("双方已确认")
        assert (await Visit.get(uid=town.visits.waiting)).status == "confirmed"


class TestConsent:
    async def test_is_asked_for(self, screen, town):
        async with screen("he") as it:
            await it.sign_in("/admin/consents")
            await it.press("征求同意")
            await it.choose("向哪位长者征求", "李福生（202-1）")
            await it.choose("为了什么", "日常照护")
            await it.tick("健康体检报告")
            await it.write("看到哪一天为止", "2026-09-01")
            await it.press("发出征求")

            await it.reads("李福生")
        assert await Consent.filter(resident__uid=town.people.li, purpose="care").count() == 1

    async def test_on_paper_is_scanned_and_the_answer_taken_down_by_two(self, screen, town, actor, clock):
        asked = await request_consent(
            actor=await actor("feng"),
            resident_uid=town.people.li,
            institution_uid=town.alliance.health_center,
            purpose=Purpose.TREATMENT,
            categories=(RecordCategory.EXAM, RecordCategory.MEDS),
            last_day=local_date(clock()) + timedelta(days=90),
            now=clock(),
        )
        async with screen("he") as it:
            await it.sign_in(f"/admin/consents/{asked.uid}")
            await it.control("扫描件").set_input_files(SCAN)
            await it.press("存入")
            await it.reads("第 1 页")
            await it.open(f"/admin/consents/{asked.uid}")
            await it.press("登记：长者同意")
            await it.tick("健康体检报告")
            await it.choose("另一位见证人", "李秀英")
            await it.press("记下同意")

            await it.reads("已同意")
        given = await Consent.get(uid=asked.uid)
        assert (given.status, given.basis) == ("granted", "witnessed")
        permitted = ConsentProvision.filter(consent_id=given.id, verdict="permit")
        assert await permitted.values_list("category", flat=True) == ["exam"]


class TestAdmission:
    async def test_happens_once_however_often_the_button_is_pressed(self, screen):
        async with screen("he") as it:
            await it.sign_in()
            await fill_in_admission(it)
            await it.press_twice("办理入住")

            await it.reads(re.compile("沈阿毛|没有重复处理"))
        assert await Resident.filter(name="沈阿毛").count() == 1

    async def test_happens_once_when_the_back_button_leads_to_the_form_again(self, scripted):
        async with scripted("he") as it:
            await it.sign_in()
            await fill_in_admission(it)
            await it.press("办理入住")
            await it.reads("已办理入住")
            await it.page.go_back()
            await it.reads("入住机构")
            await it.page.go_forward()

            await it.reads("沈阿毛")
        assert await Resident.filter(name="沈阿毛").count() == 1

    async def test_that_is_refused_says_why_at_the_form_and_keeps_what_was_typed(self, scripted):
        async with scripted("he") as it:
            await it.sign_in()
            await fill_in_admission(it, 身份证号=NOBODYS_NUMBER)
            await it.press("办理入住")

            await it.reads("最后一位校验不对")
            assert await it.control("身份证号").input_value() == NOBODYS_NUMBER
            assert await it.control("姓名").input_value() == "沈阿毛"
        assert not await Resident.filter(name="沈阿毛").exists()

    async def test_that_is_refused_says_why_on_a_page_where_there_are_no_scripts(self, screen):
        async with screen("he") as it:
            await it.sign_in()
            await fill_in_admission(it, 身份证号=NOBODYS_NUMBER)
            await it.press("办理入住")

            await it.reads("身份证号")
            await it.reads("不对")


class TestGroupTrip:
    async def test_is_booked_for_everybody_together(self, screen, town):
        async with screen("he") as it:
            await it.sign_in("/admin/trips")
            await it.press("新排一趟车")
            await it.choose("去哪家医院", "云桥市第一人民医院")
            await it.press("选这家")
            await it.write("哪一天", "2026-03-04")
            await it.choose("上午还是下午", "上午")
            for name in ("王桂兰", "李福生"):
                await it.row(name).get_by_role("combobox").select_option(label="老年医学科")
            await it.press("一起找号")
            await it.reads("号都找到了")
            for name in ("王桂兰", "李福生"):
                await it.row(name).get_by_role("textbox").fill("血压复查")
            await it.press("全部约好")

            await it.reads("2 位长者的号都约好了")
        assert await Appointment.filter(trip_id__isnull=False, status="booked").count() == 2


class TestRoster:
    async def test_with_a_fault_takes_nobody_in_and_says_where_it_is(self, screen):
        async with screen("he") as it:
            await it.sign_in("/admin/residents/roster")
            await it.control("名册文件").set_input_files(ROSTER_FILE)
            await it.press("检查名册")

            await it.reads("还没有导入任何人")
            await it.reads("需要修改的地方")
        assert not await Resident.filter(name="沈阿毛").exists()

    async def test_is_looked_at_and_then_taken_in(self, screen):
        sound = {
            **ROSTER_FILE,
            "buffer": "姓名,身份证号,床位\r\n沈阿毛,330299195507150211,301-1\r\n".encode("gb18030"),
        }
        async with screen("he") as it:
            await it.sign_in("/admin/residents/roster")
            await it.control("名册文件").set_input_files(sound)
            await it.press("检查名册")
            await it.reads("新入住")
            assert not await Resident.filter(name="沈阿毛").exists()
            await it.press("确认导入")

            await it.reads("沈阿毛")
        assert await Resident.filter(name="沈阿毛").count() == 1


class TestExport:
    async def test_asks_for_a_fresh_code_and_is_fetched_when_it_is_written(self, screen, clock, worker_pass):
        async with screen("he") as it:
            await it.sign_in()
            clock.advance(minutes=15)
            await it.open("/admin/consents")
            await it.press("导出表格")
            await it.write("用来做什么", "季度汇报")
            await it.write("动态口令", await it.code())
            await it.press("导出", within=it.main.locator("form[action='/admin/exports']"))
            await it.reads("排上队了")
            await worker_pass()
            await it.open("/admin/exports")
            async with it.page.expect_download() as fetched:
                await it.main.get_by_role("row").get_by_role("link").first.click()

        assert (await fetched.value).suggested_filename.endswith(".xlsx")


class TestGroup:
    async def test_takes_somebody_on_in_one_of_its_homes(self, screen, town):
        async with screen("jin") as it:
            await it.sign_in("/admin/staff")
            await it.press("添加人员")
            await it.write("姓名", "钱小红")
            await it.control("机构与岗位").select_option(value=f"{town.alliance.songhe}:nurse")
            await it.press("添加")

            await it.reads("钱小红")
        assert (
            await RoleGrant.filter(account__name="钱小红", institution__uid=town.alliance.songhe).count() == 1
        )
