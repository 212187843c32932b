"""The disk is full: nothing is acknowledged that is not kept, and when there is room again work goes on without a restart."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.disks import fill, small_disk
from tests.load.ledger import Ledger
from tests.load.rows import appointments
from tests.load.ward import ward
from tests.running import Running, own_faults, running
from tests.servers import until_meanwhile

pytestmark = [pytest.mark.sqlite, pytest.mark.timeout(300)]
SIZE = "48m"
PATIENCE = 60.0  # seconds, for a machine that has other work


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", SIZE) as made:
        yield made


async def test_nothing_acknowledged_is_lost_and_work_goes_on_by_itself(tmp_path: Path, disk: Path) -> None:
    """A server on a disk of its own, filled to the last byte for some seconds."""
    with running(tmp_path, DATA_DIR=str(disk / "data"), LOG_LEVEL="ERROR") as served:
        before = served.processes("web")
        nursing = ward(served.base, nurses=3)
        ledger = nursing.ledger
        async with nursing.at_work():
            await _more_answers(ledger)
            filler = fill(disk)
            await until_meanwhile(lambda: len(ledger.met) >= 3, "noticing the full disk", within=PATIENCE)
            stopped = len(ledger.told)
            said = await asyncio.to_thread(_signing_in, served)
            await asyncio.sleep(1)
            told_meanwhile = len(ledger.told) - stopped
            filler.unlink()
            await _more_answers(ledger)
        await nursing.finish()

        assert ledger.compare(appointments(served.database)).faults == []
        assert told_meanwhile == 0
        assert said == (503, "web.no_room")
        assert served.processes("web") == before, "it was restarted"
        assert own_faults(served.env) == []


def _signing_in(served: Running) -> tuple[int, str]:
    """Sign in, which writes, and return what is said."""
    body = {"code": f"sim:daughter:{time.time_ns()}"}
    answer = httpx.post(f"{served.base}/api/v1/session", json=body, timeout=PATIENCE)
    return answer.status_code, answer.json()["code"]


async def _more_answers(ledger: Ledger) -> None:
    wanted = len(ledger.told) + 6
    await until_meanwhile(lambda: len(ledger.told) >= wanted, "six answers more", within=PATIENCE)
