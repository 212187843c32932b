"""What is taken away is gone in every process with the answer that says so (reliability 2.3 E and G, T7)."""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyotp
import pytest
import pytest_asyncio

from server.demo import cast
from server.kit.ids import new_uid
from server.web import sessions
from tests.conftest import ApiClient, ConsolePage
from tests.running import Running, cpu_seconds

ROUNDS = int(os.environ.get("ROUNDS", "4"))
CONNECTIONS = 12  # each stays with the process that took it
READS_AFTER = 8  # on each connection
PERSONAS = ("daughter", "wang", "guardian", "nephew", "stranger")  # who signs in again and again, in turn
codes = itertools.count(time.time_ns())


@dataclass
class Product:
    """The running product, and whoever is signed in to it."""

    base: str
    processes: Sequence[int]
    stack: AsyncExitStack

    async def client(self, token: str = "") -> ApiClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        made = ApiClient(base_url=f"{self.base}/api/v1", headers=headers, timeout=30)
        return await self.stack.enter_async_context(made)

    async def connections(self, token: str = "") -> list[ApiClient]:
        """Open as many to each process: one that rests accepts nothing, and one that does not would accept them all."""
        made = []
        for resting in self.processes:
            os.kill(resting, signal.SIGSTOP)
            try:
                here = [await self.client(token) for _ in range(CONNECTIONS // len(self.processes))]
                await asyncio.gather(*(each.get("/institutions") for each in here))
            finally:
                os.kill(resting, signal.SIGCONT)
            made += here
        return made

    async def token(self, persona: str, device: str | None = None) -> str:
        body = {"code": f"sim:{persona}:{next(codes)}", **({"device_id": device} if device else {})}
        answer = await (await self.client()).post("/session", json=body)
        return str(answer.json()["token"])

    async def console(self, login: str) -> ConsolePage:
        page = await self.stack.enter_async_context(ConsolePage(base_url=self.base, timeout=30))
        code = pyotp.TOTP(cast.TOTP_SECRET).now()
        form = {"login": login, "password": cast.CONSOLE_PASSWORD, "code": code}
        assert (await page.post("/admin/sign-in", data=form)).status_code == 303
        page.csrf = sessions.csrf_token(page.cookies[sessions.COOKIE])
        return page


@pytest_asyncio.fixture
async def product(standing_server: Running) -> AsyncIterator[Product]:
    async with AsyncExitStack() as stack:
        yield Product(standing_server.base, standing_server.processes("web"), stack)


@pytest.fixture
def both_work(standing_server: Running) -> Iterator[None]:
    """Make sure that the requests of a test reached every web process, or it would show nothing."""
    before = _seconds_of(standing_server)
    yield
    after = _seconds_of(standing_server)
    assert len(before) == 2
    assert all(after[pid] > seconds for pid, seconds in before.items())


def _seconds_of(server: Running) -> dict[int, float]:
    """Return how long each web process has worked."""
    return {pid: cpu_seconds(pid) for pid in server.processes("web")}


@pytest.mark.usefixtures("both_work")
class TestASession:
    async def test_that_was_ended_opens_nothing_anywhere(self, product: Product) -> None:
        connections = await product.connections()
        for turn in range(ROUNDS):
            token = await product.token(PERSONAS[turn % len(PERSONAS)])
            bearer = {"Authorization": f"Bearer {token}"}
            asking = [each.get("/residents", headers=bearer) for each in connections]
            assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}

            assert (
                await connections[turn % CONNECTIONS].delete("/session", headers=bearer)
            ).status_code == 204

            asking = [each.get("/residents", headers=bearer) for each in connections]
            assert {answer.status_code for answer in await asyncio.gather(*asking)} == {401}


@dataclass
class Look:
    began: float
    is_served: bool
    foreign: bool  # whether something was shown that another institution wrote


@pytest.mark.usefixtures("both_work")
class TestAWithdrawal:
    async def test_is_in_force_for_every_read_that_begins_after_its_answer(self, product: Product) -> None:
        nurse = await product.token("nurse", "demo-phone-of-nurse")
        wang, he = await product.client(await product.token("wang")), await product.console("he")
        me = next(each for each in (await wang.get("/residents")).json() if each["myself"])
        await _withdrawn_all(wang)
        readers = await product.connections(nurse)
        passed_before = 0
        for _ in range(ROUNDS):
            consent = await _granted(he, wang, me)
            told = asyncio.Event()
            reading = [asyncio.create_task(_look_on(each, me, told)) for each in readers]
            await asyncio.sleep(0.2)
            assert (await wang.post(f"/consents/{consent}/withdrawal")).status_code == 200
            answered = time.monotonic()
            told.set()
            looks = [look for each in await asyncio.gather(*reading) for look in each]
            after = [look for look in looks if look.began > answered]
            passed_before += sum(look.foreign for look in looks if look.began < answered)
            assert len(after) >= CONNECTIONS * READS_AFTER
            assert [
                look for look in after if look.is_served
            ]  # a refusal shows nothing foreign, and proves nothing
            assert not [look for look in after if look.foreign]
        assert passed_before > 0


async def _look_on(reader: ApiClient, resident: dict[str, Any], told: asyncio.Event) -> list[Look]:
    """Read without a pause until the withdrawal was answered, and some times more."""
    looks, left = [], READS_AFTER
    while left:
        left -= told.is_set()
        began = time.monotonic()
        answer = await reader.get(f"/residents/{resident['uid']}/record/entries?limit=100&purpose=care")
        assert answer.status_code in {200, 409, 503}, answer.text
        shown = answer.json()["items"] if answer.status_code == 200 else []
        looks.append(
            Look(
                began,
                answer.status_code == 200,
                any(each["source_uid"] != resident["home_uid"] for each in shown),
            )
        )
    return looks


async def _granted(he: ConsolePage, wang: ApiClient, resident: dict[str, Any]) -> str:
    """Have the home ask, and Wang agree."""
    asked = {
        "resident": resident["uid"], "institution": resident["home_uid"], "purpose": "care", "categories": ["exam", "meds"],
        "last_day": (date.today() + timedelta(days=30)).isoformat(),  # noqa: DTZ011  the product runs by the real clock
    }  # fmt: skip
    assert (await he.submit("/admin/consent-requests", asked)).status_code == 303
    waiting = (await wang.get("/consent-requests")).json()
    uid = next(each["uid"] for each in waiting if each["purpose"] == "care")
    text_hash = (await wang.get(f"/consents/{uid}")).json()["text_hash"]
    says = {"text_hash": text_hash, "categories": ["exam", "meds"]}
    answer = await wang.post(f"/consents/{uid}/grant", json=says, headers={"Idempotency-Key": new_uid()})
    assert answer.status_code == 200, answer.text
    return str(uid)


async def _withdrawn_all(wang: ApiClient) -> None:
    """Begin with nothing granted for care: what the town, or an earlier test, left is taken back."""
    for each in (await wang.get("/consents?limit=100&status=granted")).json()["items"]:
        if each["purpose"] == "care":
            await wang.post(f"/consents/{each['uid']}/withdrawal")
