"""The line between phone and server, when it is cut, slow, or the token has died: the person is told, and nothing is lost."""

import asyncio
from typing import Any

from playwright.async_api import Route

from tests.miniprogram.phone import Phone


async def keys_of(it: Phone, path: str) -> list[str]:
    """Collect the idempotency keys of writes to this path, as they leave the phone."""
    keys: list[str] = []

    def noted(request: Any) -> None:
        if path in request.url and request.method != "GET":
            keys.append(request.headers.get("idempotency-key", ""))

    it.page.on("request", noted)
    return keys


class TestSigningIn:
    async def test_a_revoked_token_is_replaced_without_a_word(self, phone, api):
        async with phone("wang") as it:
            await it.open()
            await it.reads("您好，王桂兰")
            other = await api("wang")
            for session in (await other.get("/sessions")).json():
                if not session["is_this"]:
                    await other.delete(f"/sessions/{session['uid']}")
            before = await it.page.evaluate("JSON.parse(localStorage.getItem('wx:session')).token")

            await it.go("pages/inbox/inbox")
            await it.settled()
            await it.reads_not("没有打开")

            assert before != await it.page.evaluate("JSON.parse(localStorage.getItem('wx:session')).token")
            sign_ins = [each for each in await it.requests() if each["path"] == "/api/v1/session"]
            assert len(sign_ins) == 2

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

            assert len([each for each in await it.requests() if each["path"] == "/api/v1/session"]) == 1

    async def test_a_spent_code_is_replaced_by_a_new_one(self, phone):
        lost = 0

        async def lose_the_answer(route: Route) -> None:
            nonlocal lost
            if lost:
                return await route.continue_()
            lost += 1
            await route.fetch()  # the server has spent the code; the phone never hears of it
            return await route.abort("timedout")

        async with phone("wang") as it:
            await it.page.route("**/api/v1/session", lose_the_answer)
            await it.open()

            await it.reads("您好，王桂兰")
            assert lost == 1


class TestCut:
    async def test_without_network_one_is_told_and_can_still_call(self, phone):
        async with phone("daughter") as it:
            await it.open()
            await it.reads("王桂兰的健康")
            await it.online(is_online=False)

            await it.go("pages/inbox/inbox")
            await it.reads("手机现在没有网络")
            await it.tap("打电话找人帮忙")
            await it.tap("急救")
            assert await it.page.evaluate("window.__wxWorld.called") == ["120"]

            await it.back()
            await it.online(is_online=True)
            await it.tap("再试一次")
            await it.reads_not("没有打开")

    async def test_what_is_on_the_screen_stays_when_a_reload_fails(self, phone):
        async with phone("daughter") as it:
            await it.open()
            await it.reads("健康档案")
            await it.online(is_online=False)
            await it.go("pages/settings/type")
            await it.back()

            await it.reads("手机现在没有网络")
            await it.reads("健康档案")

    async def test_a_lost_answer_is_asked_for_again_under_the_same_key(self, phone, api):
        lost = 0

        async def lose_the_answer(route: Route) -> None:
            nonlocal lost
            if route.request.method != "PUT" or lost:
                return await route.continue_()
            lost += 1
            await route.fetch()
            return await route.fulfill(status=504, body="")

        async with phone("wang") as it:
            await it.open("pages/settings/quiet")
            await it.page.route("**/api/v1/quiet-hours", lose_the_answer)
            keys = await keys_of(it, "/quiet-hours")
            await it.choose("晚上 8 点")

            await it.page.wait_for_function(
                "() => [...document.querySelectorAll('[role=radio]')].some((each) => each.textContent.includes('晚上 8 点') && each.textContent.includes('已选'))"
            )
            assert len(keys) == 2
            assert keys[0] == keys[1]
            assert (await (await api("wang")).get("/quiet-hours")).json()["starts"] == "20:00"


class TestBusyAndSlow:
    async def test_a_server_that_was_busy_for_a_moment_is_asked_again(self, phone):
        times = 0

        async def busy_once(route: Route) -> None:
            nonlocal times
            times += 1
            if times == 1:
                return await route.fulfill(status=503, headers={"retry-after": "1"}, body="")
            return await route.continue_()

        async with phone("wang") as it:
            await it.page.route("**/api/v1/home*", busy_once)
            await it.open()

            await it.reads("您好，王桂兰")

    async def test_a_server_that_stays_busy_says_what_to_do(self, phone):
        async with phone("wang") as it:
            await it.page.route("**/api/v1/home*", lambda route: route.fulfill(status=503, body=""))
            await it.open()
            await it.reads("系统正忙", within=10_000)
            await it.reads("打电话找人帮忙")

            await it.page.unroute_all()
            await it.tap("再试一次")
            await it.reads("您好，王桂兰")

    async def test_waiting_is_explained_and_the_answer_still_shows(self, phone):
        async def slow(route: Route) -> None:
            await asyncio.sleep(5)
            await route.continue_()

        async with phone("wang") as it:
            await it.page.route("**/api/v1/home*", slow)
            await it.open()
            await it.reads("网络有点慢", within=10_000)

            await it.reads("您好，王桂兰", within=10_000)

    async def test_a_second_tap_while_the_first_is_under_way_does_nothing(self, phone):
        async def slow(route: Route) -> None:
            await asyncio.sleep(0.5)
            await route.continue_()

        async with phone("wang") as it:
            await it.open("pages/inbox/inbox")
            await it.page.route("**/api/v1/inbox/read", slow)
            keys = await keys_of(it, "/inbox/read")
            await it.page.evaluate(
                """() => { const button = [...document.querySelectorAll('[role=button]')].find((each) => each.textContent.includes('都看过了'))
                   for (let i = 0; i < 3; i += 1) for (const type of ['mousedown', 'mouseup']) button.dispatchEvent(new MouseEvent(type, { bubbles: true })) }"""
            )
            await it.page.wait_for_timeout(1200)

            assert len(keys) == 1

    async def test_going_back_while_a_page_loads_leaves_no_trace(self, phone):
        async def slow(route: Route) -> None:
            await asyncio.sleep(0.6)
            await route.continue_()

        async with phone("wang") as it:
            await it.open()
            await it.reads("您好，王桂兰")
            await it.page.route("**/api/v1/inbox*", slow)
            await it.go("pages/inbox/inbox")
            await it.back()
            await it.page.wait_for_timeout(900)

            await it.reads("您好，王桂兰")


class TestTimeOut:
    async def test_a_server_that_never_answers_is_given_up_and_tried_again(self, phone):
        asked: list[Route] = []

        async def never(route: Route) -> None:
            asked.append(route)

        async with phone("wang") as it:
            await it.page.route("**/api/v1/home*", never)
            await it.open()
            for _ in range(8):  # three tries of twelve seconds and the pauses between, on the phone's own clock
                await it.page.clock.fast_forward(6000)
                await it.page.wait_for_timeout(60)
            await it.reads("网络很慢，还没等到回音")
            assert len(asked) == 3

            await it.page.unroute_all(behavior="ignoreErrors")
            await it.tap("再试一次")
            await it.reads("您好，王桂兰")
