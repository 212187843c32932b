"""Which errors are tried again: the whole chain is looked at, and the numbers, not the types."""

import sqlite3

import pymysql
import pytest
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from server.kit.database import PoolExhausted, is_duplicate, is_full, is_transient
from server.kit.engines.counting import WrittenTables, counted, note
from server.kit.engines.sqlite_schema import statements

AGAIN = (1213, 1205, 1020, 1047, 1053, 1180, 1317, 1927, 2002, 2003, 2006, 2013, 2014, 2055)
NEVER = (1062, 1064, 1452, 1146, 1406)


def _raised_from(outer: BaseException, inner: BaseException, *, how: str) -> BaseException:
    try:
        try:
            raise inner
        except type(inner) as error:
            if how == "cause":
                raise outer from error
            if how == "hidden":
                raise outer from None
            raise outer  # noqa: B904  the context is what is tested
    except type(outer) as error:
        return error


@pytest.mark.parametrize("number", AGAIN)
@pytest.mark.parametrize("how", ["bare", "argument", "cause", "context", "twice"])
def test_these_numbers_are_tried_again_however_deep(number, how):
    plain = pymysql.err.OperationalError(number, "text")
    error = {
        "bare": lambda: plain,
        "argument": lambda: OperationalError(plain),
        "cause": lambda: _raised_from(ValueError("x"), plain, how="cause"),
        "context": lambda: _raised_from(TransactionManagementError("x"), plain, how="context"),
        "twice": lambda: _raised_from(ValueError("x"), OperationalError(plain), how="cause"),
    }[how]()
    assert is_transient(error)


@pytest.mark.parametrize("number", NEVER)
def test_these_numbers_are_not(number):
    assert not is_transient(OperationalError(pymysql.err.ProgrammingError(number, "text")))


def test_a_number_alone_means_nothing():
    assert not is_transient(ValueError(1213))
    assert not is_transient(KeyError(2013))
    assert not is_transient(
        _raised_from(ValueError("x"), pymysql.err.OperationalError(1213, "x"), how="hidden")
    )


def test_a_lost_line_is_tried_again_whatever_it_is_called():
    assert is_transient(pymysql.err.InterfaceError("(0, 'Not connected')"))
    assert is_transient(ConnectionResetError())
    assert is_transient(OperationalError(sqlite3.OperationalError("database is locked")))


def test_a_full_pool_is_not_tried_again():
    assert not is_transient(PoolExhausted("x"))
    assert not is_transient(
        _raised_from(PoolExhausted("x"), pymysql.err.OperationalError(2013, "x"), how="context")
    )


def test_duplicates_on_either_engine():
    assert is_duplicate(IntegrityError(pymysql.err.IntegrityError(1062, "Duplicate")))
    assert is_duplicate(IntegrityError(sqlite3.IntegrityError("UNIQUE constraint failed: a.b")))
    assert not is_duplicate(IntegrityError(sqlite3.IntegrityError("CHECK constraint failed: c")))
    assert not is_duplicate(IntegrityError(pymysql.err.IntegrityError(1452, "fk")))


def test_an_error_that_contains_itself_is_looked_at_once():
    error = OperationalError("x")
    error.args = (error,)
    assert not is_transient(error)


def test_written_tables_are_recognized():
    written = WrittenTables().start()
    try:
        for sql in (
            "INSERT INTO `a` (x) VALUES (1)", 'UPDATE "b" SET x=1', "DELETE FROM c WHERE 1", "REPLACE INTO d VALUES (1)",
            "INSERT OR IGNORE INTO e VALUES (1)", "INSERT IGNORE INTO `f` VALUES (1)", "  update g set x=1",
            "SELECT 1; DELETE FROM h", "SELECT * FROM never", "UPDATE OR IGNORE i SET x=1",
        ):  # fmt: skip
            note(sql)
        assert written.names == set("abcdefghi")
    finally:
        written.stop()
    note("DELETE FROM later")
    assert "later" not in written.names


def test_counters_may_nest_and_hear_nothing_afterwards():
    with counted() as outer:
        with counted() as inner:
            note("SELECT 1")
        note("SELECT 2")
    note("SELECT 3")
    assert (outer, inner) == (["SELECT 1", "SELECT 2"], ["SELECT 1"])


def test_scripts_are_split_where_statements_end():
    script = "INSERT INTO a VALUES ('x;y'); -- one; comment\nCREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END; ;"
    assert len(list(statements(script))) == 2


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("SQLITE_FULL", True),
        ("SQLITE_IOERR_WRITE", True),
        ("SQLITE_IOERR_FSYNC", True),
        ("SQLITE_IOERR_SHMSIZE", True),
        ("SQLITE_IOERR", False),
        ("SQLITE_IOERR_READ", False),
        ("SQLITE_IOERR_LOCK", False),
        ("SQLITE_CORRUPT", False),
    ],
)
def test_only_what_fails_to_be_written_is_for_want_of_room(name, full):
    """Whoever is told to make room on a disk that cannot be read looks in the wrong place."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = getattr(sqlite3, name)

    assert is_full(OperationalError(error)) is full
