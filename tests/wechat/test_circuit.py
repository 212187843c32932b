"""When the platform is down, and where it may be."""

import asyncio

import pytest

from server.wechat.breaker import CircuitBreaker
from server.wechat.client import LOGIN, WeChatClientGateway
from server.wechat.gateway import WeChatRefused, WeChatUnavailable
from server.wechat.tokens import InProcessTokenStore
from server.wechat.transport import PRODUCTION_HOSTS, ensure_platform_host
from tests.wechat.conftest import Connect, Platform


class Clock:
    time = 0.0

    def __call__(self) -> float:
        return self.time


async def kind_of(gateway: WeChatClientGateway) -> str:
    with pytest.raises(WeChatUnavailable) as caught:
        await gateway.identity_by_code("sim:daughter:1")
    return caught.value.kind


class TestCircuit:
    async def test_opens_after_three_failures_and_closes_when_one_succeeds(
        self, platform: Platform, connect: Connect
    ) -> None:
        clock = Clock()
        gateway = connect(monotonic=clock)
        platform.control("fault", path=LOGIN, action="http", value=502, n=4)

        assert [await kind_of(gateway) for _ in range(4)] == ["http502"] * 3 + ["circuit_open"]
        assert len(platform.asked(LOGIN)) == 3
        clock.time = 5.0
        assert [await kind_of(gateway) for _ in range(2)] == ["http502", "circuit_open"]  # one may try
        clock.time = 10.0
        assert (await gateway.identity_by_code("sim:daughter:1")).openid
        assert (await gateway.identity_by_code("sim:daughter:2")).openid

    async def test_refusals_are_answers(self, connect: Connect) -> None:
        gateway = connect()
        for _ in range(5):
            with pytest.raises(WeChatRefused):
                await gateway.identity_by_code("invented")

        assert (await gateway.identity_by_code("sim:daughter:1")).openid

    async def test_somebody_who_leaves_does_not_keep_it_open(
        self, platform: Platform, connect: Connect
    ) -> None:
        clock = Clock()
        gateway = connect(monotonic=clock)
        platform.control("fault", path=LOGIN, action="http", value=502, n=3)
        for _ in range(3):
            await kind_of(gateway)
        clock.time = 5.0
        platform.control("fault", path=LOGIN, action="hang")
        trying = asyncio.create_task(gateway.identity_by_code("sim:daughter:1"))
        while len(platform.asked(LOGIN)) < 4:  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.01)

        trying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trying

        assert (await gateway.identity_by_code("sim:daughter:1")).openid

    def test_lets_one_call_try_and_no_second_beside_it(self) -> None:
        clock = Clock()
        breaker = CircuitBreaker(clock)
        assert [breaker.failed() for _ in range(3)] == [False, False, True]
        assert not breaker.may_pass()
        clock.time = 5.0

        assert [breaker.may_pass() for _ in range(3)] == [True, False, False]

    def test_failures_far_apart_do_not_open_it(self) -> None:
        clock = Clock()
        breaker = CircuitBreaker(clock)
        for _ in range(6):
            assert not breaker.failed()
            clock.time += 6

        assert breaker.may_pass()


class TestHost:
    @pytest.mark.parametrize("host", sorted(PRODUCTION_HOSTS))
    def test_production_accepts_the_platform(self, host: str) -> None:
        assert ensure_platform_host(f"https://{host}/", production=True) == f"https://{host}"

    @pytest.mark.parametrize(
        "base_url",
        [
            "http://api.weixin.qq.com",
            "https://127.0.0.1:9100",
            "https://api.weixin.qq.com.evil.example",
            "https://evil.example/api.weixin.qq.com",
            "https://api.weixin.qq.com@evil.example",
            "https://evil.example#api.weixin.qq.com",
            "https://api.weixin.qq.com:8443",
            "https://mp.weixin.qq.com",
            "https://api.weixin.qq.com/proxy",
            "https://api.weixin.qq.com?x=1",
            "",
        ],
    )
    def test_production_refuses_everything_else(self, base_url: str) -> None:
        with pytest.raises(ValueError, match="WeChat"):
            WeChatClientGateway(
                "wx1", "secret", base_url=base_url, tokens=InProcessTokenStore(), production=True
            )

    def test_development_may_use_the_simulator(self) -> None:
        assert ensure_platform_host("http://127.0.0.1:9100", production=False) == "http://127.0.0.1:9100"

    @pytest.mark.parametrize("base_url", ["ftp://127.0.0.1", "127.0.0.1:9100", "http://", "http://x/cgi-bin"])
    def test_development_wants_an_address_too(self, base_url: str) -> None:
        with pytest.raises(ValueError, match="WeChat"):
            ensure_platform_host(base_url, production=False)
