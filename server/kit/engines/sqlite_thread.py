"""What runs in SQLite's own thread: each function is one trip there, and undivided."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from server.kit.engines.sqlite_schema import statements

R = TypeVar("R")

OPENING = 10.0  # seconds to wait for another process that is just switching to WAL


def set_up(connection: sqlite3.Connection, pragmas: dict[str, Any]) -> None:
    connection.row_factory = sqlite3.Row
    deadline = time.monotonic() + OPENING
    for name, value in pragmas.items():
        while True:
            try:
                connection.execute(f"PRAGMA {name}={value}")
                break
            except sqlite3.OperationalError as error:
                # The switch to WAL does not honor busy_timeout: of several processes started at once some failed.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def begin(connection: sqlite3.Connection) -> None:
    # A deferred BEGIN takes the write lock at the first write, when SQLite must refuse it at once, whatever
    # the time-out, if another process has written since our first read: 1133 of 1200 transactions failed.
    connection.execute("BEGIN IMMEDIATE")


def commit(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")


def rollback(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def inside(connection: sqlite3.Connection, work: Callable[..., R], *args: Any) -> R:
    # A full disk or an I/O error rolls everything back; the next statement would have committed by itself.
    if not connection.in_transaction:
        msg = "The transaction was rolled back by an earlier error"
        raise sqlite3.OperationalError(msg)
    return work(connection, *args)


def query(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> tuple[int, list[Any]]:
    before = connection.total_changes
    cursor = connection.execute(sql, values)
    rows = cursor.fetchall()
    return (cursor.rowcount if cursor.rowcount >= 0 else connection.total_changes - before) or len(rows), rows


def tuples(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> list[Any]:
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values).fetchall()


def insert(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> int:
    return connection.execute(sql, values).lastrowid or 0


def script(connection: sqlite3.Connection, script: str) -> None:
    # Not executescript(): it begins with a COMMIT.
    for statement in statements(script):
        connection.execute(statement)


def many(connection: sqlite3.Connection, sql: str, values: Sequence[Sequence[Any]]) -> None:
    if connection.in_transaction:
        connection.executemany(sql, values)
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(sql, values)
        connection.execute("COMMIT")
    finally:
        rollback(connection)
