# ruff: noqa: ASYNC240  a small file of the test's own
"""What anybody may fetch, and keep against us."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.audit import trail
from server.audit.checkpoint import checkpoint
from server.settings import Settings
from tests.core.audit.test_group_commit import look

RESIDENT = 7_654_321


@pytest.fixture
def checkpoints(settings: Settings) -> Iterator[Path]:
    settings.checkpoints.unlink(missing_ok=True)
    yield settings.checkpoints
    settings.checkpoints.unlink(missing_ok=True)


def verified(answer: str) -> bool:
    """Do what docs/keys.md tells another organisation to do."""
    [program] = re.findall(r"```python\n(.*?)```", Path("docs/keys.md").read_text(), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", program], input=answer, text=True, capture_output=True, check=False
    )
    return done.returncode == 0


class TestTheLatestCheckpoint:
    async def test_is_told_to_anybody_who_can_verify_it(
        self, anonymous: Any, clock: Any, checkpoints: Path
    ) -> None:
        await trail.record([look(RESIDENT)], now=clock())
        await checkpoint(checkpoints, now=clock())
        await checkpoint(checkpoints, now=clock())

        answer = await anonymous.get("/trail/checkpoint")

        assert answer.status_code == 200
        assert answer.json()["head"]["number"] == 2
        assert verified(answer.text)
        assert not verified(answer.text.replace('"number":2', '"number":3'))

    async def test_names_nobody(self, anonymous: Any, clock: Any, checkpoints: Path) -> None:
        await trail.record([look(RESIDENT)], now=clock())
        await checkpoint(checkpoints, now=clock())

        answer = await anonymous.get("/trail/checkpoint")

        assert str(RESIDENT) in checkpoints.read_text()
        assert str(RESIDENT) not in answer.text
        assert set(answer.json()) == {"head", "signature", "public_key"}
        assert set(answer.json()["head"]) == {"ledger", "number", "at", "previous", "root", "moved"}

    async def test_is_not_there_before_the_first(self, anonymous: Any, checkpoints: Path) -> None:
        assert not checkpoints.exists()

        assert (await anonymous.get("/trail/checkpoint")).status_code == 404
