"""What the fixtures stand on: private servers, empty schemas, and putting the town back after each test."""

import fcntl
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from server.kit.database import sqlite_file
from tests.engines.snapshot import Snapshot, connect_to, take_snapshot
from tests.servers import free_port, launch, wait_for

__all__ = [
    "Needs",
    "Snapshot",
    "connect_to",
    "copy_of_new_data",
    "database_user",
    "home_of_database",
    "mariadb_command",
    "new_schema",
    "private_mariadb",
    "private_redis",
    "program",
    "rows_of",
    "servers_or_reason",
    "take_snapshot",
]


@dataclass(frozen=True)
class Needs:
    """What some tests start that a bare Debian lacks; a program may be a path."""

    what: str
    programs: tuple[str, ...]
    packages: tuple[str, ...]


RING = Needs(
    "MariaDB and Redis ring",
    ("mariadbd", "mariadb-install-db", "redis-server"),
    ("mariadb-server", "redis-server"),
)
HOMES = "care-mariadb-of-"
FOLDERS = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


def servers_or_reason(needs: Needs = RING) -> tuple[bool, str]:
    """Tell whether the servers can be started here, and if not, what is left out and how to get it.

    As root on Debian they are installed. Where CI=true their absence is an error: a ring that was silently
    skipped there has hidden a deadlock before.
    """
    if not _missing(needs):
        return True, ""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install(needs)
    missing = _missing(needs)
    if not missing:
        return True, ""
    reason = (
        f"The {needs.what} is left out: {', '.join(missing)} not found. "
        f"As root: apt-get install {' '.join(needs.packages)}"
    )
    if os.environ.get("CI") == "true":
        raise RuntimeError(reason)
    return False, reason


def _missing(needs: Needs) -> list[str]:
    return [name for name in needs.programs if not (program(name) or Path(name).is_file())]


def program(name: str) -> str | None:
    return shutil.which(name, path=FOLDERS)


def _install(needs: Needs) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    with _no_services():
        for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "-y", "install", *needs.packages]):
            subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL, timeout=600)


@contextmanager
def _no_services() -> Iterator[None]:
    """Keep the packages from starting their own servers: Debian asks this script before it does."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


@contextmanager
def private_mariadb(folder: Path, *, flush: int = 2) -> Iterator[str]:
    """Run a MariaDB of our own and yield the URL of its empty schema `care`.

    `flush=1` writes to the disk at every commit, as in production; 2, for ordinary tests, does not wait for it.
    """
    with home_of_database(folder) as home:
        copy_of_new_data(home)
        port = free_port()
        command = mariadb_command(home, port, flush)
        with _server(command, user=database_user(), log=home / "error.log", port=port):
            yield new_schema(f"mysql://root@127.0.0.1:{port}/mysql", "care")


def mariadb_command(home: Path, port: int, flush: int) -> list[str]:
    return [
        str(program("mariadbd")), "--no-defaults", f"--datadir={home}/data", f"--tmpdir={home}",
        f"--socket={home}/s.sock", f"--pid-file={home}/pid", f"--log-error={home}/error.log",
        "--bind-address=127.0.0.1", f"--port={port}", "--skip-name-resolve", "--skip-log-bin",
        "--character-set-server=utf8mb4", "--innodb-buffer-pool-size=48M", "--innodb-log-file-size=16M",
        "--innodb-log-buffer-size=2M", "--key-buffer-size=64K", "--aria-pagecache-buffer-size=256K",
        "--table-open-cache=400", "--performance-schema=OFF", "--max-connections=150",
        f"--innodb-flush-log-at-trx-commit={flush}", "--innodb-snapshot-isolation=ON",
        *([] if flush == 1 else ["--innodb-flush-method=nosync", "--innodb-doublewrite=OFF"]),
    ]  # fmt: skip


@contextmanager
def private_redis(folder: Path) -> Iterator[str]:
    home = folder / "redis"
    home.mkdir()
    port = free_port()
    command = [
        str(program("redis-server")), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(home),
        "--save", "", "--appendonly", "no", "--logfile", str(home / "log"),
    ]  # fmt: skip
    with _server(command, user=None, log=home / "log", port=port):
        yield f"redis://127.0.0.1:{port}/0"


def new_schema(url: str, name: str) -> str:
    """Make an empty database beside the one that the URL names, and return its URL."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = Path(parts.path).with_name(f"{name}.db")
        for stale in path.parent.glob(f"{name}.db*"):
            stale.unlink()
        return f"sqlite://{path}{'?' + parts.query if parts.query else ''}"
    with closing(connect_to(url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")
        cursor.execute(f"CREATE DATABASE `{name}`")
    return urlunsplit(parts._replace(path=f"/{name}"))


def rows_of(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Ask a database of either kind, past the product."""
    file = sqlite_file(url)
    with closing(sqlite3.connect(file) if file else connect_to(url)) as database:
        cursor = database.cursor()
        cursor.execute(sql)
        return list(cursor.fetchall())


def copy_of_new_data(home: Path) -> None:
    """Give the server a data folder; the installation (3-8 s) is done once per machine and kept."""
    version = subprocess.run(
        [str(program("mariadbd")), "--version"], check=True, capture_output=True, text=True
    )
    mark = "".join(letter for letter in version.stdout.split("Ver ")[-1][:24] if letter.isalnum())
    kept = Path(tempfile.gettempdir()) / f"care-mariadb-{os.geteuid()}-{mark}"
    with Path(f"{kept}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "complete").exists():
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir(mode=0o755)
            _own(kept)
            subprocess.run(
                [
                    str(program("mariadb-install-db")), "--no-defaults", f"--datadir={kept}/data",
                    "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=16M",
                ],
                check=True, capture_output=True, user=database_user(),
            )  # fmt: skip
            (kept / "complete").touch()
    home.mkdir(mode=0o755)
    subprocess.run(["cp", "-a", "--reflink=auto", f"{kept}/data", f"{home}/data"], check=True)
    _own(home)


def database_user() -> str | None:
    # mariadbd refuses to run as root; an ordinary user runs it as themselves.
    return "mysql" if os.geteuid() == 0 else None


def _own(folder: Path) -> None:
    user = database_user()
    if user:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)


@contextmanager
def home_of_database(folder: Path) -> Iterator[Path]:
    """Give the server a folder that its user can reach at any time.

    As root that is none of pytest's: each session that starts takes the way to all of them from other users
    again, and a MariaDB that was just opening its tables found them "read only".
    """
    if not database_user():
        yield folder / "mariadb"
        return
    place = Path(tempfile.gettempdir())
    for stale in place.glob(f"{HOMES}*"):
        if not Path("/proc", stale.name.removeprefix(HOMES).split("-")[0]).exists():
            shutil.rmtree(stale, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"{HOMES}{os.getpid()}-", dir=place))
    home.chmod(0o755)
    try:
        yield home / "mariadb"
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _server(command: list[str], *, user: str | None, log: Path, port: int) -> Iterator[None]:
    process = launch(command, user=user)
    try:
        wait_for(process, port, log)
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":  # asked by deploy/run-tests before it starts the second ring
    here, why = servers_or_reason()
    if not here:
        print(why)
    sys.exit(0 if here else 1)
