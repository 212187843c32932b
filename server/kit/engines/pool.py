"""A pool of connections that serves first come first, never forgets a waiter, and lets nobody wait for ever."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.kit.engines.errors import PoolExhausted

WAIT: float = 5.0  # seconds


@dataclass(frozen=True)
class PoolUse:
    """What an operator wants to know of a pool."""

    size: int
    used: int
    waiting: int
    waited: float  # seconds, of all who have stood in line since the start


class FairPool:
    """Hand out at most `size` connections, in the order in which they were asked for.

    aiomysql's own pool returned from `release()` without waking anyone when the connection was closed or in
    a transaction (three cancelled queries parked every waiter for ever), let the releaser take its connection
    again before those who waited (p99 a hundred times p50), and had no time-out.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Any]],
        is_open: Callable[[Any], bool],
        *,
        size: int,
        wait: float = WAIT,
    ) -> None:
        self._connect = connect
        self._is_open = is_open
        self.size = size
        self.wait = wait
        self._places = size
        self._free: list[Any] = []  # the last one used is the first one reused: it is warm
        self._queue: deque[asyncio.Future[None]] = deque()
        self._waited = 0.0
        self._closing = False
        self._all_back = asyncio.Event()
        self._all_back.set()

    @property
    def used(self) -> int:
        return self.size - self._places

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def use(self) -> PoolUse:
        return PoolUse(self.size, self.used, self.waiting, self._waited)

    async def acquire(self) -> Any:
        if self._closing:
            msg = "The pool is closed"
            raise PoolExhausted(msg)
        if self._places and not self._queue:
            self._take_place()
        else:
            await self._stand_in_line()
        try:
            return self._reuse() or await self._connect()
        except BaseException:
            self._give_place()
            raise

    def release(self, connection: Any) -> None:
        """Take a connection back whatever its state; this cannot wait and cannot fail."""
        try:
            if self._closing or connection.get_transaction_status() or not self._is_open(connection):
                connection.close()
            else:
                self._free.append(connection)
        finally:
            self._give_place()

    def close(self) -> None:
        self._closing = True
        while self._free:
            self._free.pop().close()
        for waiter in self._queue:
            waiter.cancel()

    async def wait_closed(self) -> None:
        async with asyncio.timeout(self.wait):
            await self._all_back.wait()

    def _take_place(self) -> None:
        self._places -= 1
        self._all_back.clear()

    def _give_place(self) -> None:
        # The place goes straight to whoever waits longest; it is never up for grabs in between.
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._places += 1
        if self._places == self.size:
            self._all_back.set()

    async def _stand_in_line(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        waiter: asyncio.Future[None] = loop.create_future()
        self._queue.append(waiter)
        try:
            async with asyncio.timeout(self.wait):
                await waiter
        except BaseException as error:
            self._leave_line(waiter)
            if isinstance(error, TimeoutError):
                msg = f"No connection came free within {self.wait} s; {self.size} are in use"
                raise PoolExhausted(msg) from None
            raise
        finally:
            self._waited += loop.time() - began

    def _leave_line(self, waiter: asyncio.Future[None]) -> None:
        if waiter.done() and not waiter.cancelled():
            self._give_place()  # it was our turn at the very moment we were cancelled
        elif waiter in self._queue:
            self._queue.remove(waiter)

    def _reuse(self) -> Any:
        while self._free:
            connection = self._free.pop()
            if self._is_open(connection):
                return connection
            connection.close()
        return None
