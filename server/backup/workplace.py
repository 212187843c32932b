"""A folder to work in, beside the files that come of it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.backup.archive import BackupRefused

NAME: Final = ".backup-under-way"


@contextmanager
def workplace(parent: Path) -> Iterator[Path]:
    """Give an empty folder for the owner only; what a run that was killed has left in it goes first."""
    folder = parent / NAME
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        _take(lock, parent)
        for left in folder.iterdir():
            left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
    finally:
        os.close(lock)


def _take(lock: int, parent: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"{parent} 里正在进行另一次备份或恢复，请等它结束。"
        raise BackupRefused(message) from None
