"""A home bed on the phone: ask for one, see whose turn it is, who comes and by when, and take the question back."""

from datetime import timedelta

from playwright.async_api import expect

from server.home_beds.models import HomeBed
from tests.miniprogram.line import LostAnswers
from tests.miniprogram.walking import bed_asked, bed_opened

CLOSED = "没有找到，或者现在还不能给您看"


def bed(resident: str) -> str:
    return f"pages/bed/bed?resident={resident}"


class TestAskingForOne:
    async def test_is_asked_for_once_and_taken_back_once(self, phone, town):
        async with phone("daughter") as it:
            await it.open(f"pages/care/care?resident={town.people.wang}")
            await expect(it.button("家庭病床")).to_contain_text("现在没有办")
            await it.tap("家庭病床")
            await it.tap("申请家庭病床")
            await it.tap("交上去")
            await it.reads("还没有选")
            await it.choose("河东社区卫生服务中心")
            lost = LostAnswers()
            await it.page.route("**/home-beds", lost)
            await it.tap_twice("交上去")
            await it.reads("云桥市河东社区卫生服务中心收到了")
            await it.tap("好，回去看")
            await it.reads("等医生上门评估")
            await it.reads("云桥市河东社区卫生服务中心上门评估，最晚")
            await it.tap("不想办了，撤回申请")
            await it.tap("撤回申请")
            await it.reads("还没有选。请先点一个原因")
            await it.choose("要先去住院")
            await it.tap_twice("撤回申请")
            await it.reads("医院不会再来评估")
            await it.tap("好，回去看")
            await it.reads("现在没有办家庭病床")
            await it.reads("申请已撤回：要先去住院")
        assert lost.answers == [201]
        assert [row.status for row in await HomeBed.all()] == ["withdrawn"]

    async def test_a_second_one_is_refused_in_plain_words(self, phone, town, walk):
        async with phone("daughter") as it:
            await it.open(f"pages/bed/ask?resident={town.people.wang}")
            await it.choose("河东社区卫生服务中心")
            await bed_asked(walk)  # the home was faster
            await it.tap("交上去")
            await it.reads("已经有一张家庭病床在申请或在床")


class TestAnOpenBed:
    async def test_says_who_comes_by_when_and_what_holds_in_an_emergency(
        self, phone, town, walk, clock, worker_pass
    ):
        await bed_opened(walk)
        await worker_pass()
        async with phone("wang") as it:
            await it.open("pages/inbox/inbox")
            await it.tap("家庭病床开好了")
            await it.at("pages/bed/bed")
            await it.reads("我的家庭病床")
            await it.reads("每周来查床 2 次")
            await it.reads("最晚明天（周二）")
            await it.reads("已经开了 1 天")
            await it.reads("医生：林致远")
            await it.reads("凭家庭病床备案号按门急诊医保直接结算")
            await it.reads_not("撤回")
            await it.reads_not("压伤")  # what was found, the record says
            clock.advance(days=3)
            await it.page.clock.set_system_time(clock.instant + timedelta(minutes=1))
            await it.open(bed(town.people.wang))
            await it.reads("应在3 月 3 日（周二）前办好，已经过了")

    async def test_what_was_opened_is_not_taken_back(self, phone, town, walk):
        uid = await bed_asked(walk)
        async with phone("wang") as it:
            await it.open(f"pages/bed/withdraw?resident={town.people.wang}&{uid}")
            await it.reads("为什么撤回")
            await HomeBed.all().update(live_key=None)
            await bed_opened(walk)
            await it.open(
                f"pages/bed/withdraw?resident={town.people.wang}&uid={(await HomeBed.all().order_by('-id').first()).uid}"
            )
            await it.reads("这份申请现在不能撤回了")

    async def test_a_link_in_the_wrong_hands_opens_nothing(self, phone, town, walk):
        uid = await bed_opened(walk)
        async with phone("nephew") as it:
            for page in ("bed", "withdraw"):
                await it.open(f"pages/bed/{page}?resident={town.people.wang}&{uid}")
                await it.reads(CLOSED)
                await it.reads_not("林致远")
