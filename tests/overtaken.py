"""Let somebody be faster: each UPDATE and DELETE of a write finds that the very same was done a moment before.

One process cannot come in between another's look and its write. So the statement is carried out twice, and the write is
given the second answer: a guarded one finds no row any more, and the write must refuse; what is not guarded goes on, and
stands in `tests/core/overtaken.txt` for somebody to have thought about it.
"""

import itertools
import re
from collections.abc import Iterator
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
def always_second() -> Iterator[None]:
    """Let another worker be faster with each single change: a sweep that goes on counts and tells nothing."""
    with _overtaken(None):
        yield


@contextmanager
def _overtaken(place: int | None) -> Iterator[list[str]]:
    """Carry out the change at this place twice; None: each of them."""
    changed: list[str] = []
    engines = [(each, each.execute_query) for each in (sqlite.Statements, mysql.Statements)]

    def twice(own: Any) -> Any:
        async def run(self: Any, query: str, values: list[Any] | None = None) -> Any:
            found = _CHANGES.match(query)
            if found:
                if found[1] == ANSWERED:
                    raise Stopped  # nothing is kept
                changed.append(found[1])
                if place in {None, len(changed) - 1}:
                    await own(self, query, values)
            return await own(self, query, values)

        return run

    for engine, own in engines:
        engine.execute_query = twice(own)  # type: ignore[method-assign]
    try:
        yield changed
    finally:
        for engine, own in engines:
            engine.execute_query = own  # type: ignore[method-assign]
