"""Let those who wait be served together: one trip for all who asked while the trip before was under way."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

Wish = TypeVar("Wish")
Outcome = TypeVar("Outcome")

# Told of every trip: where it is made (a module), and how many it serves. For those who watch the process.
watchers: Final[list[Callable[[str, int], None]]] = []


class Together(Generic[Wish, Outcome]):
    """One per process and event loop: nobody waits for a batch to fill, and who comes alone is served alone.

    `serve` gives the outcome of each wish at its place; an exception is raised where its wish was made. What it
    raises itself reaches everybody in the batch.
    """

    def __init__(
        self, serve: Callable[[Sequence[Wish]], Awaitable[Sequence[Outcome | Exception]]], *, most: int
    ) -> None:
        self._serve = serve
        self._most = most
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[Wish, Outcome]] = WeakKeyDictionary()

    async def __call__(self, wish: Wish) -> Outcome:
        loop = asyncio.get_running_loop()
        line = self._lines.get(loop)
        if line is None:
            line = self._lines[loop] = _Line()
        answer: asyncio.Future[Outcome] = loop.create_future()
        line.waiting.append((wish, answer))
        if line.task is None:
            # An empty context: a task made inside somebody's transaction would inherit its connection.
            line.task = loop.create_task(self._run(line), context=Context())
        # A caller who is cancelled leaves a cancelled future behind; the others in the batch are not disturbed.
        return await answer

    async def _run(self, line: "_Line[Wish, Outcome]") -> None:
        batch: list[tuple[Wish, asyncio.Future[Outcome]]] = []
        try:
            while line.waiting:
                batch, line.waiting = line.waiting[: self._most], line.waiting[self._most :]
                for (_, answer), outcome in zip(batch, await self._outcomes(batch), strict=True):
                    _tell(answer, outcome)
        finally:  # no await since the line was seen empty: nobody can have joined it unseen
            line.task = None
            left, line.waiting = [*batch, *line.waiting], []
            for _, answer in left:  # not answered only when the process is going down
                answer.cancel()

    async def _outcomes(
        self, batch: Sequence[tuple[Wish, asyncio.Future[Outcome]]]
    ) -> Sequence[Outcome | Exception]:
        for watcher in watchers:
            watcher(self._serve.__module__, len(batch))
        try:
            return await self._serve([wish for wish, _ in batch])
        except Exception as error:  # noqa: BLE001  it is handed to whoever waits for it
            return [error] * len(batch)


class _Line(Generic[Wish, Outcome]):
    def __init__(self) -> None:
        self.waiting: list[tuple[Wish, asyncio.Future[Outcome]]] = []
        self.task: asyncio.Task[None] | None = None


def _tell(answer: asyncio.Future[Outcome], outcome: Outcome | Exception) -> None:
    if answer.done():
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
