"""Several processes leave lines in the same chains at once, on MariaDB, while consents are taken back (C05, T7)."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from server.audit import trail
from server.audit.trail_models import AccessChainHead, AccessEntry
from server.audit.verification import verify_trails
from server.authority.actor import Actor
from server.consent.actions import withdraw_consent
from server.demo import Town
from server.demo.cast import TOWN_NOW
from server.kit.transactions import action
from server.people.models import Resident

pytestmark = pytest.mark.mysql


PROCESSES, ANSWERS = 3, 150
CHAINS = (9_000_001, 9_000_002, 9_000_003)
ActorOf = Callable[[str], Awaitable[Actor]]


@pytest_asyncio.fixture(autouse=True)
async def _put_back_what_other_processes_wrote(town: Town, _standing: Any) -> AsyncIterator[None]:
    yield
    _standing.snapshot.restore(everything=True)


async def run(url: str, job: dict[str, Any]) -> dict[str, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.mysql.trail_process", url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate(json.dumps(job).encode())
    told: dict[str, int] = json.loads(out)
    return told


def jobs(residents: tuple[int, ...], seconds: float = 3.0) -> list[dict[str, Any]]:
    begin_at = time.time() + seconds
    return [
        {
            "name": name,
            "key": trail.trail_key().hex(),
            "residents": residents,
            "answers": ANSWERS,
            "begin_at": begin_at,
        }
        for name in "abc"[:PROCESSES]
    ]


@action
async def rights_taken(*, resident: int) -> None:
    await trail.rights_changed(resident, now=TOWN_NOW)


class TestProcessesTogether:
    async def test_lose_no_line_and_break_no_chain(self, town: Town, ring_url: str) -> None:
        told = await asyncio.gather(*(run(ring_url, job) for job in jobs(CHAINS)))

        assert told == [{"written": ANSWERS, "refused": 0}] * PROCESSES
        assert await AccessEntry.filter(resident_id__in=CHAINS).count() == PROCESSES * ANSWERS
        assert (
            sum(await AccessChainHead.filter(resident_id__in=CHAINS).values_list("seq", flat=True))
            == PROCESSES * ANSWERS
        )
        assert (await verify_trails(None)).sound

    async def test_begin_a_chain_only_once(self, town: Town, ring_url: str) -> None:
        await asyncio.gather(*(run(ring_url, job) for job in jobs(CHAINS[:1])))

        assert await AccessChainHead.filter(resident_id=CHAINS[0]).count() == 1

    async def test_write_exactly_what_was_told_while_rights_change(self, town: Town, ring_url: str) -> None:
        asked = jobs(CHAINS[:1])

        async def take_away() -> None:
            await asyncio.sleep(max(0.0, asked[0]["begin_at"] - time.time()))
            for _ in range(40):
                await rights_taken(resident=CHAINS[0])
                await asyncio.sleep(0.005)

        _, *told = await asyncio.gather(take_away(), *(run(ring_url, job) for job in asked))

        assert sum(each["written"] + each["refused"] for each in told) == PROCESSES * ANSWERS
        assert await AccessEntry.filter(resident_id=CHAINS[0]).count() == sum(
            each["written"] for each in told
        )
        assert (await verify_trails(None)).sound


class TestAWithdrawal:
    async def test_is_never_dropped_among_readers(
        self, town: Town, actor: ActorOf, clock: Any, ring_url: str
    ) -> None:
        """The guard makes withdrawals collide with reads; a collision is retried, never lost (reliability 1.3)."""
        resident = await Resident.get(uid=town.people.wang)
        wang = await actor("wang")
        asked = jobs((resident.id,))

        async def withdraw() -> str:
            await asyncio.sleep(max(0.0, asked[0]["begin_at"] - time.time()) + 0.05)
            return str((await withdraw_consent(actor=wang, uid=town.consent.wang_yihe, now=clock())).status)

        status, *_ = await asyncio.gather(withdraw(), *(run(ring_url, job) for job in asked))

        assert status == "withdrawn"
        assert (await verify_trails(None)).sound
