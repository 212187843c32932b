"""What a drill found out, and the tables it is read from."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from server.kit.database import sqlite_file
from tests.faults.loading import REASON, Comparison, Row
from tests.rings import connect_to
from tests.running import command

BOOKED = (
    "SELECT a.uid, a.status, s.uid, r.uid FROM appointment a JOIN slot s ON s.id = a.slot_id"  # noqa: S608
    f" JOIN resident r ON r.id = a.resident_id WHERE a.reason = '{REASON}'"
)


@dataclass(frozen=True)
class Finding:
    """One drill; times in seconds."""

    name: str
    acknowledged: int  # writes, before the moment to which it was restored
    slowest_before: float  # write, without a backup
    backup: float
    slowest_meanwhile: float
    size: int  # bytes of the backup
    restore: float
    compared: Comparison
    faults: Sequence[str]

    @property
    def passed(self) -> bool:
        return not (self.compared.missing or self.compared.different or self.compared.untold or self.faults)


def appointments(url: str) -> dict[str, Row]:
    """Read what the ward's nurses did, without the product's code."""
    if file := sqlite_file(url):
        with closing(sqlite3.connect(file)) as own:
            return _by_uid(own.execute(BOOKED))
    with closing(connect_to(url)) as server, server.cursor() as cursor:
        cursor.execute(BOOKED)
        return _by_uid(cursor.fetchall())


def _by_uid(rows: Any) -> dict[str, Row]:
    return {uid: (status, slot, resident) for uid, status, slot, resident in rows}


def faults(env: Mapping[str, str]) -> list[str]:
    """Ask the product itself: every invariant, every access trail."""
    asked = [command(env, "check"), command(env, "verify-audit")]
    return [line for said in asked if said.returncode for line in (said.stderr + said.stdout).splitlines()]


def seconds_of(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
