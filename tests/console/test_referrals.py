"""A resident goes to the hospital: both desks in a real browser, from the resident's page to where she is received."""

from server.people.models import Resident
from server.referrals.models import Referral
from tests.architecture.verdicts.referral_scenes import E
from tests.architecture.verdicts.scenes import Scenes


class TestReferring:
    async def test_writes_it_from_the_residents_page_and_sends_it(self, screen, town):
        async with screen("he") as it:
            await it.sign_in(f"/admin/residents/{town.people.wang}")
            await it.follow("转诊", within=it.main)
            await it.choose("转到哪家", "云桥市第一人民医院")
            await it.tick("需要上级机构检查才能明确诊断")
            await it.write("初步印象", "右膝骨关节炎")
            await it.write("主要现病史（转出原因）", "右膝疼痛一周，夜间影响睡眠")
            await it.press("存为草稿")
            await it.reads("由我们写好后发给对方")
            await it.press("发给对方")
            await it.press("确定发给对方")

            await it.reads("现在是：等待受理")
        assert (await Referral.get()).sent_at is not None


class TestReceiving:
    async def test_accepts_books_a_green_seat_and_registers_the_arrival(self, screen, town):
        uid = await Scenes(town).referred(E.SUBMIT)
        async with screen("zhao") as it:
            await it.sign_in("/admin")
            await it.follow("件转诊等我们处理", within=it.main)
            await it.follow("去处理", within=it.row("王桂兰"))
            await it.press("受理")
            await it.press("确定受理")
            await it.reads("现在是：已受理")
            await it.follow("预约绿色通道的号", within=it.main)
            await it.main.get_by_role("button", name="约这个号").first.click()
            await it.reads("号约好了")
            await it.press("收到人了")
            await it.press("确定收到人了")

            await it.reads("现在是：已收到人")
        assert (await Referral.get(uid=uid)).appointment_id is not None
        assert (await Resident.get(uid=town.people.wang)).care_state == "inpatient"


class TestTheBureau:
    async def test_presses_whoever_is_late(self, screen, town):
        await Scenes(town).referral_late()
        async with screen("tang") as it:
            await it.sign_in("/admin/referrals/late")
            await it.reads("云桥市第一人民医院")
            await it.reads_not("王桂兰")
            row = it.row("云桥市第一人民医院")
            await row.get_by_text("督办", exact=True).click()
            await row.get_by_label("怎样督办的").fill("电话催过，今天答复")
            await row.get_by_role("button", name="记下并给新时限").click()

            await it.reads("已督办")
        assert (await Referral.get()).escalated_at is None
