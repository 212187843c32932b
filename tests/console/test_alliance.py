"""Two institutions find each other: a gap, a demand, an answer, an agreement signed and filed; and a clinic of a home's own."""

import re

from server.alliance.models import ServiceAgreement
from server.clinics.models import InHouseClinic
from server.demands.models import Demand
from tests.architecture.verdicts.scenes import Scenes


class TestAGap:
    async def test_leads_to_a_candidate_a_demand_and_a_draft_of_an_agreement(self, scripted, town):
        async with scripted("qian") as it:
            await it.sign_in("/admin/demands/gaps")
            gap = it.row("云桥市清河养老院")
            await it.follow("云桥市河东社区卫生服务中心", within=gap)
            await it.reads("签约伙伴和服务")
            await it.page.go_back()
            await it.follow("替它公布需求", within=gap)
            await it.write("医疗巡诊（人数）", "12")
            await it.press("公布")
            await it.reads("需求已公布")
        demand = f"/admin/demands/{(await self.published()).uid}"
        async with scripted("feng") as it:
            await it.sign_in(demand)
            await it.write("能承接多少位长者", "20")
            await it.tick("周二")
            await it.press("答复")
            await it.reads("20 位")
        async with scripted("qian") as it:
            await it.sign_in(demand)
            await it.press("选定", within=it.row("河东"))
            await it.reads("请双方起草协议")
        async with scripted("feng") as it:
            await it.sign_in(demand)
            await it.press("起草协议")

            await it.reads("草稿")
        made = await ServiceAgreement.get(home__uid=town.alliance.qinghe)
        assert (made.status, (await self.published()).agreement_id) == ("draft", made.id)

    async def published(self) -> Demand:
        return await Demand.get(home__name="云桥市清河养老院", need="rounds")

    async def test_that_an_agreement_already_covers_leads_to_planning_the_visit(self, screen, town):
        demand = await Scenes(town).demand_matched()
        async with screen("feng") as it:
            await it.sign_in(f"/admin/demands/{demand['demand_uid']}")
            await it.follow("安排上门", within=it.main)

            await it.reads("云桥市河东社区卫生服务中心 到 云桥市颐和养老院")
            await it.reads("看哪些长者")


class TestAnAgreement:
    async def test_is_proposed_signed_by_both_and_filed(self, scripted, town):
        agreement = f"/admin/agreements/{await Scenes(town).drafted()}"
        async with scripted("he") as it:
            await it.sign_in(agreement)
            await it.press("提出，请双方签署")
            await self.sign(it)
            await it.reads("甲方（养老机构）")
        async with scripted("sun") as it:
            await it.sign_in(agreement)
            await self.sign(it)
        async with scripted("tang") as it:
            await it.sign_in(agreement)
            await it.write("备案号", "云卫备〔2026〕009")
            await it.press("备案")

            await it.reads("云卫备〔2026〕009")
            await it.reads(re.compile("生效中|已备案"))
        signed = await ServiceAgreement.get(filing_number="云卫备〔2026〕009")
        assert signed.status in {"filed", "active"}

    async def sign(self, it) -> None:
        await it.press("代表本机构签署")
        await it.press("我已看过，签署")
        await it.reads("已代表本机构签署")


class TestAClinic:
    async def test_is_applied_for_with_its_paper_and_licensed(self, screen, town):
        page = f"/admin/clinics/homes/{town.alliance.yihe}"
        async with screen("he") as it:
            await it.sign_in("/admin/clinics")
            await it.follow("云桥市颐和养老院", within=it.main)
            await it.press("递交申请")
            await it.write("文书编号", "受理 1 号")
            await it.write("文书日期", "2026-03-02")
            await it.press("确定递交申请")
            await it.reads("材料在卫生健康部门")
            await it.reads("受理 1 号")
        async with screen("tang") as it:
            await it.sign_in(page)
            await it.press("登记许可或备案")
            await it.write("文书编号", "备 7 号")
            await it.write("文书日期", "2026-03-02")
            await it.press("确定登记许可或备案")

            await it.reads("备 7 号")
        assert (await InHouseClinic.get(uid=town.clinics.yihe)).status == "licensed"
