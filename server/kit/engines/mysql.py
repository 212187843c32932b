# ruff: noqa: SLF001  Tortoise and the drivers have no public names for what is needed here
"""Tortoise's MySQL client without its leaks. Its name must hold "mysql": migrations choose their dialect by it."""

from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from pypika_tortoise.context import SqlContext
from pypika_tortoise.dialects.mysql import MySQLQuery, MySQLQueryBuilder
from tortoise.backends.base.client import TransactionContext
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from server.kit.engines import drivers
from server.kit.engines.built_once import KeptText
from server.kit.engines.counting import note, timers, took, watchers
from server.kit.engines.errors import is_doomed, number
from server.kit.engines.pool import WAIT, FairPool, PoolUse
from server.kit.engines.transaction import Endable, Nested, Pooled, Turn

drivers.use_default()

from tortoise.backends.mysql import client as stock  # noqa: E402  only after the driver was chosen

from server.kit.engines.mysql_connect import DIRECT, connector, errors, is_open  # noqa: E402
from server.kit.engines.mysql_schema import Generator  # noqa: E402

P = ParamSpec("P")
R = TypeVar("R")

NO_SUCH_SAVEPOINT = 1305


class Builder(MySQLQueryBuilder):
    """Write `ON DUPLICATE KEY UPDATE x=VALUES(x)`: MariaDB does not know MySQL's `AS new` (error 1064)."""

    def _on_conflict_sql(self, ctx: SqlContext) -> str:  # noqa: ARG002
        return ""

    def _on_conflict_action_sql(self, ctx: SqlContext) -> str:
        plain = ctx.copy(with_namespace=False)
        updates = []
        for field, value in self._on_conflict_do_updates:
            name = field.get_sql(plain)
            updates.append(f"{name}={value.get_sql(plain)}" if value else f"{name}=VALUES({name})")
        return f" ON DUPLICATE KEY UPDATE {','.join(updates)}" if updates else ""


class PortableQuery(MySQLQuery):
    @classmethod
    def _builder(cls, **kwargs: Any) -> Builder:
        return Builder(**kwargs)


def translated(method: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Give every error of the driver the type that Tortoise's callers expect, keeping it as the cause."""

    @wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except errors.IntegrityError as error:
            raise IntegrityError(error) from error
        except (errors.Error, ConnectionError) as error:
            _client(args[0]).failed(error)
            raise OperationalError(error) from error

    return run


def _client(value: Any) -> "Statements":
    assert isinstance(value, Statements)  # noqa: S101  tells mypy what `self` is
    return value


class Statements(stock.MySQLClient):
    """How statements are run, in a transaction or outside one."""

    query_class = PortableQuery
    schema_generator = Generator

    def acquire_connection(self, text: str = "") -> Any:
        """Wait for a connection; the statement of this text is timed from when it is held."""
        raise NotImplementedError

    def failed(self, error: BaseException) -> None:
        """Learn of an error; only a transaction has to."""

    @translated
    async def execute_insert(self, query: str, values: list[Any]) -> int:
        if watchers:
            note(query)
        async with self.acquire_connection(query) as connection, connection.cursor() as cursor:
            await cursor.execute(query, values)
            return int(cursor.lastrowid)

    @translated
    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, list[dict[str, Any]]]:
        if DIRECT and isinstance(query, KeptText):
            return await self._read(query, values or [])
        if watchers:
            note(query)
        async with self.acquire_connection(query) as connection, connection.cursor() as cursor:
            await cursor.execute(query, values)
            rows = await cursor.fetchall()
            if not rows:
                return cursor.rowcount, []
            names = [column[0] for column in cursor.description]
            return cursor.rowcount, [dict(zip(names, row, strict=True)) for row in rows]

    async def _read(self, query: KeptText, values: Sequence[Any]) -> tuple[int, list[dict[str, Any]]]:
        from server.kit.engines.mysql_rows import Reader, fetch  # noqa: PLC0415  it imports this module

        reader: Reader | None = getattr(query, "reader", None)
        if reader is None:
            nobodys = [None] * len(values)  # it outlasts the answer
            reader = query.reader = Reader(query, nobodys, range(len(values)), ())
        rows = await fetch(self, reader, values)
        names = reader.names
        return len(rows), [dict(zip(names, row, strict=True)) for row in rows]

    @translated
    async def execute_tuples(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        if watchers:
            note(query)
        async with self.acquire_connection(query) as connection:
            if DIRECT:
                await connection.query(query % tuple(map(connection.escape, values)))
                return list(connection._result.rows or ())
            async with connection.cursor() as cursor:
                await cursor.execute(query, values)
                return list(await cursor.fetchall())

    @translated
    async def execute_script(self, query: str) -> None:
        if watchers:
            note(query)
        async with self.acquire_connection(query) as connection, connection.cursor() as cursor:
            await cursor.execute(
                query
            )  # leaving the cursor reads the other statements' results, and their errors


class Client(Statements):
    """One process's way to a MariaDB or MySQL server."""

    _pool: FairPool | None  # type: ignore[assignment]  # the stock client names the driver's own

    def __init__(self, *, wait: float = WAIT, **credentials: Any) -> None:
        super().__init__(**credentials)
        self._wait = wait

    async def create_connection(self, with_db: bool) -> None:  # noqa: FBT001  Tortoise's signature
        connect = connector(self, with_db=with_db)
        self._pool = FairPool(connect, is_open, size=self.pool_maxsize, wait=self._wait)
        await self._post_connect()

    async def _close(self) -> None:
        if self._pool:
            pool, self._pool = self._pool, None
            pool.close()
            await pool.wait_closed()

    async def pool(self) -> FairPool:
        if self._pool is None:
            await self.create_connection(with_db=True)
        assert self._pool is not None  # noqa: S101  create_connection() made it
        return self._pool

    def use(self) -> PoolUse:
        return self._pool.use() if self._pool else PoolUse(self.pool_maxsize, 0, 0, 0.0)

    def acquire_connection(self, text: str = "") -> Any:
        return _Lease(self, text)

    def _in_transaction(self) -> TransactionContext:
        return Pooled(Wrapper(self), self.pool)

    @translated
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        # Timed there, once.
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


class Wrapper(Endable, Statements, stock.TransactionWrapper):
    """The connection of one transaction."""

    def __init__(self, parent: "Client | Wrapper") -> None:
        super().__init__(parent)
        self.charset = parent.charset
        self.capabilities = parent.capabilities
        self._root = parent._root if isinstance(parent, Wrapper) else self
        self._lock = self._root._lock

    def failed(self, error: BaseException) -> None:
        if is_doomed(error):
            self._root.spent = error

    def _in_transaction(self) -> TransactionContext:
        return Nested(Wrapper(self))

    def acquire_connection(self, text: str = "") -> Any:
        self.must_go_on()
        return Turn(self._lock, self, text)

    @translated
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        if watchers:
            note(query)
        async with self.acquire_connection(query) as connection, connection.cursor() as cursor:
            await cursor.executemany(query, values)

    async def begin(self) -> None:
        await self._command("BEGIN")

    async def commit(self) -> None:
        self._must_be_open()
        await self._command("COMMIT")
        self._finalized = True

    async def rollback(self) -> None:
        self._must_be_open()
        self._finalized = True
        if not self._root.spent and is_open(self._connection):
            await self._command("ROLLBACK")

    async def savepoint(self) -> None:
        name = stock._gen_savepoint_name()
        await self._command(f"SAVEPOINT {name}")
        self._savepoint = name

    async def savepoint_rollback(self) -> None:
        name = self._leave_savepoint()
        # A deadlock took the savepoints with it: saying so would hide the deadlock, which can be retried.
        if self._root.spent or not is_open(self._connection):
            return
        try:
            await self._command(f"ROLLBACK TO SAVEPOINT {name}")
        except OperationalError as error:
            if number(error.args[0]) != NO_SUCH_SAVEPOINT:
                raise
            self._root.spent = error

    async def release_savepoint(self) -> None:
        await self._command(f"RELEASE SAVEPOINT {self._leave_savepoint()}")

    def abandon(self) -> None:
        # What the connection still holds is unknown; the server rolls back when the line drops.
        self._connection.close()

    def _leave_savepoint(self) -> str:
        self._must_be_open()
        if self._savepoint is None:
            msg = "There is no savepoint"
            raise TransactionManagementError(msg)
        name, self._savepoint = self._savepoint, None
        self._finalized = True
        return name

    def _must_be_open(self) -> None:
        if self._finalized:
            msg = "The transaction is already finished"
            raise TransactionManagementError(msg)

    @translated
    async def _command(self, sql: str) -> None:
        # Under the lock, too: a sibling of a failed `gather` may still be reading its answer from this connection.
        async with self.acquire_connection(sql) as connection:
            await connection.query(sql)


class _Lease:
    """A connection of the pool for one statement, which is timed if its text is given."""

    __slots__ = ("_began", "_client", "_connection", "_pool", "_text")

    def __init__(self, client: Client, text: str) -> None:
        self._client = client
        self._text = text

    async def __aenter__(self) -> Any:
        self._pool = await self._client.pool()
        self._connection = await self._pool.acquire()
        self._began = perf_counter()  # who stood in line for a connection had no slow statement
        return self._connection

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        seconds = perf_counter() - self._began
        if error is not None and not isinstance(error, Exception):
            self._connection.close()  # cancelled: an answer may still be on its way to whoever comes next
        self._pool.release(self._connection)
        if timers and self._text:
            took(self._text, seconds)


client_class = Client
