"""What came of the doctors' visits, for those who were visited; and how staff say that it was not so."""

from typing import Any

from playwright.async_api import expect

from server.people.models import ProxyGrantScope
from server.visits.models import VisitItem

CLOSED = "没有找到，或者现在还不能给您看"


def visit(uid: str, resident: str = "") -> str:
    return f"pages/visits/visit?uid={uid}" + (f"&resident={resident}" if resident else "")


async def status_of(client: Any, uid: str) -> str:
    return str((await client.get(f"/visits/{uid}")).json()["status"])


class TestVisitsOfOne:
    async def test_what_will_come_what_was_and_what_both_sides_say(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/visits/visits?resident={town.people.wang}")
            await it.reads("要来的")
            await expect(it.button("约好了，还没来")).to_contain_text("今天上午 9 点")
            await it.tap("两边都确认了")

            await it.reads("这次看了什么？")
            await it.reads("云桥市河东社区卫生服务中心的林致远")
            await it.reads("心率 72 次/分")
            await it.reads("精神好，睡眠可")
            await it.reads("林致远确认了，是这样")
            await it.reads("李秀英确认了，是这样")
            await it.reads("扫了码，证明确实来过")

    async def test_a_daughter_may_rate_it_or_say_that_it_was_not_so(self, phone, town):
        async with phone("daughter") as it:
            await it.open(visit(town.visits.confirmed, town.people.wang))
            await it.tap("给这次打个分")
            await it.at("pages/feedback/rate")
            assert (await it.page.evaluate("window.__wxRoute().said"))["token"]
            await it.back()
            await it.tap("不是这样，我要说")
            await it.at("pages/feedback/complaint")
            said = await it.page.evaluate("window.__wxRoute().said")
            assert said == {"institution": town.alliance.health_center, "resident": town.people.wang}

    async def test_what_was_measured_says_what_it_means(self, phone, town):
        await VisitItem.filter(uid=town.visits.confirmed_wang).update(entries=[town.records.wang_pressure])
        async with phone("wang") as it:
            await it.open(visit(town.visits.confirmed, town.people.wang))
            await expect(it.button("血压 152/88 mmHg")).to_contain_text("要留意")
            await expect(it.button("血压 152/88 mmHg")).to_contain_text("比目标高一点，请告诉护士")

    async def test_who_may_not_see_the_record_sees_the_visit_without_findings(self, phone, town):
        await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope="record").delete()
        async with phone("daughter") as it:
            await it.open(visit(town.visits.confirmed, town.people.wang))
            await it.reads("要能看健康档案的人才看得到")
            await it.reads_not("心率")
            await it.reads("林致远确认了")

    async def test_somebody_who_was_away_is_told_so(self, phone, town):
        await VisitItem.filter(uid=town.visits.confirmed_wang).update(
            outcome="absent", entries=[], note="去做理疗了"
        )
        async with phone("daughter") as it:
            await it.open(visit(town.visits.confirmed, town.people.wang))
            await it.reads("这次没有看成")
            await it.reads("那时人不在，没有看")
            await it.reads("去做理疗了")

    async def test_a_coming_visit_asks_nothing_of_anybody(self, phone, town):
        async with phone("wang") as it:
            await it.open(visit(town.visits.today, town.people.wang))
            await it.reads("医生要来")
            await it.reads("量血压、血糖，问睡眠")
            await it.reads("不用排队")
            await it.reads_not("不是这样")
            await it.reads_not("李福生")

    async def test_a_link_in_the_wrong_hands_opens_nothing(self, phone, town):
        for persona in ("nephew", "stranger"):
            async with phone(persona) as it:
                for page in (visit(town.visits.confirmed, town.people.wang), visit(town.visits.confirmed)):
                    await it.open(page)
                    await it.reads(CLOSED)
                    await it.reads_not("林致远")
                await it.open(f"pages/visits/dispute?uid={town.visits.confirmed}")
                await it.reads(CLOSED)

    async def test_a_guardian_sees_the_other_sides_word_when_it_comes(self, phone, town, api):
        async with phone("guardian") as it:
            await it.open(f"pages/visits/visits?resident={town.people.li}")
            await it.tap("医生那边确认了，等养老院确认")
            await it.reads("还没有说话")
            await it.reads_not("给这次打个分")
            answer = await (await api("nurse")).post(f"/visits/{town.visits.waiting}/attestation", json={})
            assert answer.status_code == 201, answer.text

            await it.back()

            await it.reads("两边都确认了")


class TestItWasNotSo:
    async def test_a_nurse_says_so_once_and_the_family_sees_it(self, phone, town, api):
        waiting = town.visits.waiting
        nurse = await api("nurse")
        async with phone("nurse") as it:
            await it.open(visit(waiting))
            await it.tap("不是这样")
            await it.tap("说不是这样")
            await it.reads("还没有写")
            await it.write("哪里不是这样", "那天没有到 202-1 床")
            await it.back()
            await it.tap("不是这样")
            await expect(it.screen.get_by_label("哪里不是这样")).to_have_value("那天没有到 202-1 床")
            await it.online(False)
            await it.tap("说不是这样")
            await it.reads("手机现在没有网络")
            assert await status_of(nurse, waiting) == "attested_provider"
            await it.online(True)

            await it.tap("说不是这样")

            await it.reads("这次巡诊先不算数")
            assert await status_of(nurse, waiting) == "disputed"
            await it.tap("好，回去看")
            await it.reads("两边说的不一样，正在核对")
        async with phone("guardian") as it:
            await it.open(visit(waiting, town.people.li))
            await it.reads("李秀英说不是这样")
            await it.reads("那天没有到 202-1 床")

    async def test_somebody_of_the_same_house_was_faster(self, phone, town, api):
        async with phone("nurse") as it:
            await it.open(f"pages/visits/dispute?uid={town.visits.waiting}")
            await it.write("哪里不是这样", "没有来")
            await (await api("nurse")).post(f"/visits/{town.visits.waiting}/attestation", json={})

            await it.tap("说不是这样")

            await it.reads("这次巡诊的状态已经变化")
            await expect(it.screen.get_by_label("哪里不是这样")).to_have_value("没有来")

    async def test_the_family_is_led_to_where_it_may_speak(self, phone, town):
        async with phone("daughter") as it:
            await it.open(f"pages/visits/dispute?uid={town.visits.confirmed}")
            await it.reads("这一页给医生和护士用")
            await it.reads_not("写好以后")

    async def test_a_visit_that_counts_is_not_disputed_here(self, phone, town):
        async with phone("nurse") as it:
            await it.open(f"pages/visits/dispute?uid={town.visits.confirmed}")
            await it.reads("现在不能在这里说了")

    async def test_a_doctor_picks_one_of_several(self, phone, town):
        async with phone("doctor") as it:
            await it.open(visit(town.visits.today))
            await it.reads("看哪一位？")
            await it.tap("202-1 床 李福生")
            await it.reads("量血压，看伤口")
