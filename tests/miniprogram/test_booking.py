"""Three steps to a seat, and everything that can come between: somebody faster, a dead line, a change of mind."""

from collections import Counter
from typing import Any

from playwright.async_api import expect

from server.booking.actions import cancel_by_provider
from tests.miniprogram.line import Busy, LostAnswers, Slow, sign_out_everywhere
from tests.miniprogram.phone import Phone
from tests.miniprogram.walking import offered

WEDNESDAY, THURSDAY, SATURDAY = "2026-03-04", "2026-03-05", "2026-03-07"


def way(town: Any, resident: str, department: str, **more: str) -> str:
    said = {
        "resident": resident,
        "institution": town.alliance.first_hospital,
        "department": department,
        **more,
    }
    return "&".join(f"{key}={value}" for key, value in said.items())


async def to_the_times(it: Phone, town: Any, resident: str, *, department: str = "geriatrics") -> None:
    """Say what it is for and choose a day; the times are then on the screen."""
    day = WEDNESDAY if department == "geriatrics" else SATURDAY
    await it.open(f"pages/booking/where?{way(town, resident, getattr(town.alliance, department))}")
    await it.reads("这次去看什么")
    await it.choose("复查")
    await it.tap("下一步")
    await it.tap("下一步，选日子")
    await it.tap("后天（周三）" if day == WEDNESDAY else "3 月 7 日")
    await it.reads("几点去？")


async def to_the_check(it: Phone, town: Any, resident: str, time: str = "上午 9 点") -> None:
    await to_the_times(it, town, resident)
    await it.tap(time)
    await it.reads("看一遍，对不对？")
    await it.reads("慢慢看")


async def mine(client: Any, resident: str) -> list[dict[str, Any]]:
    answer = await client.get("/appointments", params={"resident": resident, "limit": 100})
    return list(answer.json()["items"])


async def statuses(client: Any, resident: str) -> Counter[str]:
    return Counter(each["status"] for each in await mine(client, resident))


async def book(client: Any, slot: str, resident: str) -> dict[str, Any]:
    body = {"resident": resident, "reason": "复查"}
    answer = await client.post(f"/slots/{slot}/appointments", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def say_what_for(it: Phone) -> None:
    await it.tap("下一步")
    await it.reads("请先点一个，或者写一句")
    await it.choose("复查")
    await it.write("自己写这次去看什么", "膝盖疼")
    await it.tap("下一步")
    await it.reads("有人陪着去吗")
    await it.choose("家里人陪着")
    await it.tap("下一步，选日子")


class TestThreeSteps:
    async def test_a_daughter_books_for_her_mother(self, phone, town, api):
        async with phone("daughter") as it:
            await it.open(f"pages/booking/where?resident={town.people.wang}")
            await it.reads("第 1 步，共 3 步")
            await it.reads_not("第二人民医院")  # no agreement with the home: only on wish
            await it.tap("看看别的医院")
            await it.reads("第二人民医院")
            await it.tap("第一人民医院")
            await it.tap("老年医学科")

            await say_what_for(it)

            await it.reads("第 2 步，共 3 步")
            await it.reads("绿色通道")
            await it.tap("后天（周三）")
            await it.tap("上午 9 点")
            await it.reads("第 3 步，共 3 步")
            await it.reads("这个号给您留到上午 9 点 10 分，慢慢看。")
            await it.reads("以前的病，来复查，膝盖疼")
            await it.tap("对，就约这个号")

            await it.reads("约好了")
            client = await api("daughter")
            card = next(each for each in await mine(client, town.people.wang) if each["status"] == "booked")
            assert (card["reason"], card["companion_note"]) == ("以前的病，来复查，膝盖疼", "家里人陪着")
            # the reserved seat, which nobody else could use
            assert card["slot_uid"] == town.booking.green_slot
            for part in (card["arrival_code"][:4], card["arrival_code"][8:]):
                await it.reads(part)

            await it.tap("好，用微信提醒我")
            await it.reads("好的，到时候用微信提醒您")
            asked = await it.page.evaluate("window.__wxWorld.said.map((each) => each.subscribe).flat()")
            assert "tmpl_appointment_reminder" in asked
            await it.tap("好了，回首页")
            await it.reads("去云桥市第一人民医院老年医学科看病")

    async def test_the_code_is_drawn_dark_on_white_and_big(self, phone, town, api):
        card = await book(await api("wang"), town.booking.later_slot, town.people.wang)
        async with phone("wang", scale=1.5) as it:
            await it.open(f"pages/booking/appointment?uid={card['uid']}")
            await it.reads("给服务台看这个码")

            code = it.screen.get_by_role("img", name="到诊码，请给服务台扫")
            await expect(code).to_be_visible()
            box = await code.bounding_box()
            assert box is not None
            assert 240 <= box["width"] <= 375 - 40
            shades = await code.locator("canvas").evaluate(
                """(canvas) => {
                  const { width, height } = canvas
                  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
                  const at = (x, y) => data[(y * width + x) * 4]
                  const dark = data.filter((_, i) => i % 4 === 0 && data[i] === 0).length / (width * height)
                  return { corner: at(2, 2), dark }
                }"""
            )
            assert shades["corner"] == 255
            assert 0.15 < shades["dark"] < 0.6

    async def test_one_with_nobody_else_to_book_for_is_not_asked_for_whom(self, phone):
        async with phone("wang") as it:
            await it.open("pages/booking/where")

            await it.reads("去哪家医院看？")

    async def test_nobody_books_for_whom_they_may_not(self, phone, town, api):
        card = await book(await api("daughter"), town.booking.later_slot, town.people.wang)
        for persona in ("nephew", "stranger"):
            async with phone(persona) as it:
                await it.open(f"pages/booking/where?resident={town.people.wang}")
                await it.reads("您现在还不能替这位老人约号")
                await it.reads("申请替老人办事")

                await it.go(f"pages/booking/when?{way(town, town.people.wang, town.alliance.geriatrics)}")
                await it.reads("它不归您看")
                await it.go(f"pages/booking/appointment?uid={card['uid']}")
                await it.reads("它不归您看")
                await it.reads_not("王桂兰")


class TestSomebodyWasFaster:
    async def test_the_last_seat_is_gone_and_one_waits_from_there(self, phone, town, api):
        async with phone("daughter") as it:
            await to_the_times(it, town, town.people.wang, department="cardiology")
            await it.reads("还有 1 个号")
            await book(await api("guardian"), town.booking.almost_full_slot, town.people.li)
            await it.tap("下午 2 点")

            await it.reads("这个时段已经约满")
            await it.reads("这一天没有空的号了")
            await it.tap("等别人退号")
            await it.reads("想等哪几天的号？")
            await it.choose("只要 3 月 7 日")
            await it.tap("登记，等别人退号")  # what it is for was said already

            await it.reads("登记好了")
            await it.reads("您排在第一位")
            [entry] = (await (await api("wang")).get("/waitlist")).json()
            assert (entry["department_name"], entry["latest_at"]) == (
                "心血管内科",
                "2026-03-08T00:00:00+08:00",
            )

            await it.tap("不等了")
            await it.reads("排队的位置就没有了")
            await it.tap("不等了")
            await it.reads("现在没有在等的号")
            assert (await (await api("wang")).get("/waitlist")).json() == []

    async def test_a_time_that_overlaps_sends_one_back_with_the_reason(self, phone, town, api):
        await book(await api("wang"), town.booking.public_slot, town.people.wang)
        async with phone("daughter") as it:
            await to_the_times(it, town, town.people.wang)
            await it.tap("上午 9 点")

            await it.reads("同一时间已有另一个预约")
            await it.reads("上午 9 点半")
            await it.tap("看看已经约好的号")
            await it.reads("后天（周三）上午 9 点")


class TestTheHold:
    async def test_a_seat_whose_time_ran_out_is_kept_again_and_nothing_is_lost(self, phone, town, api, clock):
        client = await api("daughter")
        async with phone("daughter") as it:
            await to_the_check(it, town, town.people.wang)
            await it.pass_time(clock, minutes=11)

            await it.reads("这个号已经放回去了")
            await it.reads("以前的病，来复查")
            await it.tap("再留一次这个号")
            await it.reads("上午 9 点 21 分")
            await it.tap("对，就约这个号")

            await it.reads("约好了")
            assert (await statuses(client, town.people.wang))["booked"] == 1

    async def test_when_only_the_server_knows_that_it_ran_out_it_says_so(self, phone, town, clock):
        async with phone("daughter") as it:
            await to_the_check(it, town, town.people.wang)
            clock.advance(minutes=11)
            await it.tap("对，就约这个号")

            await it.reads("这个号已经放回去了")
            await it.tap("再留一次这个号")
            await it.tap("对，就约这个号")
            await it.reads("约好了")

    async def test_lost_to_another_while_it_was_not_kept(self, phone, town, api, clock):
        async with phone("daughter") as it:
            await to_the_times(it, town, town.people.wang, department="cardiology")
            await it.tap("下午 2 点")
            await it.reads("慢慢看")
            await it.pass_time(clock, minutes=11)
            await it.reads("这个号已经放回去了")
            await book(await api("guardian"), town.booking.almost_full_slot, town.people.li)

            await it.tap("再留一次这个号")

            await it.reads("这个时段已经约满")
            await it.reads("这一天没有空的号了")

    async def test_back_in_the_middle_finds_the_same_seat_and_another_time_gives_it_back(
        self, phone, town, api
    ):
        client = await api("daughter")
        async with phone("daughter") as it:
            await to_the_check(it, town, town.people.wang)
            await it.back()
            await it.reads("这个号正给您留着")
            await it.tap("上午 9 点")
            await it.reads("慢慢看")
            assert (await statuses(client, town.people.wang))["held"] == 1

            await it.back()
            await it.tap("上午 10 点")
            await it.reads("上午 10 点")
            await it.reads("慢慢看")
            found = await statuses(client, town.people.wang)
            assert found["held"] == 1
            assert found.keys().isdisjoint({"released", "cancelled"})  # it was never an appointment

            await it.tap("改看什么、谁陪同")
            await it.reads("这次去看什么")
            await it.choose("配药")
            await it.tap("下一步")
            await it.tap("改好了")
            await it.reads("配药")
            await it.tap("对，就约这个号")
            await it.reads("约好了")
            booked = [each for each in await mine(client, town.people.wang) if each["status"] == "booked"]
            assert [each["reason"] for each in booked] == ["配药"]
            assert (await statuses(client, town.people.wang))["held"] == 0

    async def test_the_app_was_closed_and_the_seat_is_still_theirs(self, phone, town, api):
        client = await api("daughter")
        async with phone("daughter") as it:
            await to_the_check(it, town, town.people.wang)
            # From the start: nothing is remembered on the phone.
            await to_the_check(it, town, town.people.wang)
            assert (await statuses(client, town.people.wang))["held"] == 1

            await it.open()
            await it.reads("还没有确认")
            await it.tap("还没有确认")
            await it.reads("这个号还没有确认，要不要？")
            await it.tap("要，就约这个号")
            await it.reads("约好了")
            assert (await statuses(client, town.people.wang))["booked"] == 1


class TestTheLine:
    async def test_offline_at_the_last_step_then_online_is_one_appointment(self, phone, town, api):
        async with phone("daughter") as it:
            await to_the_check(it, town, town.people.wang)
            await it.online(False)
            await it.tap("对，就约这个号")
            await it.reads("手机现在没有网络")
            await it.reads("以前的病，来复查")

            await it.online(True)
            await it.tap("对，就约这个号")

            await it.reads("约好了")
            assert (await statuses(await api("daughter"), town.people.wang))["booked"] == 1

    async def test_an_answer_that_was_lost_is_asked_for_under_the_same_key(self, phone, town, api):
        async with phone("daughter") as it:
            holds, confirmations = it.keys_of("/holds"), it.keys_of("/confirm")
            for path in ("**/holds", "**/confirm"):
                await it.page.route(path, LostAnswers())
            await to_the_check(it, town, town.people.wang)
            assert len(holds) == 2
            assert len(set(holds)) == 1

            await it.tap("对，就约这个号")
            await it.reads("约好了")

            assert len(confirmations) == 2
            assert len(set(confirmations)) == 1
            found = await statuses(await api("daughter"), town.people.wang)
            assert (found["booked"], found["held"]) == (1, 0)

    async def test_a_slow_line_a_double_tap_and_a_busy_server_book_once(self, phone, town, api):
        slow = Slow()
        async with phone("wang") as it:
            await to_the_check(it, town, town.people.wang)
            keys = it.keys_of("/confirm")
            await it.page.route("**/confirm", slow)
            await it.page.route("**/confirm", Busy())
            await it.tap_twice("对，就约这个号")
            await slow.has()
            await it.button("正在预约").tap(force=True)
            slow.let_through()

            await it.reads("约好了")
            assert len(keys) == 2  # the busy one and its repetition, and nothing of the second tap
            assert len(set(keys)) == 1
            assert (await statuses(await api("wang"), town.people.wang))["booked"] == 1

    async def test_a_revoked_token_is_not_noticed(self, phone, town, api):
        async with phone("daughter") as it:
            await to_the_check(it, town, town.people.wang)
            await sign_out_everywhere(await api("daughter"))
            await it.tap("对，就约这个号")

            await it.reads("约好了")


class TestAnAppointment:
    async def test_is_moved_and_the_old_seat_stays_until_then(self, phone, town, api):
        client = await api("daughter")
        old = await book(client, town.booking.public_slot, town.people.wang)
        async with phone("daughter") as it:
            await it.open(f"pages/booking/appointments?resident={town.people.wang}")
            await it.tap("后天（周三）上午 9 点")
            await it.tap("换个时间")
            await it.reads("这个号一直给您留着")
            await it.tap("3 月 5 日")
            await it.tap("上午 10 点")
            await it.reads("改到这个时间，对不对？")
            await it.reads("第 2 步，共 2 步")
            await it.tap("对，改到这个时间")

            await it.reads("改好了")
            cards = {each["uid"]: each for each in await mine(client, town.people.wang)}
            assert cards[old["uid"]]["status"] == "rescheduled"
            [now] = [each for each in cards.values() if each["status"] == "booked"]
            assert now["starts_at"].startswith(THURSDAY)
            assert now["reason"] == "复查"

    async def test_is_not_lost_when_the_new_time_is_taken(self, phone, town, api):
        client = await api("guardian")
        old = await book(client, town.booking.later_slot, town.people.li)
        cardiology = town.alliance.cardiology
        async with phone("guardian") as it:
            await it.open(
                f"pages/booking/when?{way(town, town.people.li, cardiology, move=old['uid'], day=SATURDAY)}"
            )
            await it.tap("下午 2 点")
            await it.reads("改到这个时间，对不对？")
            await book(await api("wang"), town.booking.almost_full_slot, town.people.wang)
            await it.tap("对，改到这个时间")

            await it.reads("您原来的号还在")
            await it.reads("这一天没有空的号了")
            assert (await client.get(f"/appointments/{old['uid']}")).json()["status"] == "booked"

    async def test_is_given_back_after_it_was_said_what_that_means(self, phone, town, api):
        client = await api("wang")
        card = await book(client, town.booking.public_slot, town.people.wang)
        async with phone("wang") as it:
            await it.open(f"pages/booking/appointment?uid={card['uid']}")
            await it.tap("去不了，取消这个号")
            await it.reads("取消以后，这个号马上让给别的老人")
            await it.tap("不取消，留着")
            await it.reads("给服务台看这个码")
            await it.tap("去不了，取消这个号")
            await it.reads("为什么取消？")
            await it.choose("没有人陪")
            await it.tap("取消这个号")

            await it.reads("是您这边取消的")
            await it.reads("没有人陪")
            assert (await client.get(f"/appointments/{card['uid']}")).json()["status"] == "cancelled"
            await it.tap("重新预约")
            await it.reads("看哪个科？")

    async def test_that_the_hospital_cancelled_says_so_and_comes_first(self, phone, town, api, actor, clock):
        card = await book(await api("wang"), town.booking.public_slot, town.people.wang)
        await cancel_by_provider(
            actor=await actor("zhao"), appointment_uid=card["uid"], reason="医生出诊临时取消", now=clock()
        )
        async with phone("daughter") as it:
            await it.open(f"pages/booking/appointment?uid={card['uid']}")

            await it.reads("是医院取消的，不算您没去")
            await it.reads("医生出诊临时取消")
            await it.tap("看看等到第几位了")
            await it.reads("医院取消过这位老人的号，所以先补")


class TestAnOffer:
    async def test_is_taken(self, phone, town, api, walk):
        uid = await offered(walk)
        async with phone("guardian") as it:
            await it.open(f"pages/booking/offer?{uid}")
            await it.reads("等到号了，要不要？")
            await it.reads("这个号给您留到今天上午 9 点半")
            await it.tap("要这个号")

            await it.reads("约好了")
            assert (await statuses(await api("guardian"), town.people.li))["booked"] == 2

    async def test_is_let_go_and_one_keeps_waiting(self, phone, town, api, walk):
        await offered(walk)
        async with phone("guardian") as it:
            await it.open("pages/booking/waitlist")
            await it.tap("有号了，请您决定要不要")
            await it.tap("不要，让给下一位")

            await it.reads("您还接着等")
            [entry] = (await (await api("guardian")).get("/waitlist")).json()
            assert entry["status"] == "waiting"

    async def test_that_came_too_late_says_what_is_true_now(self, phone, town, api, clock, walk):
        uid = await offered(walk)
        async with phone("guardian") as it:
            await it.open(f"pages/booking/offer?{uid}")
            await it.reads("要不要？")
            clock.advance(minutes=31)
            await it.tap("要这个号")

            await it.reads("确认时间过了")
            await it.reads("这个号已经不在了")
        async with phone("nephew") as it:
            await it.open(f"pages/booking/offer?{uid}")
            await it.reads("这个号已经不在了")
            await it.reads_not("李福生")
