# ruff: noqa: SLF001  Tortoise and the drivers have no public names for what is needed here
"""Entering and leaving a transaction so that nothing is lost when the task is cancelled in between.

Tortoise takes its connection (or SQLite's lock) in `__aenter__` and gives it back only in `__aexit__`, which
does not run when `__aenter__` fails: 24 clients that hung up froze an embedded database for ever, 240 one of
MariaDB, and four failed BEGINs a pool of four.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, cast

from tortoise.backends.base.client import NestedTransactionContext, TransactionContext
from tortoise.connection import ConnectionHandler, ConnectionToken, get_connections
from tortoise.exceptions import TransactionManagementError

from server.kit.engines.counting import timers, took
from server.kit.engines.errors import PoolExhausted
from server.kit.engines.pool import FairPool


class SpentTransaction(TransactionManagementError):
    """Something used a transaction that is over: lost to a deadlock, or inherited by a task it had started.

    Such a task wrote into a stranger's transaction, once the connection had been given to the next request,
    and vanished with its rollback. Start tasks after the commit, or in `outside_transactions()`.
    """


class Ended(Exception):
    """The transaction was committed or rolled back."""


class Endable:
    """What the wrappers of both engines share: the knowledge that their transaction is over."""

    _root: Any
    spent: BaseException | None = None

    def end(self) -> None:
        self.spent = Ended()

    def must_go_on(self) -> None:
        if self._root.spent:
            raise SpentTransaction(self._root.spent)


async def take(lock: asyncio.Lock, wait: float | None) -> None:
    if not lock.locked():
        await lock.acquire()
        return
    try:
        async with asyncio.timeout(wait):
            await lock.acquire()
    except TimeoutError:
        msg = f"The one connection did not come free within {wait} s"
        raise PoolExhausted(msg) from None


class Turn:
    """Wait for one's turn on a connection that several tasks share; the statement is timed if its text is given."""

    __slots__ = ("_began", "_client", "_lock", "_text", "_wait")

    def __init__(self, lock: asyncio.Lock, client: Any, text: str = "", *, wait: float | None = None) -> None:
        self._lock = lock
        self._client = client
        self._text = text
        self._wait = wait

    async def __aenter__(self) -> Any:
        await take(self._lock, self._wait)
        try:
            if not self._client._connection:
                await self._client.create_connection(with_db=True)
        except BaseException:
            self._lock.release()
            raise
        self._began = perf_counter()  # who waited for their turn had no slow statement
        return self._client._connection

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        seconds = perf_counter() - self._began
        self._lock.release()
        if timers and self._text:
            took(self._text, seconds)


class Current:
    """Point the task at the transaction's connection, and back."""

    __slots__ = ("_handler", "_token")

    def __init__(self, client: Any) -> None:
        self._handler: ConnectionHandler = get_connections()
        self._token: ConnectionToken = self._handler.set(client.connection_name, client)

    def reset(self) -> None:
        self._handler.reset(self._token)


class Pooled(TransactionContext):
    """A transaction on a connection of a pool."""

    client: Any

    def __init__(self, client: Any, pool: Callable[[], Awaitable[FairPool]]) -> None:
        self.client = client
        self._find_pool = pool

    async def __aenter__(self) -> Any:
        self._pool = await self._find_pool()
        connection = self.client._connection = await self._pool.acquire()
        try:
            await self.client.begin()
            self._current = Current(self.client)
        except BaseException:
            self.client.abandon()
            self._pool.release(connection)
            raise
        return self.client

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        connection = self.client._connection
        try:
            await finish(self.client, error)
        except BaseException:
            self.client.abandon()
            raise
        finally:
            self.client.end()
            self._pool.release(connection)
            self._current.reset()


class Nested(NestedTransactionContext):
    """A savepoint within a transaction."""

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self.client._finalized:
            return
        if error is None:
            await self.client.release_savepoint()
        else:
            # The error that brought us here must arrive; a savepoint that cannot be undone spends the transaction.
            try:
                await self.client.savepoint_rollback()
            except Exception as failure:  # noqa: BLE001
                cast("Endable", self.client)._root.spent = failure


async def finish(client: Any, error: BaseException | None) -> None:
    if client._finalized:
        return
    if error is None:
        try:
            await client.commit()
        except Exception:
            await _undo(client)
            raise
    else:
        await _undo(client)


async def _undo(client: Any) -> None:
    # A rollback that fails must not take the place of the error that asked for it: stock Tortoise raised
    # "Cancelled during execution" in place of the cancellation.
    try:
        await client.rollback()
    except Exception:  # noqa: BLE001
        client.abandon()
