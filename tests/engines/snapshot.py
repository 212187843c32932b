# ruff: noqa: S608  the names are the database's own
"""Putting the town back after each test: how a database stood, and the way back to that."""

import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pymysql
from pymysql.constants import CLIENT

from server.kit.engines.counting import WrittenTables


def connect_to(url: str) -> "pymysql.Connection[Any]":
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname, port=parts.port or 3306, user=parts.username, password=parts.password or "",
        database=parts.path.lstrip("/") or None, autocommit=True, client_flag=CLIENT.MULTI_STATEMENTS,
    )  # fmt: skip


class Snapshot:
    """How the tables stood when it was taken, and the way back to that.

    Rolling back an outer transaction instead would have made every transaction of the product a savepoint:
    none would commit, wait for another's lock, or be retried as it is in earnest.
    """

    _begin = "BEGIN"

    def __init__(
        self, run: Callable[[str], list[tuple[Any, ...]]], close: Callable[[], None], template: str
    ) -> None:
        self._run = run
        self._template = template
        self._tables = self._names()
        self._written = WrittenTables().start()
        self._close = close

    def restore(self, *, everything: bool = False) -> None:
        """Put back the tables written since by this process; all of them after a test with other processes."""
        names = self._tables if everything else self._tables & self._written.names
        self._written.forget()
        if names:
            self._run("; ".join([self._begin, *(self._copy_back(name) for name in sorted(names)), "COMMIT"]))

    def close(self) -> None:
        self._written.stop()
        self._close()

    def _names(self) -> set[str]:
        raise NotImplementedError

    def _copy_back(self, name: str) -> str:
        return f"DELETE FROM `{name}`; INSERT INTO `{name}` SELECT * FROM `{self._template}`.`{name}`"


class _SqliteSnapshot(Snapshot):
    _begin = "BEGIN IMMEDIATE"  # with a plain BEGIN a refused first write would leave the transaction open

    def _names(self) -> set[str]:
        found = self._run(
            "SELECT name, sql FROM main.sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
        )
        for name, _ in found:
            self._run(f"CREATE TABLE `{self._template}`.`{name}` AS SELECT * FROM main.`{name}`")
        return {str(name) for name, _ in found}


class _MySQLSnapshot(Snapshot):
    def _names(self) -> set[str]:
        self._run(f"DROP DATABASE IF EXISTS `{self._template}`; CREATE DATABASE `{self._template}`")
        found = self._run("SHOW FULL TABLES WHERE Table_type='BASE TABLE'")
        for name, _ in found:
            self._run(f"CREATE TABLE `{self._template}`.`{name}` ENGINE=InnoDB SELECT * FROM `{name}`")
        return {str(name) for name, _ in found}


def take_snapshot(url: str) -> Snapshot:
    """Copy every table aside. Take it once per test process, with the town loaded and nobody writing."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # A connection of its own, with foreign keys not enforced, so that the order of tables does not matter.
        file = sqlite3.connect(parts.path, isolation_level=None, timeout=5, check_same_thread=False)
        file.execute("PRAGMA synchronous=OFF")
        file.execute("ATTACH DATABASE ? AS town", (f"{parts.path}.town",))

        def run(sql: str) -> list[tuple[Any, ...]]:
            if sql.startswith("BEGIN"):
                file.executescript(sql)
                return []
            return file.execute(sql).fetchall()

        return _SqliteSnapshot(run, file.close, "town")
    return _mysql_snapshot(url)


def _mysql_snapshot(url: str) -> Snapshot:
    server = connect_to(url)
    name = urlsplit(url).path.lstrip("/")
    server.query("SET FOREIGN_KEY_CHECKS=0")

    def run(sql: str) -> list[tuple[Any, ...]]:
        with server.cursor() as cursor:
            cursor.execute(sql)
            rows = list(cursor.fetchall())
            while cursor.nextset():
                pass
        return rows

    return _MySQLSnapshot(run, server.close, f"{name}_town")
