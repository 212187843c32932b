"""What somebody takes by long prescription, on their own phone: how long it lasts, when the next comes, and a refill."""

from playwright.async_api import expect

from server.people.models import ProxyGrantScope
from server.prescriptions.models import Refill
from tests.miniprogram.line import LostAnswers
from tests.miniprogram.walking import medicine_brought

CLOSED = "没有找到，或者现在还不能给您看"


def medicine(resident: str) -> str:
    return f"pages/medicine/medicine?resident={resident}"


class TestWhatIsTaken:
    async def test_is_read_from_the_page_of_care(self, phone, town, walk):
        await medicine_brought(walk)
        async with phone("wang") as it:
            await it.open(f"pages/care/care?resident={town.people.wang}")
            await expect(it.button("长期吃的药：1 种")).to_contain_text("最早3 月 29 日（周日）吃完")
            await it.tap("长期吃的药")
            await it.reads("还能吃 28 天吃到3 月 29 日（周日）")
            await it.reads("今天送到云桥市颐和养老院，由护士收")
            await it.reads("不要自己停药、加药")

    async def test_nearly_gone_is_said_and_asked_for_once(self, phone, town, walk, clock):
        await medicine_brought(walk)
        clock.advance(days=23)
        async with phone("daughter") as it:
            await it.open(medicine(town.people.wang))
            await it.reads("只够吃 5 天了")
            await it.reads("该送到的，还没有到")
            lost = LostAnswers()
            await it.page.route("**/refill", lost)
            await it.tap_twice("请医生续方")
            await it.reads("已经告诉医生了")
            await it.reads_not("请医生续方")
            await it.open(medicine(town.people.wang))
            await it.reads("请过医生了")
        assert lost.answers == [204]
        assert (await Refill.get()).asked_at is not None

    async def test_somebody_else_of_the_family_was_faster(self, phone, town, walk, api):
        await medicine_brought(walk)
        async with phone("daughter") as it:
            await it.open(medicine(town.people.wang))
            await it.reads("请医生续方")
            [card] = (await (await api("wang")).get(f"/residents/{town.people.wang}/medicines")).json()
            path = f"/residents/{town.people.wang}/medicines/{card['prescription_uid']}/refill"
            assert (await (await api("wang")).post(path)).status_code == 204
            await it.tap("请医生续方")
            await it.reads("请过医生了")

    async def test_who_may_not_see_the_record_sees_none(self, phone, town, walk):
        await medicine_brought(walk)
        await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope="record").delete()
        async with phone("daughter") as it:
            await it.open(f"pages/care/care?resident={town.people.wang}")
            await it.reads("家庭医生：林致远")
            await it.reads_not("长期吃的药")
            await it.open(medicine(town.people.wang))
            await it.reads(CLOSED)
