"""The access token: fetched once, swapped once, forced rarely; and what is asked again and what never."""

import asyncio
import json
import subprocess
import sys

import pytest
from redis.asyncio import Redis

from server.wechat.client import PHONE, RISK_RANK, SUBSCRIBE_SEND, TEXT_CHECK, WeChatClientGateway
from server.wechat.credentials import Credentials
from server.wechat.gateway import TextScene, WeChatRefused, WeChatUnavailable
from server.wechat.tokens import (
    HeldToken,
    InProcessTokenStore,
)
from tests.wechat.conftest import ROOT, Clock, Connect, Platform, a_look, together

TOKEN = "/cgi-bin/stable_token"
BOOKED = {"thing1": "王奶奶", "thing2": "医院", "thing3": "科室", "time4": "09:30", "thing5": "无"}


def forced(platform: Platform) -> int:
    return sum('"force_refresh": true' in request["body"] for request in platform.asked(TOKEN))


class TestFetching:
    async def test_one_call_for_a_hundred_tasks_in_four_processes(
        self, platform: Platform, redis: Redis, redis_port: int
    ) -> None:
        """Takes two seconds: four interpreters start."""
        openid = platform.openid("daughter")
        platform.control("fault", path=TOKEN, action="delay", value=0.3)
        facts = [platform.base_url, platform.appid, platform.secret, openid, str(redis_port)]
        command = [sys.executable, "-m", "tests.wechat.token_worker", *facts]
        workers = [
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE)  # noqa: ASYNC220
            for _ in range(4)
        ]
        for worker in workers:
            assert worker.stdout is not None
            assert await asyncio.to_thread(worker.stdout.readline) == b"ready\n"

        answers = await asyncio.gather(
            *(asyncio.to_thread(worker.communicate, b"go\n") for worker in workers)
        )

        assert [json.loads(out) for out, _ in answers] == [[0] * 25] * 4
        assert len(platform.asked(TOKEN)) == 1
        assert len({request["query"]["access_token"] for request in platform.asked(RISK_RANK)}) == 1
        assert await redis.get(f"wx:{platform.appid}:lock") is None

    async def test_the_secret_travels_in_the_body(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        await a_look(gateway, platform.openid("daughter"))

        (request,) = platform.asked(TOKEN)
        assert request["query"] == {}
        assert json.loads(request["body"])["secret"] == platform.secret

    async def test_a_wrong_secret_is_asked_about_once(self, platform: Platform, connect: Connect) -> None:
        gateway = connect()
        platform.control("fault", path=TOKEN, action="errcode", value=40001, n=-1)

        with pytest.raises(WeChatRefused) as caught:
            await a_look(gateway, platform.openid("daughter"))

        assert (caught.value.code, caught.value.path) == (40001, TOKEN)
        assert len(platform.asked(TOKEN)) == 1

    @pytest.mark.parametrize(
        "body",
        [
            "{}",
            '{"access_token":"","expires_in":7200}',
            '{"access_token":{"a":1},"expires_in":7200}',
            '{"access_token":"abc","expires_in":true}',
            '{"access_token":"abc","expires_in":0}',
            '{"access_token":"abc","expires_in":99999999}',
            '{"access_token":"a\\nb","expires_in":7200}',
        ],
    )
    async def test_a_strange_token_is_no_token(self, platform: Platform, connect: Connect, body: str) -> None:
        platform.control("fault", path=TOKEN, action="raw", value=body)

        with pytest.raises(WeChatUnavailable) as caught:
            await a_look(connect(), platform.openid("daughter"))

        assert (caught.value.kind, caught.value.path) == ("unparsable", TOKEN)

    async def test_refreshes_between_four_minutes_and_one_before_the_end(self) -> None:
        clock, store, fetched = Clock(), InProcessTokenStore(Clock()), []

        async def fetch(_force: bool) -> HeldToken:
            fetched.append(clock.time)
            return HeldToken(f"token{len(fetched)}", clock.time + 7200)

        credentials = Credentials(store, fetch, clock=clock)
        store._clock = clock
        assert await credentials.current() == "token1"
        clock.time += 7200 - 241
        assert await credentials.current() == "token1"
        clock.time += 241 - 59
        assert await credentials.current() == "token2"

    async def test_waiters_take_a_short_lived_token_too(self) -> None:
        """Should the platform give less than a minute, a hundred waiters must not ask a hundred times."""
        fetched = []

        async def fetch(_force: bool) -> HeldToken:
            fetched.append(1)
            await asyncio.sleep(0)
            return HeldToken("short", 1_790_000_030.0)

        credentials = Credentials(InProcessTokenStore(Clock()), fetch, clock=Clock())

        tokens = await together(*(credentials.current() for _ in range(100)))

        assert set(tokens) == {"short"}
        assert len(fetched) == 1


class TestSwapping:
    async def test_a_revoked_token_costs_one_call_and_one_repetition(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        openid = platform.openid("daughter")
        await a_look(gateway, openid)
        platform.control("revoke")

        await a_look(gateway, openid)

        assert len(platform.asked(TOKEN)) == 2
        assert [request["errcode"] for request in platform.asked(RISK_RANK)] == [0, 40001, 0]

    @pytest.mark.parametrize("code", [40001, 40014, 42001])
    async def test_a_token_that_stays_dead_is_forced_once(
        self, platform: Platform, gateway: WeChatClientGateway, code: int
    ) -> None:
        openid = platform.openid("daughter")
        await a_look(gateway, openid)
        platform.control("advance", seconds=31)
        platform.control("fault", path=RISK_RANK, action="errcode", value=code, n=-1)

        for calls, tokens in ((3, 3), (4, 4)):  # the first is the good one; the second refusal forces no more
            with pytest.raises(WeChatRefused) as caught:
                await a_look(gateway, openid)
            assert caught.value.code in {code, 40001}
            assert (len(platform.asked(RISK_RANK)), len(platform.asked(TOKEN))) == (calls, tokens)
        assert forced(platform) == 1

    async def test_a_storm_costs_one_token(self, platform: Platform, connect: Connect) -> None:
        """All tokens are revoked while fifty requests run."""
        gateway, openid = connect(), platform.openid("daughter")
        await a_look(gateway, openid)
        platform.control("revoke")

        ranks = await together(*(a_look(gateway, openid) for _ in range(50)))

        assert ranks == [0] * 50
        assert len(platform.asked(TOKEN)) == 2

    async def test_a_storm_without_cure_costs_two(self, platform: Platform, connect: Connect) -> None:
        gateway, openid = connect(), platform.openid("daughter")
        await a_look(gateway, openid)
        platform.control("advance", seconds=31)
        platform.control("fault", path=RISK_RANK, action="errcode", value=42001, n=-1)

        refusals = await together(*(a_look(gateway, openid) for _ in range(50)))

        assert {type(refusal) for refusal in refusals} == {WeChatRefused}
        assert len(platform.asked(TOKEN)) <= 5
        assert forced(platform) == 1

    async def test_waiters_do_not_ask_again_for_what_was_just_denied(self) -> None:
        store, fetched = InProcessTokenStore(Clock()), []

        async def fetch(force: object) -> HeldToken:
            fetched.append(force)
            await asyncio.sleep(0)
            return HeldToken("dead", Clock().time + 7200)

        credentials = Credentials(store, fetch, clock=Clock())

        refusals = await together(*(credentials.replaced("dead") for _ in range(50)))

        assert {type(refusal) for refusal in refusals} == {WeChatRefused}
        assert fetched == [False, True]
        with pytest.raises(WeChatRefused):
            await credentials.replaced("dead")
        assert fetched == [False, True, False]  # a later request may ask, but not force

    async def test_the_token_is_swapped_for_calls_that_are_never_repeated_too(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        openid = platform.openid("daughter")
        await a_look(gateway, openid)
        platform.control("revoke")

        phone = await gateway.phone_number("simphone:daughter:13800000001:1", openid)

        assert phone.number == "13800000001"

    @pytest.mark.parametrize("lenient", [False, True])
    async def test_works_whether_or_not_a_forced_refresh_kills_the_old_token_at_once(
        self, platform: Platform, gateway: WeChatClientGateway, *, lenient: bool
    ) -> None:
        platform.control("configure", lenient_tokens=lenient)
        openid = platform.openid("daughter")
        await a_look(gateway, openid)
        platform.control("fault", path=RISK_RANK, action="errcode", value=40001)

        assert await a_look(gateway, openid) == 0

        assert forced(platform) == 1


class TestAskingAgain:
    async def test_busy_is_asked_again_where_it_is_harmless(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        openid = platform.openid("daughter")
        platform.control("fault", path=TEXT_CHECK, action="errcode", value=-1, n=2)

        await gateway.check_text(openid, "好", TextScene.COMMENT)

        assert len(platform.asked(TEXT_CHECK)) == 3

    async def test_busy_three_times_is_unavailable(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        openid = platform.openid("daughter")
        platform.control("fault", path=TEXT_CHECK, action="errcode", value=-1, n=-1)

        with pytest.raises(WeChatUnavailable) as caught:
            await gateway.check_text(openid, "好", TextScene.COMMENT)

        assert caught.value.kind == "busy"
        assert len(platform.asked(TEXT_CHECK)) == 3

    @pytest.mark.parametrize(
        "fault", [{"action": "errcode", "value": -1}, {"action": "reset", "after": True}]
    )
    async def test_messages_and_codes_are_not_asked_about_twice(
        self, platform: Platform, gateway: WeChatClientGateway, fault: dict[str, object]
    ) -> None:
        openid = platform.openid("daughter")
        platform.control("subscribe", persona="daughter", template="tmpl_appointment_booked", n=2)
        for path in (SUBSCRIBE_SEND, PHONE):
            platform.control("fault", path=path, **fault)

        with pytest.raises(WeChatUnavailable):
            await gateway.send_subscribe_message(openid, "tmpl_appointment_booked", BOOKED)
        with pytest.raises(WeChatUnavailable):
            await gateway.phone_number("simphone:daughter:13800000001:1", openid)

        assert len(platform.asked(SUBSCRIBE_SEND)) == 1
        assert len(platform.asked(PHONE)) == 1
