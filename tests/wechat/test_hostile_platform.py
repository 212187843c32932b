"""Whatever answers at the platform's address, callers see one exception family, soon, and no secret."""

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable
from typing import Any

import pytest

from server.wechat.client import LOGIN, MINI_CODE, TEXT_CHECK, WeChatClientGateway
from server.wechat.gateway import TextScene, WeChatFailed, WeChatRefused, WeChatUnavailable
from server.wechat.transport import Timeouts
from tests.wechat.conftest import HASTY, Connect, Platform, free_port

CODE = "sim:daughter:4711"
ELSEWHERE = "https://elsewhere.example/collect"
MODES: dict[str, tuple[dict[str, Any], str]] = {
    "hang": ({"action": "hang"}, "timeout"),
    "trickled head": ({"action": "trickle"}, "timeout"),
    "trickled body": ({"action": "trickle_body"}, "timeout"),
    "reset": ({"action": "reset"}, "transport"),
    "reset after the work was done": ({"action": "reset", "after": True}, "transport"),
    "500": ({"action": "http", "value": 500}, "http500"),
    "502": ({"action": "http", "value": 502}, "http502"),
    "403": ({"action": "http", "value": 403}, "http403"),
    "HTML with 200": ({"action": "html"}, "unparsable"),
    "cut JSON": ({"action": "raw", "value": '{"openid":"oAAAAAAAA","sess'}, "unparsable"),
    "half of the promised body": ({"action": "cut"}, "transport"),
    "list": ({"action": "raw", "value": "[]"}, "unparsable"),
    "null": ({"action": "raw", "value": "null"}, "unparsable"),
    "empty body": ({"action": "raw", "value": ""}, "unparsable"),
    "empty object": ({"action": "raw", "value": "{}"}, "unparsable"),
    "number": ({"action": "raw", "value": "7"}, "unparsable"),
    "an openid that is an object": (
        {"action": "raw", "value": '{"openid":{"a":1},"session_key":"k","errcode":0}'},
        "unparsable",
    ),
    "an openid that is a number": (
        {"action": "raw", "value": '{"openid":123456,"session_key":"k"}'},
        "unparsable",
    ),
    "an openid with a line break": (
        {"action": "raw", "value": '{"openid":"oAAAAAAA\\nB","session_key":"k"}'},
        "unparsable",
    ),
    "an errcode that is an object": ({"action": "raw", "value": '{"errcode":{}}'}, "unparsable"),
    "an errcode that is a word": ({"action": "raw", "value": '{"errcode":"none"}'}, "unparsable"),
    "an endless errcode": ({"action": "raw", "value": '{"errcode":1e999}'}, "unparsable"),
    "a base_resp that is a number": ({"action": "raw", "value": '{"base_resp":5}'}, "unparsable"),
    "nesting without end": ({"action": "raw", "value": '{"a":' + "[" * 50_000}, "unparsable"),
    "bytes that are no text": ({"action": "raw", "value": {"base64": "eyJhIjoi/////SJ9"}}, "unparsable"),
    "compressed": (
        {"action": "raw", "value": {"text": "x", "headers": {"Content-Encoding": "gzip"}}},
        "unparsable",
    ),
    "busy": ({"action": "errcode", "value": -1}, "busy"),
    "30 MB": ({"action": "flood"}, "too_large"),
    "30 MB, announced": ({"action": "flood_announced"}, "too_large"),
    "redirect elsewhere": ({"action": "redirect", "value": ELSEWHERE}, "redirect"),
    "redirect to itself": ({"action": "redirect", "value": LOGIN}, "redirect"),
}
REFUSALS = [40001, 40029, 40163, 40226, 45009, 45011, 48001]


async def failure_of(awaited: Awaitable[object]) -> WeChatFailed:
    with pytest.raises(WeChatFailed) as caught:
        await awaited
    return caught.value


class Stall:
    """The longest time for which the loop did nothing else."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.002)
            now = time.perf_counter()
            self.longest, last = max(self.longest, now - last), now

    async def during(self, work: Awaitable[object]) -> float:
        self.longest = 0.0
        watching = asyncio.create_task(self.watch())
        await work
        watching.cancel()
        return self.longest


class TestEveryMode:
    @pytest.mark.parametrize("mode", MODES)
    async def test_is_one_exception_without_secrets(
        self, platform: Platform, connect: Connect, mode: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        wish, kind = MODES[mode]
        platform.control("fault", path=LOGIN, **wish)
        gateway = connect(timeouts=HASTY)
        started = time.monotonic()

        with caplog.at_level(logging.DEBUG):
            failure = await failure_of(gateway.identity_by_code(CODE))

        assert isinstance(failure, WeChatUnavailable)
        assert (failure.kind, failure.path) == (kind, LOGIN)
        assert time.monotonic() - started < HASTY.total + 1
        assert failure.__cause__ is None
        assert failure.__context__ is None
        printed = "".join(traceback.format_exception(failure)) + repr(failure) + str(failure) + caplog.text
        for hidden in (platform.secret, CODE, platform.openid("daughter"), platform.base_url):
            assert hidden not in printed
        assert len(platform.asked(LOGIN)) == 1  # never asked twice: the code may be spent

    @pytest.mark.parametrize("code", REFUSALS)
    async def test_refusals_carry_their_code(self, platform: Platform, connect: Connect, code: int) -> None:
        platform.control("fault", path=LOGIN, action="errcode", value=code)

        failure = await failure_of(connect().identity_by_code(CODE))

        assert isinstance(failure, WeChatRefused)
        assert (failure.code, failure.path) == (code, LOGIN)
        assert failure.__context__ is None
        assert len(platform.asked(LOGIN)) == 1

    @pytest.mark.parametrize("mode", MODES)
    async def test_never_stops_the_loop(self, platform: Platform, connect: Connect, mode: str) -> None:
        """Tried three times, because on a busy machine the scheduler stops loops too; a real stall repeats."""
        platform.control("fault", path=LOGIN, n=-1, **MODES[mode][0])
        stalls: list[float] = []
        while len(stalls) < 3 and not (stalls and stalls[-1] < 0.05):
            asking = connect(timeouts=HASTY).identity_by_code(CODE)
            stalls.append(await Stall().during(failure_of(asking)))

        assert min(stalls) < 0.05


class TestWhatNearlyWorks:
    async def test_accepts_a_byte_order_mark_and_a_wrong_content_type(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        platform.control("fault", path=LOGIN, action="bom", after=True)
        platform.control("fault", path=LOGIN, action="text_plain", after=True)

        assert (await gateway.identity_by_code("sim:daughter:1")).openid == platform.openid("daughter")
        assert (await gateway.identity_by_code("sim:daughter:2")).openid == platform.openid("daughter")

    async def test_a_lost_answer_is_not_asked_for_again(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        platform.control("fault", preset="lost_answer")

        await failure_of(gateway.identity_by_code(CODE))

        platform.control("fault", clear=True)
        refused = await failure_of(gateway.identity_by_code(CODE))
        assert isinstance(refused, WeChatRefused)
        assert refused.code == 40163

    @pytest.mark.parametrize("body", ["<html></html>", "{}", '{"errcode":0}', "GIF89a"])
    async def test_an_image_is_an_image(self, platform: Platform, connect: Connect, body: str) -> None:
        platform.control("fault", path=MINI_CODE, action="raw", value={"text": body, "type": "image/png"})

        failure = await failure_of(connect().mini_code("a", "pages/plate/plate"))

        assert isinstance(failure, WeChatUnavailable)
        assert failure.kind == "unparsable"

    @pytest.mark.parametrize(
        "body",
        [
            '{"errcode":0,"result":{"suggest":"fine","label":100}}',
            '{"errcode":0,"result":{"suggest":["pass"],"label":100}}',
            '{"errcode":0,"result":{"suggest":"pass","label":true}}',
            '{"errcode":0,"result":"pass"}',
        ],
    )
    async def test_a_verdict_is_never_guessed(
        self, platform: Platform, gateway: WeChatClientGateway, body: str
    ) -> None:
        """A field of the wrong type must hold a text back, not publish it."""
        platform.control("fault", path=TEXT_CHECK, action="raw", value=body)

        failure = await failure_of(gateway.check_text(platform.openid("daughter"), "好", TextScene.COMMENT))

        assert isinstance(failure, WeChatUnavailable)


class TestNobodyThere:
    async def test_refused_connections(self, connect: Connect) -> None:
        gateway = connect(base_url=f"http://127.0.0.1:{free_port()}")

        failure = await failure_of(gateway.identity_by_code(CODE))

        assert isinstance(failure, WeChatUnavailable)
        assert failure.kind == "connect"

    async def test_proxy_variables_are_not_heeded(
        self, platform: Platform, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

        assert (await connect().identity_by_code("sim:daughter:1")).openid == platform.openid("daughter")


class TestTheLog:
    async def test_names_path_code_and_request_id(
        self, platform: Platform, gateway: WeChatClientGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            await gateway.identity_by_code("sim:daughter:1")
            await failure_of(gateway.identity_by_code("sim:daughter:1"))

        fine, refused = (record.getMessage() for record in caplog.records if record.name.startswith("server"))
        assert fine.startswith(f"wechat {LOGIN} errcode=0 rid=- ms=")
        assert refused.startswith(f"wechat {LOGIN} errcode=40163 rid=")
        assert "rid=-" not in refused
        assert platform.secret not in caplog.text

    async def test_would_hold_the_secret_if_httpx_were_not_silenced(
        self, platform: Platform, gateway: WeChatClientGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Shows that the checks above can fail, and why the loggers are set."""
        with caplog.at_level(logging.INFO, logger="httpx"):
            await gateway.identity_by_code("sim:daughter:1")

        assert platform.secret in caplog.text


class TestTotalTime:
    async def test_bounds_everything_together(self, platform: Platform, connect: Connect) -> None:
        """Each answer in time, all of them not: token and call take 0.4 s each of 0.6 s."""
        gateway = connect(timeouts=Timeouts(read=0.55, total=0.6))
        openid = platform.openid("daughter")
        for path in ("/cgi-bin/stable_token", TEXT_CHECK):
            platform.control("fault", path=path, action="delay", value=0.4)

        failure = await failure_of(gateway.check_text(openid, "好", TextScene.COMMENT))

        assert isinstance(failure, WeChatUnavailable)
        assert (failure.kind, failure.path) == ("timeout", TEXT_CHECK)
