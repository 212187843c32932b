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
Change = Callable[[], Awaitable[Any]]


async def told_when_overtaken(write: Flow) -> list[str]:
    """Return the table of each change, in turn, and what the write says when somebody was faster with it."""
    write, lines = write.keyed(KEY), []
    for place in itertools.count():
        with _overtaken(place) as changed:
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
def meanwhile(table: str, deed: Callable[[], Awaitable[Any]]) -> Iterator[None]:
    """Let somebody else act after the look and before the first change of a table, for what a second answer does not show."""
    coming = [deed]

    async def look(changing: str, _: Change) -> None:
        if changing == table and coming:
            await coming.pop()()

    with _before_each_change(look):
        yield
    assert not coming, f"{table} was not changed"


@contextmanager
def _overtaken(place: int) -> Iterator[list[str]]:
    changed: list[str] = []

    async def look(table: str, change: Change) -> None:
        if table == ANSWERED:
            raise Stopped  # nothing is kept
        changed.append(table)
        if len(changed) == place + 1:
            await change()

    with _before_each_change(look):
        yield changed


@contextmanager
def _before_each_change(look: Callable[[str, Change], Awaitable[None]]) -> Iterator[None]:
    engines = [(each, each.execute_query) for each in (sqlite.Statements, mysql.Statements)]

    def watched(own: Any) -> Any:
        async def run(self: Any, query: str, values: list[Any] | None = None) -> Any:
            found = _CHANGES.match(query)
            if found:
                await look(found[1], lambda: own(self, query, values))
            return await own(self, query, values)

        return run

    for engine, own in engines:
        engine.execute_query = watched(own)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for engine, own in engines:
            engine.execute_query = own  # type: ignore[method-assign]
