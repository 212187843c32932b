"""Lose an embedded installation, and get it back from the backup that was made while it served."""

import asyncio
import shutil
import time
from pathlib import Path

from server.settings import SECRETS_FILE
from tests.drill.findings import Finding, seconds_of
from tests.load.ledger import Period
from tests.load.rows import appointments
from tests.load.ward import ward
from tests.running import command, environment, own_faults, running


async def embedded(folder: Path, *, seconds: float, nurses: int = 4) -> Finding:
    """Work, back up meanwhile, work on, lose the machine, restore elsewhere, compare."""
    file, env = folder / "backup.tar", environment(folder / "found")
    with running(folder / "lost", LOG_LEVEL="WARNING", WEB_WORKERS="2") as lost:
        lost.wait_until_it_has_signed()
        nursing = ward(lost.base, nurses=nurses)
        async with nursing.at_work():
            began = time.monotonic()
            await asyncio.sleep(seconds)
            from_ = time.monotonic()
            done = await asyncio.to_thread(lost.command, "backup", str(file))
            assert done.returncode == 0, done.stderr
            done_at = time.monotonic()
            await asyncio.sleep(seconds)
            lost.kill()
    _only_the_keys_are_left(folder / "lost", Path(env["DATA_DIR"]))
    restore = seconds_of(lambda: _restore(env, file))
    ledger = nursing.ledger
    return Finding(
        name="SQLite, backed up while serving",
        acknowledged=sum(each.answered <= from_ for each in ledger.told),
        slowest_before=Period(ledger, began, from_).slowest,
        backup=done_at - from_,
        slowest_meanwhile=Period(ledger, from_, done_at).slowest,
        size=file.stat().st_size,
        restore=restore,
        compared=ledger.compare(appointments(f"sqlite://{env['DATA_DIR']}/alliance.db"), at=from_),
        faults=own_faults(env),
    )


def _only_the_keys_are_left(lost: Path, found: Path) -> None:
    """The machine is gone; beside the backup there is what was kept apart from it."""
    found.mkdir()
    shutil.copy(lost / "data" / SECRETS_FILE, found)
    shutil.rmtree(lost)


def _restore(env: dict[str, str], file: Path) -> None:
    done = command(env, "restore", str(file))
    assert done.returncode == 0, done.stderr
