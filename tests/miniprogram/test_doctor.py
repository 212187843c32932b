"""The family doctor on the phone: who it is, a contract that is read and signed, a choice, and the way out."""

from datetime import date

from playwright.async_api import expect

from server.alliance.models import ServiceAgreement
from server.enrolments.models import Enrolment
from server.people.models import ProxyGrantScope
from tests.miniprogram.line import LostAnswers
from tests.miniprogram.walking import without_doctor

CLOSED = "没有找到，或者现在还不能给您看"


def doctor(resident: str) -> str:
    return f"pages/doctor/doctor?resident={resident}"


class TestTheDoctor:
    async def test_is_named_with_team_and_package_in_plain_words(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/care/care?resident={town.people.wang}")
            await it.tap("家庭医生：林致远")
            await it.reads("河东家庭医生一组")
            await it.reads("团队里还有：冯远")
            await it.reads("2027 年 1 月 30 日到期")
            await it.reads("65 岁及以上老年人包，不收费")
            await it.reads("每年一次免费体检和生活自理能力评估")
            await it.reads_not("续签")
            await it.tap("看签过的协议")
            await it.reads("长者可以随时结束，不用说理由")

    async def test_of_who_may_read_and_not_sign_offers_no_way_out(self, phone, town):
        await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope="consent").delete()
        async with phone("daughter") as it:
            await it.open(doctor(town.people.wang))
            await it.reads("林致远")
            await it.reads_not("结束签约")

    async def test_a_link_in_the_wrong_hands_opens_nothing(self, phone, town):
        uid = town.enrolments.wang
        async with phone("nephew") as it:
            for page in ("doctor", "choose", "contract", "leave"):
                await it.open(f"pages/doctor/{page}?resident={town.people.wang}&uid={uid}")
                await it.reads(CLOSED)
                await it.reads_not("林致远")


class TestSigning:
    async def test_from_the_first_screen_to_a_contract_that_runs(self, phone, town):
        async with phone("guardian") as it:
            await it.open()
            await it.tap("请李福生签约家庭医生")
            await it.at("pages/doctor/doctor")
            await it.reads("等您决定")
            await it.tap("看协议，再决定")
            await it.reads("甲方：长者本人")
            lost = LostAnswers()
            await it.page.route("**/signature", lost)
            await it.tap_twice("看过了，我签")
            await it.reads("签好了，从今天开始")
            await it.tap("好，回去看")
            await it.at("pages/doctor/doctor")
            await it.reads("打电话给医生")
        assert lost.answers == [200]
        assert (await Enrolment.get(uid=town.enrolments.li)).status == "active"

    async def test_other_words_are_shown_before_anybody_says_yes_to_them(self, phone, town):
        async with phone("guardian") as it:
            await it.open(f"pages/doctor/contract?resident={town.people.li}&uid={town.enrolments.li}")
            await it.reads("甲方：长者本人")
            row = await Enrolment.get(uid=town.enrolments.li)
            words = [["谁和谁", "换过的话。"], *row.text[1:]]
            await Enrolment.filter(id=row.id).update(text=words, text_hash="0" * 64)
            await it.tap("看过了，我签")
            await it.reads("协议的内容和您看到的不一样了")
            await it.reads("换过的话")
        assert (await Enrolment.get(id=row.id)).signed_at is None


class TestChoosing:
    async def test_leave_then_choose_anew_and_take_it_back(self, phone, town):
        async with phone("wang") as it:
            await it.open(doctor(town.people.wang))
            await it.tap("不签了，结束签约")
            await it.reads("要结束和林致远医生的签约吗")
            await it.tap_twice("结束签约")
            await it.reads("签约结束了")
            await it.tap("好，回去看")
            await it.reads("还没有家庭医生")
            await it.tap("选一位家庭医生")
            await it.reads("要哪个服务包")
            await it.tap("下一步，看协议")
            await it.reads("还没有选")
            await it.choose("65 岁及以上老年人包")
            await it.tap("下一步，看协议")
            await it.reads("负责医生林致远")
            await it.tap("看过了，我签")
            await it.reads("签好字了，等团队确认")
            await it.tap("好，回去看")
            await it.at("pages/doctor/doctor")
            await it.tap("撤回这次申请")
            await it.tap("撤回申请")
            await it.reads("退回去了")
            await it.tap("好，回去看")
            await expect(it.button("选一位家庭医生")).to_be_visible()

    async def test_a_contract_of_nothing_chosen_leads_back(self, phone, town, walk):
        await without_doctor(walk)
        async with phone("wang") as it:
            await it.open(f"pages/doctor/contract?resident={town.people.wang}")
            await it.reads("您离开过，请从头选一遍")
            await it.tap("回去看")
            await it.reads("选一位家庭医生")

    async def test_near_its_end_a_contract_is_renewed_and_stays_until_then(self, phone, town, clock):
        clock.set(clock.instant.replace(year=2027, month=1, day=10))
        await ServiceAgreement.all().update(last_day=date(2027, 12, 31))
        async with phone("wang") as it:
            await it.open(f"pages/care/care?resident={town.people.wang}")
            await expect(it.button("家庭医生：林致远")).to_contain_text("快到期了")
            await it.tap("家庭医生：林致远")
            await it.tap("续签")
            await it.choose("基础包")
            await it.tap("下一步，看协议")
            await it.tap("看过了，我签")
            await it.tap("好，回去看")
            await it.reads("签好字了，等林致远医生的团队确认")
            await it.reads("1 月 30 日（周六）到期")
            await it.reads_not("续签")
