"""For residents without a phone: what they were asked, and what they think, taken down at the bed before witnesses."""

from datetime import timedelta
from typing import Any

from server.consent.actions import request_consent
from server.consent.models import Consent, ConsentProvision, ConsentSignature
from server.consent.rules import Purpose, RecordCategory
from server.feedback.models import Rating
from server.kit.clock import local_date
from tests.miniprogram.line import LostAnswers
from tests.miniprogram.phone import Phone

LIST = "pages/witness/witness"
ASKED = (RecordCategory.MEDS, RecordCategory.EXAM, RecordCategory.RESTRICTED_MENTAL)


async def asked(town: Any, actor: Any, clock: Any) -> str:
    """Let the home's manager ask Li, who has no phone."""
    card = await request_consent(
        actor=await actor("he"),
        resident_uid=town.people.li,
        institution_uid=town.alliance.yihe,
        purpose=Purpose.CARE,
        categories=ASKED,
        last_day=local_date(clock()) + timedelta(days=90),
        now=clock(),
    )
    return card.uid


async def read_and_choose(it: Phone) -> None:
    await it.reads("李福生：给不给看档案")
    await it.tap("李福生：给不给看档案")
    await it.reads("一句一句读给李福生听")
    await it.reads("不同意或者撤回，不会影响您住养")
    await it.tap("读完了，老人听明白了")
    await it.reads("李福生怎么说？")
    await it.choose("老人同意，给看下面选的")
    await it.tap("下一步，写见证人")
    await it.reads("一项都没有选。")
    await it.choose("用药与过敏")
    await it.choose("这一项给看")
    await it.tap("下一步，写见证人")


async def declined(it: Phone, uid: str, *, before: str) -> None:
    await it.open(f"pages/witness/consent?uid={uid}")
    await it.tap("读完了，老人听明白了")
    await it.reads("老人不同意，都不给看")
    await it.choose("老人不同意，都不给看")
    await it.tap("下一步，写见证人")
    await it.reads(before)
    await it.choose(before)
    await it.write("签字纸或录音放在哪里", "录音 3 号")


class TestConsent:
    async def test_is_read_together_and_agreed_to_item_by_item_before_two(self, phone, town, actor, clock):
        uid = await asked(town, actor, clock)
        async with phone("nurse") as it:
            await it.open(LIST)
            await read_and_choose(it)
            await it.reads("见证人一：李秀英（您）")
            await it.tap("记下：老人同意")
            await it.reads("请选一位在场的同事")
            await it.choose("金萍")
            await it.tap("记下：老人同意")
            await it.reads("请写明签字纸或录音放在哪里。")
            await it.write("签字纸或录音放在哪里", "纸质同意书第 12 号，二楼护士站")

            await it.back()
            await it.tap("李福生：给不给看档案")
            await it.reads("谁在场见证？")
            await it.screen.locator("wx-canvas canvas").scroll_into_view_if_needed()
            await it.draw()
            await it.reads("擦掉重写")
            await it.tap_twice("记下：老人同意")
            await it.reads("老人同意了")
            await it.reads("可以看：用药与过敏、精神心理疾病")
            await it.tap("回到单子")
            await it.reads("现在没有要问的")

        row = await Consent.get(uid=uid)
        assert (row.status, row.basis, row.evidence) == (
            "granted", "witnessed", "纸质同意书第 12 号，二楼护士站",
        )  # fmt: skip
        permitted = await ConsentProvision.filter(consent_id=row.id, verdict="permit").values_list(
            "category", flat=True
        )
        assert set(permitted) == {"meds", "restricted_mental"}
        assert await ConsentSignature.filter(consent_id=row.id).count() == 1

    async def test_is_declined_without_any_harm_but_not_before_whoever_asked(self, phone, town, actor, clock):
        uid = await asked(town, actor, clock)
        async with phone("nurse") as it:
            await declined(it, uid, before="何静")
            await it.tap("记下：老人不同意")
            await it.reads("发起征求的人不能当见证人")
            await it.choose("金萍")
            await it.tap("记下：老人不同意")
            await it.reads("老人没有同意")
            await it.reads("老人的住养、看病和各种服务都不变")

        assert (await Consent.get(uid=uid)).status == "denied"

    async def test_the_guardian_was_faster_and_the_page_says_so(self, phone, town, actor, clock, api):
        uid = await asked(town, actor, clock)
        async with phone("nurse") as it:
            await declined(it, uid, before="金萍")
            guardian = await api("guardian")
            assert (await guardian.post(f"/consents/{uid}/denial")).status_code == 200
            await it.tap("记下：老人不同意")
            await it.reads("这份征求已经有了结果，不用再问了。")


class TestRating:
    async def test_is_taken_down_in_the_residents_words_and_marked(self, phone, town):
        async with phone("other_nurse") as it:
            await it.open(LIST)
            await it.tap("赵云珍：服务好不好")
            await it.reads("赵云珍打几分？")
            await it.tap("记下")
            await it.reads("请先问老人打几分")
            await it.choose("4 分，满意")
            await it.choose("等候")
            await it.write("老人的原话", "等得不久，医生也和气")
            await it.back()
            await it.tap("赵云珍：服务好不好")
            await it.reads("已选")
            keys = it.keys_of("/assisted-rating")
            await it.page.route("**/assisted-rating", LostAnswers())
            await it.tap_twice("记下")
            await it.reads("赵云珍：4 分")
            assert len(keys) == 2
            assert len(set(keys)) == 1
            await it.reads("会标明是护士帮着填的")
            await it.tap("回到单子")
            await it.reads("现在没有要评价的服务")

        rating = await Rating.get(token__uid=town.feedback.to_assist)
        assert (rating.score, rating.capacity, rating.tags) == (4, "assisted", ["waiting"])

    async def test_somebody_else_has_written_it_down_already(self, phone, town, api):
        async with phone("other_nurse") as it:
            await it.open(f"pages/witness/rating?token={town.feedback.to_assist}")
            await it.reads("4 分，满意")
            await it.choose("4 分，满意")
            nurse = await api("other_nurse")
            await nurse.post(
                f"/rating-tokens/{town.feedback.to_assist}/assisted-rating",
                json={"score": 5, "tags": [], "text": ""},
            )
            await it.tap("记下")
            await it.reads("这次服务已经评价过了。")


class TestThoseWhoAreNotNurses:
    async def test_are_told_plainly(self, phone):
        for persona, words in (
            ("doctor", "这一页是给养老院护士用的"),
            ("daughter", "这一页是给医护人员用的"),
        ):
            async with phone(persona) as it:
                await it.open(LIST)
                await it.reads(words)
