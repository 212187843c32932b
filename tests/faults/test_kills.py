"""kill -9 at every statement boundary; after a restart the same request, sent again, has happened once."""

import asyncio
import pickle
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from server.settings import Settings
from tests.faults.killing import KILLED, Finding, Job
from tests.stage import Stage


@pytest_asyncio.fixture
async def findings(_standing: Any, stage: Stage, settings: Settings) -> AsyncIterator[dict[str, Finding]]:
    env = {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database, "ARGON2_MEMORY_KIB": "64"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.killing",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    found, _ = await process.communicate(pickle.dumps(Job(env, stage.town, stage.now)))
    yield pickle.loads(found) if found else {}  # noqa: S301  our own process's words
    _standing.snapshot.restore(everything=True)


@pytest.mark.timeout(600)
async def test_a_write_happens_once_wherever_its_process_is_killed(findings: dict[str, Finding]) -> None:
    """One process forks them all, a tenth of a second for each kill."""
    assert {name: wrong for name, (_, wrong) in findings.items()} == {name: [] for name in KILLED}
    assert min(kills for kills, _ in findings.values()) > 5
