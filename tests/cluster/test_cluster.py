"""The start, a few faults and two writers at once, under load; the other faults are for `make cluster`."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from tests import rings
from tests.cluster import checking, episodes
from tests.cluster.apps import App, beside
from tests.cluster.episodes import Episode
from tests.cluster.galera import Node
from tests.cluster.rights_process import RESIDENT
from tests.cluster.servers import NEEDS
from tests.cluster.stack import Stack, stack
from tests.load.crowd import Crowd
from tests.servers import all_killed, free_port

pytestmark = [pytest.mark.mysql, pytest.mark.timeout(240)]

PATIENCE = 20.0  # seconds; on a busy machine, where nothing stops for more than five on a free one
BUSY = "503 现在使用的人较多，请过几秒钟再试一次。您填写的内容没有丢失。"
TIMES = 60


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    here, why = rings.servers_or_reason(NEEDS)
    if not here:
        pytest.skip(why)
    async with stack(tmp_path_factory.mktemp("cluster"), clients=16) as made:
        yield made


class TestUnderLoad:
    @pytest.mark.parametrize(
        "episode", [episodes.kill_an_app, episodes.kill_the_writer, episodes.kill_the_primary]
    )
    async def test_nothing_acknowledged_is_lost_or_done_twice(
        self, standing: Stack, episode: Episode
    ) -> None:
        outcome = await episodes.lived_through(episode, standing)

        assert outcome.faults == []
        assert outcome.longest_stop < PATIENCE
        assert set(outcome.sentences) <= {BUSY}


class TestTwoWriters:
    """HAProxy lets nobody near this; whoever gets here by mistake must lose nothing either."""

    async def test_book_against_each_other_and_oversell_nothing(self, standing: Stack) -> None:
        other = next(node for node in standing.databases.nodes if node is not standing.databases.writer)
        stray = beside(standing.apps[0], "stray", free_port(), DATABASE_URL=other.url)
        ours, theirs = _halves(standing.crowd, stray.base)
        before = sum(map(_conflicts, standing.databases.nodes))
        with all_killed([stray]):
            stray.start()
            await asyncio.to_thread(stray.wait_until_ready)
            async with ours.at_work() as here, theirs.at_work() as there:
                await asyncio.sleep(8)
        await standing.crowd.finish()

        assert await asyncio.to_thread(checking.faults, standing) == []
        assert sum(map(_conflicts, standing.databases.nodes)) > before
        assert here.met + there.met == {}

    async def test_let_no_disclosure_pass_after_the_withdrawal(self, standing: Stack) -> None:
        """I12 and T7 across nodes: the line and the withdrawal write the same row, so one of them begins anew."""
        first, second, _ = standing.databases.nodes
        processes = [
            await _rights(standing.apps[0], first, "discloses", TIMES * 3),
            await _rights(standing.apps[0], second, "withdraws", TIMES),
        ]
        passed, withdrawals = await asyncio.gather(*map(_said_by, processes))

        written = second.ask(f"SELECT seq, what FROM care.access_entry WHERE resident_id = {RESIDENT}")  # noqa: S608
        last = {rights - 1: seq for rights, seq in withdrawals}  # the last line under these rights
        late = [
            (seq, rights) for seq, rights in written if int(str(seq)) > last.get(int(str(rights)), TIMES * 3)
        ]
        assert late == []
        assert len(written) == sum(passed)
        assert 0 < sum(passed) < len(passed), "the two never met"


def _halves(crowd: Crowd, base: str) -> tuple[Crowd, Crowd]:
    """Send every other one elsewhere; what they were told is still written into one ledger."""
    one, two = (replace(crowd, people=crowd.people[n::2]) for n in range(2))
    return one, replace(two, base=base)


def _conflicts(node: Node) -> int:
    """Count the transactions that lost against another node's: at COMMIT, or earlier."""
    said = dict(
        node.ask(
            "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_local_cert_failures', 'wsrep_local_bf_aborts')"
        )
    )
    return sum(int(str(count)) for count in said.values())


async def _rights(app: App, node: Node, what: str, times: int) -> asyncio.subprocess.Process:
    """Start a process of the product on one node and return it when it could begin."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.cluster.rights_process", what, str(times),
        env={**(app.env or {}), "DATABASE_URL": node.url}, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def _said_by(process: asyncio.subprocess.Process) -> list[Any]:
    said, _ = await process.communicate(b"\n")
    return list(json.loads(said))


class TestAtTheEnd:
    async def test_the_product_finds_no_fault_with_itself(self, standing: Stack) -> None:
        command = standing.apps[0].command_line().command
        checked = await asyncio.to_thread(command, "check")

        assert checked.returncode == 0, checked.stderr
        assert all("unfit database" not in app.command_line().log() for app in standing.apps)
