"""What a database's refusal means: try again, was there already, or no place in the queue."""

import sqlite3
from collections.abc import Iterator
from typing import Final

# The transaction lost against another one: begin it anew.
LOST: Final = frozenset({1213, 1205, 1020})
# The server went away, restarts, or left its cluster: begin anew on whichever answers now.
GONE: Final = frozenset({1047, 1053, 1180, 1317, 1927, 2002, 2003, 2006, 2013, 2014, 2055})
TRANSIENT: Final = LOST | GONE
# After these the server has already rolled back everything, and the next statement would commit by itself.
DOOMED: Final = TRANSIENT - {1205, 1317}
DUPLICATE: Final = 1062
# The disk, or the table's share of it, is full: nothing was written.
FULL: Final = frozenset({1021, 1114})
# What fails when room is made, extended codes (https://sqlite.org/rescode.html). A disk that cannot be read, locked or
# removed from is broken, not full, and nobody mends it by making room.
FAILED_WRITES: Final = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMMAP,
    }
)
DRIVERS: Final = frozenset({"pymysql", "aiomysql", "asyncmy"})


class PoolExhausted(Exception):
    """Nobody gave a connection back in time: the caller is told that we are busy, and does not queue again."""


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Walk from an error to everything it came from, including errors carried among its arguments.

    Half of all deadlocks arrive at COMMIT as the driver's own exception, the others wrapped by Tortoise,
    at times with no cause set: the number is then only in the arguments.
    """
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [argument for argument in current.args if isinstance(argument, BaseException)]
        waiting += [current.__cause__, None if current.__suppress_context__ else current.__context__]


def number(error: BaseException) -> int | None:
    """Return the server's number of a driver's error."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, int) and _is_from_driver(error) else None


def is_transient(error: BaseException) -> bool:
    """Tell whether the whole transaction, begun anew, may succeed."""
    links = list(chain(error))
    if any(isinstance(link, PoolExhausted) for link in links):
        return False
    return any(number(link) in TRANSIENT or is_cut_off(link) or _sqlite_is_busy(link) for link in links)


def is_duplicate(error: BaseException) -> bool:
    """Tell whether a unique key, on either engine, refused the row."""
    return any(number(link) == DUPLICATE or _sqlite_refused(link) for link in chain(error))


def is_full(error: BaseException) -> bool:
    """Tell whether there was no room to write. Nothing of the transaction remains."""
    return any(number(link) in FULL or _sqlite_is_full(link) for link in chain(error))


def is_doomed(error: BaseException) -> bool:
    """Tell whether the server has already rolled the whole transaction back."""
    return number(error) in DOOMED or is_cut_off(error)


def is_cut_off(error: BaseException) -> bool:
    # pymysql's InterfaceError ("(0, 'Not connected')") is the one error that Tortoise does not translate.
    return isinstance(error, ConnectionError) or (
        _is_from_driver(error) and type(error).__name__ == "InterfaceError"
    )


def _is_from_driver(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in DRIVERS


def _sqlite_is_busy(error: BaseException) -> bool:
    if not isinstance(error, sqlite3.OperationalError):
        return False
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return "is locked" in str(error) or "is busy" in str(error)


def _sqlite_refused(error: BaseException) -> bool:
    return isinstance(error, sqlite3.IntegrityError) and "UNIQUE constraint" in str(error)


def _sqlite_is_full(error: BaseException) -> bool:
    # Where the write fails that makes room, SQLite speaks of the disk's fault instead of its size.
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF == sqlite3.SQLITE_FULL or code in FAILED_WRITES)
