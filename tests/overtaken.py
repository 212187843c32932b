"""Let somebody be faster: each UPDATE and DELETE of a write finds that the very same was done a moment before.

One process cannot come in between another's look and its write. So the statement is carried out twice, and the write is
given the second answer: a guarded one finds no row any more, and the write must refuse; what is not guarded goes on, and
stands in `tests/core/overtaken.txt` for somebody to have thought about it.
"""

import itertools
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from server.kit.engines import mysql, sqlite
from server.kit.errors import DomainError
from tests.crashes import KEY, Flow, Stopped

_CHANGES = re.compile(r"(?:UPDATE|DELETE FROM) [`\"](\w+)[`\"]")
ANSWERED = "answered_request"  # the last table that a keyed write changes
GOES_ON = "goes on"


async def told_when_overtaken(write: Flow) -> list[str]:
    """Return the table of each change, in turn, and what the write says when somebody was faster with it."""
    write, lines = write.keyed(KEY), []
    for place in itertools.count():
        with overtaken(place) as changed:
            try:
                await write.run()
            except Stopped:
                said = GOES_ON
            except DomainError as refusal:
                said = type(refusal).__name__
        if len(changed) <= place:
            return lines
        lines.append(f"{changed[place]}: {said}")
    raise AssertionError


@contextmanager
def overtaken(place: int) -> Iterator[list[str]]:
    """Let the change at this place, and no other, find that the very same was done a moment before."""
    changed: list[str] = []

    def twice(own: Any) -> Any:
        async def run(self: Any, query: str, values: list[Any] | None = None) -> Any:
            found = _CHANGES.match(query)
            if found:
                if found[1] == ANSWERED:
                    raise Stopped  # nothing is kept
                changed.append(found[1])
                if len(changed) == place + 1:
                    await own(self, query, values)
            return await own(self, query, values)

        return run

    with _listening(twice):
        yield changed


@contextmanager
def done_before(table: str, work: Callable[[], Awaitable[Any]], *, place: int = 0) -> Iterator[None]:
    """Let somebody else do this after the look, and just before the first change of a table, or that at this place."""
    waiting: list[Callable[[], Awaitable[Any]] | None] = [work, *[None] * place]

    def after_it(own: Any) -> Any:
        async def run(self: Any, query: str, values: list[Any] | None = None) -> Any:
            found = _CHANGES.match(query)
            if waiting and found and found[1] == table and (due := waiting.pop()) is not None:
                await due()
            return await own(self, query, values)

        return run

    with _listening(after_it):
        yield
    assert not waiting, f"nothing of {table} was changed"


@contextmanager
def _listening(hears: Callable[[Any], Any]) -> Iterator[None]:
    engines = [(each, each.execute_query) for each in (sqlite.Statements, mysql.Statements)]
    for engine, own in engines:
        engine.execute_query = hears(own)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for engine, own in engines:
            engine.execute_query = own  # type: ignore[method-assign]
