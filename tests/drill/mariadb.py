"""Lose a MariaDB some time after a wrong DELETE, and get everything back but the DELETE (point-in-time recovery)."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import rings
from tests.drill.findings import Finding, seconds_of
from tests.load.crowd import Crowd
from tests.load.ledger import Period
from tests.load.rows import REASON, appointments
from tests.load.ward import ward
from tests.running import Running, command, environment, own_faults, running
from tests.servers import free_port, launch, wait_for

SCRIPTS = Path("deploy/backup").resolve()
NEEDS = rings.Needs(
    "drill on MariaDB", ("mariadbd", "mariadb-install-db", "mariadb-backup", "mariadb-binlog"),
    ("mariadb-server", "mariadb-backup"),
)  # fmt: skip
WRONG = (
    "SET FOREIGN_KEY_CHECKS=0",
    f"DELETE FROM appointment WHERE reason = '{REASON}' AND status = 'cancelled'",  # noqa: S608
)


@dataclass
class Database:
    """One server; its binary logs lie on another disk."""

    home: Path
    logs: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/care"

    @property
    def connection(self) -> list[str]:
        return ["--user=root", f"--socket={self.home / 's.sock'}"]

    def start(self) -> None:
        options = [
            f"--log-bin={self.logs / 'bin'}", "--binlog-format=ROW", "--sync-binlog=1", "--server-id=1",
            "--max-binlog-size=1M",
        ]  # fmt: skip
        command = [*rings.mariadb_command(self.home, self.port, flush=1), *options]
        self.process = launch(command, user=rings.database_user())
        wait_for(self.process, self.port, self.home / "error.log")

    def ask(self, *statements: str) -> int:
        """Return how many rows the last one changed."""
        with closing(rings.connect_to(self.url)) as server, server.cursor() as cursor:
            return [cursor.execute(each) for each in statements][-1]

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def lose_the_disk(self) -> None:
        self.kill()
        shutil.rmtree(self.home / "data")


async def mariadb(folder: Path, *, seconds: float, nurses: int = 4) -> Finding:
    """Work, back up meanwhile, work on, delete wrongly, work on, lose the disk, restore, replay, compare."""
    with _machines(folder) as (lost, found):
        async with _town(folder / "app", lost) as app:
            nursing = ward(app.base, nurses=nurses)
            moments = await _until_it_is_lost(nursing, app, lost, folder / "full", seconds)
            restore = seconds_of(lambda: _restore(lost, found, folder / "full"))
            # The app's own machine is whole: its keys, and the checkpoints that saw every line of the trails.
            with running(folder / "app", LOG_LEVEL="WARNING", DATABASE_URL=found.url) as again:
                await nursing.finish(again.base)
                compared = nursing.ledger.compare(appointments(found.url))
                broken = own_faults(again.env)
    began, from_, until = moments
    ledger = nursing.ledger
    return Finding(
        name="MariaDB, replayed around a wrong DELETE",
        acknowledged=len(ledger.told),
        slowest_before=Period(ledger, began, from_).slowest,
        backup=until - from_,
        slowest_meanwhile=Period(ledger, from_, until).slowest,
        size=sum(each.stat().st_size for each in (folder / "full").rglob("*") if each.is_file()),
        restore=restore,
        compared=compared,
        faults=broken,
    )


async def _until_it_is_lost(
    nursing: Crowd, app: Running, lost: Database, full: Path, seconds: float
) -> tuple[float, float, float]:
    async with nursing.at_work():
        began = time.monotonic()
        await asyncio.sleep(seconds)
        from_ = time.monotonic()
        await asyncio.to_thread(_script, "mariadb-full", str(full), *lost.connection)
        until = time.monotonic()
        await asyncio.sleep(seconds)
        assert await asyncio.to_thread(lost.ask, *WRONG) > 0, "there was nothing to delete"
        await asyncio.sleep(seconds)
        lost.lose_the_disk()
        app.kill()
    return began, from_, until


def _restore(lost: Database, found: Database, full: Path) -> None:
    goes_on = _script("mariadb-restore", str(full), str(found.home / "data"))
    found.start()
    [wrong] = _script("mariadb-find", str(lost.logs), "DELETE FROM `care`.`appointment`").splitlines()
    before, after, _ = wrong.split()
    _script("mariadb-replay", str(lost.logs), goes_on, before, *found.connection)
    _script("mariadb-replay", str(lost.logs), after, "end", *found.connection)


def _script(name: str, *arguments: str) -> str:
    done = subprocess.run([SCRIPTS / name, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{name}: {done.stderr[-2000:]}"
    return done.stdout.strip()


@asynccontextmanager
async def _town(folder: Path, database: Database) -> AsyncIterator[Running]:
    """Serve the town from it: laid down without waiting for the disk, then durable as in production."""
    database.ask("SET GLOBAL sync_binlog=0, GLOBAL innodb_flush_log_at_trx_commit=2")
    done = command(environment(folder, DATABASE_URL=database.url), "demo")
    assert done.returncode == 0, done.stderr
    database.ask("SET GLOBAL sync_binlog=1, GLOBAL innodb_flush_log_at_trx_commit=1")
    with running(folder, LOG_LEVEL="WARNING", DATABASE_URL=database.url) as app:
        yield app


@contextmanager
def _machines(folder: Path) -> Iterator[tuple[Database, Database]]:
    """Give a server that runs, and the place for the one that will follow it."""
    with rings.home_of_database(folder) as home:
        rings.copy_of_new_data(home)
        lost = Database(home, home.with_name("logs"))
        found = Database(home.with_name("found"), home.with_name("logs-found"))
        for place in (lost.logs, found.home, found.logs):
            place.mkdir()
            if user := rings.database_user():
                shutil.chown(place, user)
        try:
            lost.start()
            rings.new_schema(lost.url.replace("/care", "/mysql"), "care")
            yield lost, found
        finally:
            lost.kill()
            found.kill()
