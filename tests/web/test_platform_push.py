"""The platform's own calls, sent by the stand-in over HTTP: believed when signed, carried out once, refused otherwise."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server import demo, platform_push
from server.kit.errors import Busy
from server.settings import Settings
from server.wechat.simulator.server import Simulator
from tests.conftest import ApiClient, Clock

TEMPLATE = "tmpl_appointment_booked"
YES = {"List": [{"TemplateId": TEMPLATE, "SubscribeStatusString": "accept", "PopupScene": "0"}]}


@pytest_asyncio.fixture
async def platform(
    town: demo.Town, address: str, settings: Settings, simulator: Simulator, clock: Clock
) -> AsyncIterator[Simulator]:
    clock.set(datetime.now(UTC))  # signatures carry the stand-in's own time
    await simulator.control(
        "configure",
        push_url=f"{address}{platform_push.PATH}",
        push_mode="secure",
        push_format="json",
        push_token=settings.wechat_push_token,
        push_key=settings.wechat_push_aes_key,
    )
    yield simulator
    await simulator.control("configure", push_url="")


async def credit(client: ApiClient) -> int:
    listed = (await client.get("/subscriptions")).json()
    return sum(each["remaining"] for each in listed if each["template"] == TEMPLATE)


class TestASubscription:
    async def test_reported_by_the_platform_is_a_credit(
        self, platform: Simulator, api: Callable[[str], Awaitable[ApiClient]]
    ) -> None:
        daughter = await api("daughter")
        before = await credit(daughter)

        told = await platform.control("push", persona="daughter", event="subscribe_msg_popup_event", more=YES)

        assert told["statuses"] == [200]
        assert await credit(daughter) == before + 1

    async def test_that_could_not_be_written_is_taken_when_it_comes_again(
        self, platform: Simulator, api: Callable[[str], Awaitable[ApiClient]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        daughter, carry_out, tries = await api("daughter"), platform_push._carry_out, []
        before = await credit(daughter)

        async def fails_first(*arguments: Any, **options: Any) -> None:
            tries.append(1)
            if len(tries) == 1:
                raise Busy
            await carry_out(*arguments, **options)

        monkeypatch.setattr(platform_push, "_carry_out", fails_first)
        told = await platform.control("push", persona="daughter", event="subscribe_msg_popup_event", more=YES)

        assert told["statuses"] == [503, 200]
        assert await credit(daughter) == before + 1


class TestAForgery:
    @pytest.mark.parametrize(
        "manner", [{"wrong_signature": True}, {"mode": "plain", "wrong_signature": True}]
    )
    async def test_is_refused(self, platform: Simulator, manner: dict[str, Any]) -> None:
        told = await platform.control(
            "push", persona="daughter", event="subscribe_msg_popup_event", more=YES, manner=manner
        )

        assert set(told["statuses"]) == {403}

    @pytest.mark.parametrize("body", [b"", b"{}", b"<xml>", b"\xff", b'{"Encrypt": "AAAA"}', b"x" * 60_000])
    async def test_of_any_shape_is_refused(self, platform: Simulator, address: str, body: bytes) -> None:
        async with httpx.AsyncClient() as somebody:
            answer = await somebody.post(
                f"{address}{platform_push.PATH}?signature=a&timestamp=1&nonce=1", content=body
            )

        assert answer.status_code == 403


class TestTheAddressCheck:
    async def test_is_not_answered_to_just_anybody(self, platform: Simulator, address: str) -> None:
        async with httpx.AsyncClient() as somebody:
            answer = await somebody.get(
                f"{address}{platform_push.PATH}?signature=a&timestamp=1&nonce=1&echostr=hello"
            )

        assert (answer.status_code, "hello" in answer.text) == (403, False)
