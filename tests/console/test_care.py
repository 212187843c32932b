"""What a resident is entitled to, from the first press to the last: a bed at home, a family doctor, medicine that goes on."""

import re

from server.enrolments.models import Enrolment
from server.home_beds.models import HomeBed
from server.home_beds.rules import CURRENT
from server.prescriptions.models import LongPrescription
from tests.architecture.verdicts.scenes import Scenes
from tests.console.screen import Screen
from tests.console.test_homes import SCAN


class TestABedAtHome:
    async def test_is_asked_for_assessed_opened_and_rests_while_she_is_in_hospital(
        self, scripted, town, worker_pass
    ):
        wang = f"/admin/residents/{town.people.wang}"
        async with scripted("he") as it:
            await it.sign_in(wang)
            await it.follow("申请家庭病床", within=it.main)
            await it.choose("由哪家医疗机构开", "云桥市河东社区卫生服务中心")
            await it.press("申请家庭病床")
            await it.reads("由云桥市河东社区卫生服务中心上门评估")
        bed = f"/admin/home-beds/{(await HomeBed.get()).uid}"
        async with scripted("feng") as it:
            await it.sign_in("/admin/home-beds")
            await it.follow("王桂兰", within=it.main)
            await self.assess(it)
            await it.write("家床号", "JC-01")
            await it.write("医保备案号", "云医保家床〔2026〕01")
            await it.press("建床")
            await it.reads("写一次查床")
        async with scripted("he") as it:
            await it.sign_in(wang)
            await it.press("转为住院")
            await it.press("确定转为住院")
            await it.reads("照护状态已更新")
            await worker_pass()
            await it.open(bed)

            await it.reads("住院暂停")
            await it.reads_not("写一次查床")
        assert (await HomeBed.get()).status == "suspended"

    async def assess(self, it: Screen) -> None:
        for premise in CURRENT.premises:
            await it.tick(premise.words)
        await it.tick("长期卧床")
        await it.choose("类型", "护理型")
        await it.choose("责任医生", "林致远")
        await it.choose("责任护士", "冯远")
        await it.write("病情摘要和建床意见", "长期卧床，病情平稳")
        await it.press("评估通过")


class TestAFamilyDoctor:
    async def test_is_offered_to_who_has_none_signed_on_paper_and_accepted(self, screen, town):
        await Scenes(town).medicine_li_without_contract()
        async with screen("he") as it:
            await it.sign_in("/admin/enrolments/missing")
            await it.follow("拟一份协议", within=it.row("李福生"))
            await it.main.get_by_role("combobox", name="服务包").select_option(label="基础包（不收费）")
            await it.press("拟好，请长者签字")
            await it.press("登记纸上的签字")
            await it.write("签字的纸存在哪里", "护士站柜一")
            await it.control("扫描件").set_input_files(SCAN)
            await it.press("登记签字")
            await it.reads("等团队确认")
        async with screen("feng") as it:
            await it.sign_in(f"/admin/enrolments/{(await self.newest()).uid}")
            await it.press("团队接受")

            await it.reads("已确认，现在是“生效”")
        made = await self.newest()
        assert (made.status, made.package_code) == ("active", "base")

    async def newest(self) -> Enrolment:
        return await Enrolment.all().order_by("-id").first()


class TestALongPrescription:
    async def test_is_refilled_before_the_last_day(self, screen, town, clock):
        first = await Scenes(town).medicine_prescribed()
        clock.advance(days=24)
        async with screen("feng") as it:
            await it.sign_in("/admin/prescriptions")
            await it.follow("王桂兰", within=it.main)
            await it.reads(re.compile("由林致远在 2026年3月28日前续方"))
            await it.follow("续方", within=it.main)
            for condition in ("诊断明确", "病情平稳，用药稳定", "能按时吃药，有人照看和随访"):
                await it.tick(condition)
            await it.press("续方")

            await it.reads("吃到 2026年4月26日")
        assert await LongPrescription.all().count() == 2
        assert (await LongPrescription.get(uid=first)).status == "active"
