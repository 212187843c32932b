"""WeChat is slow, broken, talks nonsense or says nothing: who needs it is told so soon, and nobody else notices."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from server.feedback.models import Rating
from server.feedback.rules import RatingStatus, Verdict
from server.outbox.models import OutboxMessage
from server.web.asking import Services
from server.wechat.simulator.server import Simulator
from tests.conftest import ApiClient
from tests.core.feedback import given
from tests.stage import Stage

SIGN_IN, CHECK = "/sns/jscode2session", "/wxa/msg_sec_check"
WRONG: dict[str, dict[str, Any]] = {
    "slow": {"action": "trickle_body"},
    "broken": {"action": "http", "value": 502},
    "nonsense": {"action": "html"},
    "half": {"action": "cut"},
    "silent": {"action": "hang"},
}
LONGEST = 12.0  # seconds that somebody waits for a refusal, at the very most


@dataclass(frozen=True)
class Platform:
    simulator: Simulator
    services: Services

    async def goes_wrong(self, path: str, how: str) -> None:
        await self.simulator.control("fault", path=path, n=-1, **WRONG[how])

    async def recovers(self) -> None:
        """Recover at once: nobody who comes after is to find the way to the platform closed."""
        await self.simulator.control("fault", clear=True)
        gateway: Any = self.services.wechat
        gateway._platform._breaker.succeeded()


@pytest_asyncio.fixture
async def platform(simulator: Simulator, services: Services) -> AsyncIterator[Platform]:
    made = Platform(simulator, services)
    yield made
    await made.recovers()


@pytest.mark.parametrize("wrong", WRONG)
async def test_signing_in_is_refused_soon_and_everybody_else_is_served(
    anonymous: ApiClient,
    api: Callable[[str], Awaitable[ApiClient]],
    platform: Platform,
    wrong: str,
) -> None:
    daughter = await api("daughter")
    await platform.goes_wrong(SIGN_IN, wrong)

    began = time.monotonic()
    refused = [
        asyncio.create_task(anonymous.post("/session", json={"code": f"sim:nephew:{wrong}{number}"}))
        for number in range(6)
    ]
    served = [(await daughter.get("/residents")).status_code for _ in range(10)]
    answers = [await each for each in refused]

    assert set(served) == {200}
    assert {answer.json()["code"] for answer in answers} == {"identity.wechat_unreachable"}
    assert time.monotonic() - began < LONGEST


async def test_a_text_that_could_not_be_checked_waits_for_a_person(
    stage: Stage, platform: Platform, worker_pass: Callable[[], Awaitable[int]]
) -> None:
    await platform.goes_wrong(CHECK, "broken")
    wang = await stage.actor("wang")

    card = await given.rating(stage.town, wang, "wang", "health_center", text="讲得很清楚", now=stage.now)
    await worker_pass()

    row = await Rating.get(uid=card.uid)
    assert (row.status, row.verdict) == (RatingStatus.SCREENING, Verdict.UNAVAILABLE)
    assert not await OutboxMessage.filter(topic="feedback.check_text", status="waiting").exists()
