"""What stands beside the town when its doors are tried."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.audit.checkpoint import checkpoint
from server.demo import Town
from server.settings import Settings
from tests.conftest import Clock


@pytest.fixture(scope="module")
def _checkpoints(settings: Settings) -> Iterator[Path]:
    yield settings.checkpoints
    settings.checkpoints.unlink(missing_ok=True)


@pytest_asyncio.fixture
async def published(town: Town, _checkpoints: Path, clock: Clock) -> None:
    """Let there be a checkpoint for everybody to fetch."""
    assert town
    if not await asyncio.to_thread(_checkpoints.exists):
        await checkpoint(_checkpoints, now=clock())
