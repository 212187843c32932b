"""Let somebody be faster: a change of a write finds that the very same, or something else, was done a moment before.

One process cannot come in between another's look and its write. So the statement is carried out twice, and the write is
given the second answer: a guarded one finds no row any more, and the write must refuse; what is not guarded goes on, and
stands in `tests/core/<room>/overtaken.txt` for somebody to have thought about it. What a second answer does not show,
another step of somebody else's, is done `meanwhile`.
"""

import itertools
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from server.kit.engines import mysql, sqlite
from server.kit.errors import DomainError
from tests.crashes import KEY, Flow, Stopped

_CHANGES = re.compile(r"(?:UPDATE|DELETE FROM) [`\"](\w+)[`\"]")
ANSWERED = "answered_request"  # the last table that a keyed write changes
GOES_ON = "goes on"
EACH: Final = None
Change = Callable[[], Awaitable[Any]]


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
def overtaken(place: int | None) -> Iterator[list[str]]:
    """Let the change at this place, or `EACH`, find that the very same was done a moment before: by another worker, say."""
    changed: list[str] = []

    async def look(table: str, change: Change) -> None:
        if table == ANSWERED:
            raise Stopped  # nothing is kept
        changed.append(table)
        if place in {EACH, len(changed) - 1}:
            await change()

    with _before_each_change(look):
        yield changed


@contextmanager
def meanwhile(table: str, deed: Callable[[], Awaitable[Any]], *, place: int = 0) -> Iterator[None]:
    """Let somebody else act after the look, and just before the first change of a table, or that at this place."""
    coming = [deed, *[_nothing] * place]

    async def look(changing: str, _: Change) -> None:
        if changing == table and coming:
            await coming.pop()()

    with _before_each_change(look):
        yield
    assert not coming, f"{table} was not changed"


async def _nothing() -> None: ...


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
