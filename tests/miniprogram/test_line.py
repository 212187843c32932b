"""The line between phone and server, when it is cut, slow, or the token has died: the person is told, and nothing is lost."""

from playwright.async_api import expect

from tests.miniprogram.line import Busy, LostAnswers, Slow, sign_out_everywhere


class TestSigningIn:
    async def test_a_revoked_token_is_replaced_without_a_word(self, phone, api):
        async with phone("wang") as it:
            await it.open()
            await it.reads("您好，王桂兰")
            await sign_out_everywhere(await api("wang"))
            before = (await it.kept("session"))["token"]

            await it.go("pages/inbox/inbox")
            await it.settled()
            await it.reads_not("没有打开")

            assert (await it.kept("session"))["token"] != before
            assert len(await it.requests("/session")) == 2

    async def test_two_pages_that_find_it_dead_at_once_sign_in_once(self, phone):
        async with phone("wang") as it:
            await it.open()
            await it.reads("您好，王桂兰")
            await it.page.evaluate(
                "() => { const kept = JSON.parse(localStorage.getItem('wx:session')); kept.token = 'x'.repeat(43); localStorage.setItem('wx:session', JSON.stringify(kept)) }"
            )
            await it.open()  # a restart reads the dead token
            await it.page.evaluate("Promise.all([window.__wxResume(), window.__wxResume()])")
            await it.reads("您好，王桂兰")

            assert len(await it.requests("/session")) == 1

    async def test_a_spent_code_is_replaced_by_a_new_one(self, phone):
        lost = LostAnswers()
        async with phone("wang") as it:
            await it.page.route("**/api/v1/session", lost)
            await it.open()

            await it.reads("您好，王桂兰")
            assert lost.answers == [201]  # the server has spent the code


class TestCut:
    async def test_without_network_one_is_told_and_can_still_call(self, phone):
        async with phone("daughter") as it:
            await it.open()
            await it.reads("王桂兰的健康")
            await it.online(False)

            await it.go("pages/inbox/inbox")
            await it.reads("手机现在没有网络")
            await it.tap("打电话找人帮忙")
            await it.tap("急救")
            assert await it.page.evaluate("window.__wxWorld.called") == ["120"]

            await it.back()
            await it.online(True)
            await it.tap("再试一次")
            await it.reads_not("没有打开")

    async def test_what_is_on_the_screen_stays_when_a_reload_fails(self, phone):
        async with phone("daughter") as it:
            await it.open()
            await it.reads("健康档案")
            await it.online(False)
            await it.go("pages/settings/type")
            await it.back()

            await it.reads("手机现在没有网络")
            await it.reads("健康档案")

    async def test_a_lost_answer_is_asked_for_again_under_the_same_key(self, phone, api):
        async with phone("wang") as it:
            await it.open("pages/settings/quiet")
            await it.page.route("**/api/v1/quiet-hours", LostAnswers(status=504))
            keys = it.keys_of("/quiet-hours")
            await it.choose("晚上 8 点")

            chosen = it.screen.get_by_role("radio").filter(has_text="晚上 8 点").filter(has_text="已选")
            await chosen.wait_for()
            assert len(keys) == 2
            assert len(set(keys)) == 1
            assert (await (await api("wang")).get("/quiet-hours")).json()["starts"] == "20:00"


class TestBusyAndSlow:
    async def test_a_server_that_was_busy_for_a_moment_is_asked_again(self, phone):
        busy = Busy(headers={"retry-after": "1"})
        async with phone("wang") as it:
            await it.page.route("**/api/v1/home*", busy)
            await it.open()

            await it.reads("您好，王桂兰")
            assert busy.count == 1

    async def test_a_server_that_stays_busy_says_what_to_do(self, phone):
        busy = Busy(times=3)
        async with phone("wang") as it:
            await it.page.route("**/api/v1/home*", busy)
            await it.open()
            await it.reads("系统正忙", within=10_000)
            await it.reads("打电话找人帮忙")
            assert busy.count == 3

            await it.tap("再试一次")
            await it.reads("您好，王桂兰")

    async def test_waiting_is_explained_and_the_answer_still_shows(self, phone):
        slow = Slow()
        async with phone("wang") as it:
            await it.page.route("**/api/v1/home*", slow)
            await it.open()
            await slow.has()
            await it.page.clock.fast_forward(4000)
            await it.reads("网络有点慢")

            slow.let_through()
            await it.reads("您好，王桂兰")

    async def test_a_second_tap_while_the_first_is_under_way_does_nothing(self, phone):
        slow = Slow()
        async with phone("wang") as it:
            await it.open("pages/inbox/inbox")
            await it.page.route("**/api/v1/inbox/read", slow)
            keys = it.keys_of("/inbox/read")
            await it.tap_twice("都看过了")
            await slow.has()
            await it.button("正在办").tap(force=True)
            slow.let_through()

            await expect(it.button("都看过了")).to_have_count(0)
            assert len(keys) == 1

    async def test_going_back_while_a_page_loads_leaves_no_trace(self, phone):
        slow = Slow()
        async with phone("wang") as it:
            await it.open()
            await it.reads("您好，王桂兰")
            await it.page.route("**/api/v1/inbox*", slow)
            await it.go("pages/inbox/inbox")
            await slow.has()
            await it.back()
            async with it.page.expect_request_finished(lambda each: "/api/v1/inbox" in each.url):
                slow.let_through()

            await it.reads("您好，王桂兰")


class TestTimeOut:
    async def test_a_server_that_never_answers_is_given_up_and_tried_again(self, phone):
        slow = Slow()
        async with phone("wang") as it:
            await it.page.route("**/api/v1/home*", slow)
            await it.open()
            for tried in (1, 2, 3):
                await slow.has(tried)
                await it.page.clock.fast_forward(12_000)
            await it.reads("网络很慢，还没等到回音")
            assert slow.count == 3

            slow.let_through()
            await it.tap("再试一次")
            await it.reads("您好，王桂兰")
