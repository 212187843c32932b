"""The files of an embedded installation, and how they are taken and put back without a moment that is neither old nor new."""

import fcntl
import os
import shutil
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from server.backup.archive import BackupRefused, settle

DATABASE: Final = "alliance.db"
CHECKPOINTS: Final = "trail-checkpoints.jsonl"
PROBLEMS_SHOWN: Final = 5


def take(database: Path, checkpoints: Path, folder: Path) -> None:
    """Copy both while the server serves.

    The checkpoints first: each of them then finds its lines in the database, which is as old or younger.
    """
    if checkpoints.exists():
        with checkpoints.open("rb") as file, (folder / CHECKPOINTS).open("wb") as copy:
            fcntl.flock(file, fcntl.LOCK_SH)  # no line that is only half written
            shutil.copyfileobj(file, copy)
    # In one step: SQLite begins a copy in parts anew at every write of another process, under load for ever.
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(folder / DATABASE)) as copied:
        live.backup(copied, pages=-1)


def put_back(folder: Path, database: Path, checkpoints: Path, *, mark: str) -> None:
    """Put both into their places, each in one step, the checkpoints first.

    A restore that dies between the two leaves the old database with older checkpoints, which find their lines in it.
    The other way round the younger checkpoints would tell of lines that the database never had: of a forgery.
    """
    _whole_in_one_file(folder / DATABASE)
    if database.exists():
        ensure_not_in_use(database)  # once more: a service may have been started meanwhile
    # They may have seen what is lost now: kept, for whoever must find out what that was.
    if checkpoints.exists():
        kept = checkpoints.with_name(f"{checkpoints.name}.before-{mark}")
        kept.unlink(missing_ok=True)
        kept.hardlink_to(checkpoints)
    if (folder / CHECKPOINTS).exists():
        scratch = checkpoints.with_name(f"{checkpoints.name}.new")
        shutil.copyfile(folder / CHECKPOINTS, scratch)
        _take_place(scratch, checkpoints)
    else:
        checkpoints.unlink(missing_ok=True)
    for beside in ("-wal", "-shm", "-journal"):  # SQLite would take them for the new one's
        database.with_name(database.name + beside).unlink(missing_ok=True)
    _take_place(folder / DATABASE, database)


def _whole_in_one_file(database: Path) -> None:
    with closing(sqlite3.connect(database)) as own:
        own.execute("PRAGMA journal_mode=DELETE")


def _take_place(new: Path, old: Path) -> None:
    """Give a file its name once it is on the disk, with the owner and the rights of what it replaces."""
    if old.exists():
        about = old.stat()
        new.chmod(stat.S_IMODE(about.st_mode))
        with suppress(PermissionError):  # only root may give a file away
            os.chown(new, about.st_uid, about.st_gid)
    settle(new)
    new.replace(old)
    settle(old.parent)


def ensure_not_in_use(database: Path) -> None:
    """Refuse while any process has the database open: leaving the WAL mode needs it alone."""
    try:
        with closing(sqlite3.connect(database, timeout=0)) as own:
            own.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        message = "服务还在运行，数据库正在使用。请先停止所有服务进程，再恢复。"
        raise BackupRefused(message) from None


def has_accounts(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as own:
        made = own.execute("SELECT 1 FROM sqlite_master WHERE type='table' AND name='account'").fetchone()
        return bool(made and own.execute("SELECT 1 FROM account LIMIT 1").fetchone())


def migrations_in(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as own:
        return [name for (name,) in own.execute("SELECT name FROM tortoise_migrations ORDER BY rowid")]


def ensure_whole(database: Path) -> None:
    """Have SQLite read every page and every foreign key."""
    with closing(sqlite3.connect(database)) as own:
        problems = [line for (line,) in own.execute("PRAGMA integrity_check") if line != "ok"]
        problems += [f"{table} {row}" for table, row, *_ in own.execute("PRAGMA foreign_key_check")]
    if problems:
        message = "数据库文件本身已经损坏：" + "；".join(problems[:PROBLEMS_SHOWN])
        raise BackupRefused(message)
