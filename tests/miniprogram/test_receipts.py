"""What the phone keeps of a booking, and that a row which the database has lost is said calmly instead of not at all."""

from typing import Any

import pytest

from server.booking.actions import cancel_by_provider
from server.booking.models import Appointment, Slot
from tests.miniprogram.line import Busy
from tests.miniprogram.phone import Phone
from tests.miniprogram.test_booking import THURSDAY, book, to_the_check

GONE = "系统里现在查不到了"


async def lose(uid: str) -> None:
    """Let the database have lost a row that it had acknowledged, seat and all."""
    row = await Appointment.get(uid=uid)
    await row.delete()
    await Slot.filter(id=row.slot_id).update(booked=0)


async def told_of(it: Phone, client: Any, slot: str, resident: str) -> dict[str, Any]:
    """Book elsewhere, and let this phone read it once."""
    card = await book(client, slot, resident)
    await it.open(f"pages/booking/appointment?uid={card['uid']}")
    await it.reads("给服务台看这个码")
    return card


async def compared(it: Phone, url: str = "") -> None:
    """Start the phone, and wait until the server has said what it knows of a missing receipt."""
    async with it.page.expect_response(lambda answer: answer.url.split("?")[0].endswith("/receipt")):
        await it.open(url)
    await it.settled()


class TestALostRow:
    async def test_is_said_on_the_first_screen_with_a_number_and_a_call(self, phone, town):
        async with phone("daughter") as it:
            await to_the_check(it, town, town.people.wang)
            await it.tap("对，就约这个号")
            await it.reads("约好了")
            [kept] = await it.kept("receipts")
            await it.open()
            await it.reads("王桂兰的健康")
            await it.reads_not(GONE)

            await lose(kept["uid"])
            await it.open()

            await it.reads("王桂兰后天（周三）上午 9 点约好的号，系统里现在查不到了，不是您弄错的")
            number = kept["receipt"][-8:].upper()
            await it.reads(f"凭证号 {number[:4]} {number[4:]}")
            await it.tap("打电话问这个号")
            await it.at("pages/call/call")
            await it.reads("打给谁？")

    async def test_is_said_above_the_appointments(self, phone, town, api):
        async with phone("wang") as it:
            card = await told_of(it, await api("wang"), town.booking.public_slot, town.people.wang)
            await lose(card["uid"])

            await it.open(f"pages/booking/appointments?resident={town.people.wang}")

            await it.reads(f"您后天（周三）上午 9 点约好的号，{GONE}")

    async def test_is_not_said_any_more_once_it_was_written_in_again(self, phone, town, api):
        client = await api("daughter")
        async with phone("daughter") as it:
            card = await told_of(it, client, town.booking.public_slot, town.people.wang)
            await lose(card["uid"])
            await it.open()
            await it.reads(GONE)

            await book(client, town.booking.public_slot, town.people.wang)
            await it.open(f"pages/booking/appointments?resident={town.people.wang}")

            await it.reads("后天（周三）上午 9 点")
            await it.page.wait_for_function(
                "(uid) => !localStorage.getItem('wx:receipts').includes(uid)", arg=card["uid"]
            )
            await it.reads_not(GONE)

    async def test_is_said_as_soon_as_the_server_could_be_asked(self, phone, town, api):
        busy = Busy(times=100)
        async with phone("daughter") as it:
            card = await told_of(it, await api("daughter"), town.booking.public_slot, town.people.wang)
            await lose(card["uid"])
            await it.page.route("**/receipt?*", busy)
            await compared(it)
            await it.reads("王桂兰的健康")
            await it.reads_not(GONE)

            busy.mend()
            await it.open()

            await it.reads(GONE)


class TestNothingIsLost:
    async def test_when_the_hospital_cancelled(self, phone, town, api, actor, clock):
        async with phone("daughter") as it:
            card = await told_of(it, await api("daughter"), town.booking.public_slot, town.people.wang)
            await cancel_by_provider(
                actor=await actor("zhao"), appointment_uid=card["uid"], reason="医生出诊临时取消", now=clock()
            )

            await compared(it)

            await it.page.wait_for_function("localStorage.getItem('wx:receipts') === '[]'")
            await it.reads_not(GONE)

    async def test_when_one_may_no_longer_book_for_them(self, phone, town, api):
        async with phone("daughter") as it:
            await told_of(it, await api("daughter"), town.booking.public_slot, town.people.wang)
            ended = await (await api("wang")).post(
                f"/proxies/{town.people.daughter_grant}/end", json={"reason": "resident_wish"}
            )
            assert ended.status_code == 200, ended.text

            async with it.page.expect_response(lambda answer: answer.url.endswith("/residents")):
                await it.open()
            await it.settled()

            await it.reads_not(GONE)


class TestWhatIsKept:
    async def test_is_what_the_server_must_be_given_and_no_more(self, phone, town):
        async with phone("daughter") as it:
            await to_the_check(it, town, town.people.wang)
            await it.tap("对，就约这个号")
            await it.reads("约好了")

            [kept] = await it.kept("receipts")
            assert kept.keys() == {"account", "uid", "slot", "resident", "starts_at", "receipt"}
            memory = await it.memory()
            assert not [each for each in ("王桂兰", "复查", "老年医学科", "第一人民医院") if each in memory]

    async def test_follows_a_move_and_a_cancellation(self, phone, town, api):
        async with phone("daughter") as it:
            old = await told_of(it, await api("daughter"), town.booking.public_slot, town.people.wang)
            await it.tap("换个时间")
            await it.tap("3 月 5 日")
            await it.tap("上午 10 点")
            await it.tap("对，改到这个时间")
            await it.reads("改好了")
            [kept] = await it.kept("receipts")
            assert kept["uid"] != old["uid"]
            assert kept["starts_at"].startswith(THURSDAY)

            await it.open(f"pages/booking/appointment?uid={kept['uid']}&ask=cancel")
            await it.tap("取消这个号")
            await it.reads("是您这边取消的")
            assert await it.kept("receipts") == []

    @pytest.mark.parametrize("days", [2, 3])
    async def test_goes_when_its_day_is_over(self, phone, town, api, clock, days):
        async with phone("daughter") as it:
            await told_of(it, await api("daughter"), town.booking.public_slot, town.people.wang)
            await it.pass_time(clock, days=days)
            await it.open()
            await it.settled()

            assert len(await it.kept("receipts")) == (1 if days == 2 else 0)

    async def test_is_at_most_twenty_and_the_soonest(self, phone, town, api):
        async with phone("daughter") as it:
            await told_of(it, await api("daughter"), town.booking.later_slot, town.people.wang)
            await it.page.evaluate(
                """() => {
                  const [one] = JSON.parse(localStorage.getItem('wx:receipts'))
                  const many = Array.from({ length: 30 }, (_, at) => ({ ...one, account: 'another', uid: `later${at}`, starts_at: `2026-04-${String(30 - at).padStart(2, '0')}T09:00:00+08:00` }))
                  localStorage.setItem('wx:receipts', JSON.stringify([...many, one]))
                }"""
            )
            await it.open()

            kept = await it.kept("receipts")
            assert len(kept) == 20
            assert [kept[0]["starts_at"][:10], kept[-1]["starts_at"][:10]] == [THURSDAY, "2026-04-19"]

    async def test_leaves_with_its_owner(self, phone, town, api):
        async with phone("daughter") as it:
            await told_of(it, await api("daughter"), town.booking.public_slot, town.people.wang)
            await it.open("pages/settings/leave")
            await it.tap("注销账号", nth=0)
            await it.reads("账号已经注销")

            assert await it.kept("receipts") is None
