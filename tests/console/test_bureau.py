"""The day of the bureaus, the moderator, the hotline, the auditor and the administrator, and of anybody at the counter."""

import re
from datetime import date

from server.feedback.models import FeedbackCase, Rating
from server.notifications.models import CallListEntry
from server.people.actions import admit, discharge
from server.people.models import Resident
from server.people.rules import Sex, StayEnd


class TestModerator:
    async def test_lets_a_text_be_seen_and_the_score_stays(self, screen, town):
        before = await Rating.get(uid=town.feedback.waiting)
        async with screen("shen") as it:
            await it.sign_in()
            await it.follow(re.compile("条评价文字等您审核"))
            await it.reads("挂号的小伙子")
            await it.press("公开")

            await it.reads("没有等着看的文字")
        after = await Rating.get(uid=town.feedback.waiting)
        assert (after.status, after.score) == ("published", before.score)


class TestCivilAffairs:
    async def test_goes_from_a_number_of_the_board_to_the_homes_behind_it(self, screen):
        async with screen("qian") as it:
            await it.sign_in("/admin/board")
            await it.follow(re.compile("签约覆盖"))

            await it.reads("福寿养老院")
            await it.reads("没有签约")

    async def test_proposes_to_void_with_a_fresh_code_and_needs_a_second_person(self, screen, town, clock):
        async with screen("qian") as it:
            await it.sign_in()
            clock.advance(minutes=15)
            await it.open(f"/admin/cases/{town.feedback.case}")
            await it.press("提出作废")
            await it.write("理由", "查实不符")
            await it.write("动态口令", await it.code())
            await it.press("确定提出作废")

            await it.reads("作废")
        assert (await FeedbackCase.get(uid=town.feedback.case)).status == "verifying"

    async def test_merges_two_entries_of_one_person_and_takes_it_back(self, screen, town, actor, clock):
        twin = await admit(
            actor=await actor("song"),
            home_uid=town.alliance.songhe,
            name="王桂兰",
            sex=Sex.FEMALE,
            birth_date=date(1936, 2, 29),
            now=clock(),
        )
        await discharge(
            actor=await actor("he"), resident_uid=town.people.wang, reason=StayEnd.MOVED, now=clock()
        )
        async with screen("qian") as it:
            await it.sign_in("/admin/merges")
            await it.write("保留的登记号", twin.uid)
            await it.write("并入的登记号", town.people.wang)
            await it.write("依据", "两家机构各登记了一次")
            clock.advance(minutes=1)  # the code of the sign-in is spent
            await it.write("动态口令", await it.code())
            await it.press("合并两份登记")
            await it.reads("两份登记已合并")
            assert (await Resident.get(uid=town.people.wang)).merged_into_id is not None
            await it.write("当时并入的登记号", town.people.wang)
            await it.write("原因", "核对后是两个人")
            await it.press("撤销合并")

            await it.reads("合并已撤销")
        assert (await Resident.get(uid=town.people.wang)).merged_into_id is None


class TestHealthCommission:
    async def test_sees_the_waits_and_takes_nobody_s_name_along(self, screen):
        async with screen("tang") as it:
            await it.sign_in("/admin/board")
            await it.follow(re.compile("绿色通道等候"))

            await it.reads("绿色通道")
            await it.reads_not("李福生")


class TestHotline:
    async def test_takes_a_call_and_writes_down_how_it_went(self, screen, town):
        async with screen("xu") as it:
            await it.sign_in()
            await it.follow(re.compile("通电话等着拨打"))
            await it.reads_not("赵云珍")
            await it.press("我来打")
            await it.reads("赵云珍")
            await it.choose("结果", "已告知")
            await it.press("记下结果")

            await it.reads("名单是空的")
        assert (await CallListEntry.get(uid=town.notifications.call)).outcome == "told"


class TestAuditor:
    async def test_follows_a_consent_to_who_dealt_with_it(self, screen, town):
        async with screen("zheng") as it:
            await it.sign_in("/admin/audit/subjects")
            await it.write("对象编号", town.consent.wang_yihe)
            await it.press("查询")

            await it.reads("何静")


class TestAdministrator:
    async def test_takes_an_officer_of_a_hospital_on(self, screen, town):
        async with screen("root") as it:
            await it.sign_in("/admin/staff")
            await it.press("添加人员")
            await it.write("姓名", "钱小红")
            await it.control("机构与岗位").select_option(
                value=f"{town.alliance.first_hospital}:hospital_manager"
            )
            await it.press("添加")

            await it.reads("钱小红")


class TestAnybody:
    async def test_finds_a_home_in_the_directory_without_signing_in(self, screen):
        async with screen("") as it:
            await it.open("/admin/public/institutions")
            await it.follow("云桥市颐和养老院")

            await it.reads("河东社区卫生服务中心")
            await it.reads_not("王桂兰")
