"""The MariaDB that benches run against: every commit written to the disk, room for the tables in memory, data that may stay."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.rings import (
    connect_to,
    copy_of_new_data,
    database_user,
    mariadb_command,
    new_schema,
    servers_or_reason,
)
from tests.running import cpu_seconds
from tests.servers import free_port, launch, wait_for

ROOMY = ("--innodb-buffer-pool-size=1G", "--innodb-log-file-size=256M", "--table-open-cache=2000")


@contextmanager
def durable_mariadb(home: Path) -> Iterator[str]:
    """Run a server on the data of this folder, made the first time, and yield the URL of its schema `care`."""
    here, reason = servers_or_reason()
    if not here:
        raise SystemExit(reason)
    complete = home / "complete"  # written last
    if not complete.exists():
        shutil.rmtree(home, ignore_errors=True)
        home.parent.mkdir(parents=True, exist_ok=True)
        copy_of_new_data(home)
    port = free_port()
    process = launch([*mariadb_command(home, port, flush=1), *ROOMY], user=database_user())
    url = f"mysql://root@127.0.0.1:{port}/care"
    try:
        wait_for(process, port, home / "error.log")
        if not complete.exists():
            new_schema(url.replace("/care", "/mysql"), "care")
            complete.touch()
        yield url
    finally:
        process.terminate()
        process.wait()


class Work:
    """What the database has done so far."""

    def __init__(self, url: str) -> None:
        self._connection = connect_to(url)
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT @@pid_file")
            self._pid = int(Path(cursor.fetchone()[0]).read_text())

    def seconds(self) -> float:
        return cpu_seconds(self._pid)

    def statements(self) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
            return int(cursor.fetchone()[1])

    def settings(self) -> str:
        """Return those that decide what a commit is worth."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT VERSION(), @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite, @@innodb_flush_method"
            )
            version, flush, twice, method = cursor.fetchone()
        return (
            f"MariaDB {version}, flush_log_at_trx_commit={flush}, doublewrite={twice}, flush_method={method}"
        )
