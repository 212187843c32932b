"""The disk is full: nothing is acknowledged that is not kept, and when there is room again work goes on without a restart."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.drill.findings import appointments, faults
from tests.faults.loading import Ledger, ward
from tests.faults.machine import web_process
from tests.running import Running, running

pytestmark = [pytest.mark.sqlite, pytest.mark.timeout(300)]
SIZE = "48m"
PATIENCE = 60.0  # seconds, for a machine that has other work


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    if os.geteuid() != 0 or not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        pytest.skip("the full disk is left out: it takes root, who may mount a small one")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


async def test_nothing_acknowledged_is_lost_and_work_goes_on_by_itself(
    tmp_path: Path, small_disk: Path
) -> None:
    """A server on a disk of its own, filled to the last byte for some seconds."""
    filler = small_disk / "filler"
    with running(tmp_path, DATA_DIR=str(small_disk / "data"), LOG_LEVEL="ERROR") as served:
        pid = web_process(served)
        async with ward(served.base, nurses=3) as nursing:
            async with nursing.at_work() as ledger:
                await _more_answers(ledger)
                _fill(filler)
                await _until(lambda: ledger.unanswered >= 3)
                stopped = len(ledger.told)
                said = await asyncio.to_thread(_signing_in, served)
                await asyncio.sleep(1)
                refused = len(ledger.told) - stopped
                filler.unlink()
                await _more_answers(ledger)
            await nursing.ask_again(served.base)

        compared = ledger.compare(appointments(f"sqlite://{small_disk}/data/alliance.db"))
        assert (compared.missing, compared.different, compared.untold) == ([], [], [])
        assert refused == 0
        assert said == (503, "web.no_room")
        assert web_process(served) == pid, "it was restarted"
        assert faults(served.env) == []


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def _signing_in(served: Running) -> tuple[int, str]:
    """Sign in, which writes, and return what is said."""
    body = {"code": f"sim:daughter:{time.time_ns()}"}
    answer = httpx.post(f"{served.base}/api/v1/session", json=body, timeout=PATIENCE)
    return answer.status_code, answer.json()["code"]


async def _more_answers(ledger: Ledger) -> None:
    wanted = len(ledger.told) + 6
    await _until(lambda: len(ledger.told) >= wanted)


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE * 10)):
        if holds():
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"it did not come to that within {PATIENCE} s")
