# ruff: noqa: SLF001  Tortoise and the drivers have no public names for what is needed here
"""Tortoise's SQLite client without its leaks. Its name must hold "sqlite": migrations choose their dialect by it."""

import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

import aiosqlite
from tortoise.backends.base.client import Capabilities, TransactionContext
from tortoise.backends.sqlite import client as stock
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from server.kit.engines import sqlite_thread as thread
from server.kit.engines.counting import note, watchers
from server.kit.engines.pool import WAIT, PoolUse
from server.kit.engines.sqlite_schema import Generator
from server.kit.engines.transaction import Current, Endable, Nested, Turn, finish, take

P = ParamSpec("P")
R = TypeVar("R")

PREPARED = 512  # statements kept parsed


def translated(method: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    @wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
        except sqlite3.DatabaseError as error:
            raise OperationalError(error) from error

    return run


def _text(work: Callable[..., Any], *args: Any) -> str:
    """Return the statement that a trip to the thread brings, or is (COMMIT)."""
    if work is thread.inside:
        return _text(*args)
    return str(args[0]) if args else work.__name__.upper()


class Statements(stock.SqliteClient):
    """How statements are run, in a transaction or outside one.

    Each is one trip to SQLite's thread and undivided there: what a cancelled task has asked for is finished
    before the next task's statement begins.
    """

    schema_generator = Generator
    # Tortoise dropped the limit of `.limit(1).update()` and changed every row. Debian's and Python's images know
    # it; where SQLite was built without, it is now a syntax error.
    capabilities = Capabilities(
        "sqlite", daemon=False, requires_limit=True, inline_comment=True, support_for_update=False,
        support_update_limit_order_by=True, can_rollback_ddl=True, support_returning=True,
    )  # fmt: skip

    def acquire_connection(self, text: str = "") -> Any:
        """Wait for a connection; the statement of this text is timed from when it is held."""
        raise NotImplementedError

    async def _run(self, work: Callable[..., R], *args: Any) -> R:
        async with self.acquire_connection(_text(work, *args)) as connection:
            result: R = await connection._execute(work, connection._connection, *args)
            return result

    @translated
    async def execute_insert(self, query: str, values: list[Any]) -> int:
        if watchers:
            note(query)
        return await self._run(thread.insert, query, values)

    @translated
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        if watchers:
            note(query)
        return await self._run(thread.query, query.replace("\x00", "'||CHAR(0)||'"), values or ())

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return list(map(dict, (await self.execute_query(query, values))[1]))

    @translated
    async def execute_tuples(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        if watchers:
            note(query)
        return await self._run(thread.tuples, query, values)

    @translated
    async def execute_script(self, query: str) -> None:
        if watchers:
            note(query)
        await self._run(thread.script, query)

    @translated
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        if watchers:
            note(query)
        await self._run(thread.many, query, values)


class Client(Statements):
    """The one connection of this process to its database file."""

    def __init__(self, file_path: str, *, wait: float = WAIT, **pragmas: Any) -> None:
        super().__init__(file_path, **pragmas)
        self._wait = wait

    def use(self) -> PoolUse:
        """Return how the one connection is used; who waits for it is counted, how long is not."""
        return PoolUse(1, int(self._lock.locked()), len(self._lock._waiters or ()), 0.0)

    def acquire_connection(self, text: str = "") -> Any:
        return Turn(self._lock, self, text, wait=self._wait)

    async def create_connection(self, with_db: bool) -> None:  # noqa: ARG002, FBT001  Tortoise's signature
        if self._connection:
            return
        connection: Any = aiosqlite.connect(self.filename, isolation_level=None, cached_statements=PREPARED)
        # An ordinary thread kept the process from ending when a start failed before `close_database()`.
        connection._thread.daemon = True
        try:
            await connection
            await connection._execute(thread.set_up, connection._conn, self.pragmas)
        except BaseException:
            connection.stop()
            raise
        self._connection = connection
        await self._post_connect()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

    def _in_transaction(self) -> TransactionContext:
        return Alone(Wrapper(self))


class Wrapper(Endable, Statements, stock.SqliteTransactionWrapper):
    """The connection while it belongs to one transaction."""

    def __init__(self, parent: "Client | Wrapper") -> None:
        super().__init__(parent)
        self._root = parent._root if isinstance(parent, Wrapper) else self
        self._lock = self._root._lock

    def _in_transaction(self) -> TransactionContext:
        return Nested(Wrapper(self))

    def acquire_connection(self, text: str = "") -> Any:
        self.must_go_on()
        return Turn(self._lock, self, text)

    async def _run(self, work: Callable[..., R], *args: Any) -> R:
        return await super()._run(thread.inside, work, *args)

    @translated
    async def begin(self) -> None:
        await Statements._run(self, thread.begin)

    @translated
    async def commit(self) -> None:
        self._must_be_open()
        await self._run(thread.commit)
        self._finalized = True

    @translated
    async def rollback(self) -> None:
        self._must_be_open()
        self._finalized = True
        await Statements._run(self, thread.rollback)

    @translated
    async def savepoint(self) -> None:
        name = stock._gen_savepoint_name()
        await self._run(thread.script, f"SAVEPOINT {name}")
        self._savepoint = name

    @translated
    async def savepoint_rollback(self) -> None:
        name = self._leave_savepoint()
        await self._run(thread.script, f"ROLLBACK TO {name}; RELEASE {name}")

    @translated
    async def release_savepoint(self) -> None:
        await self._run(thread.script, f"RELEASE {self._leave_savepoint()}")

    def abandon(self) -> None:
        """Undo without waiting: whatever was asked for before, even by a cancelled task, is done first."""
        connection: Any = self._connection
        if connection:
            connection._tx.put_nowait((None, partial(thread.rollback, connection._connection)))

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


class Alone(TransactionContext):
    """A transaction, during which the whole process has no other."""

    client: Wrapper

    def __init__(self, client: Wrapper) -> None:
        self.client = client

    async def __aenter__(self) -> Any:
        parent: Any = self.client._parent
        await take(parent._lock, parent._wait)
        try:
            await parent.create_connection(with_db=True)
            self.client._connection = parent._connection
            await self.client.begin()
            self._current = Current(self.client)
        except BaseException:
            self.client.abandon()
            parent._lock.release()
            raise
        return self.client

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        parent: Any = self.client._parent
        try:
            await finish(self.client, error)
        except BaseException:
            self.client.abandon()
            raise
        finally:
            self.client.end()
            parent._lock.release()
            self._current.reset()


client_class = Client
