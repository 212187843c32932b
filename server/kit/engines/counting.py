"""Watch the statements this process runs: how many, which tables they write, how long they take. Costs nothing while
nobody watches.
"""

import re
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

Watcher = Callable[[str], None]
Timer = Callable[[str, float], None]  # the text of a statement, without its parameters, and seconds

# The engines test these lists at every statement, so they must stay the same objects.
watchers: Final[list[Watcher]] = []
timers: Final[list[Timer]] = []

_WRITES = re.compile(
    r"^\s*(?:INSERT\s+(?:IGNORE\s+|OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)"
    r"\s+[`\"]?(\w+)[`\"]?",
    re.IGNORECASE,
)


def note(sql: str) -> None:
    for watcher in watchers:
        watcher(sql)


def took(text: str, seconds: float) -> None:
    """Tell the timers of a statement that has run, or failed; what it waited for a connection is not in it."""
    for timer in timers:
        timer(text, seconds)


class counted:  # noqa: N801  used as a verb: `with counted() as statements`
    """Collect the text of statements, without their parameters, that this process runs meanwhile."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        # One bound method, kept: every access makes a new one, and removal must find this very one.
        self._watcher: Watcher = self.statements.append

    def __enter__(self) -> list[str]:
        watchers.append(self._watcher)
        return self.statements

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _unwatch(self._watcher)

    async def __aenter__(self) -> list[str]:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


class WrittenTables:
    """Remember which tables were written since the last `forget()`."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._watcher: Watcher = self._look

    def _look(self, sql: str) -> None:
        # A script may hold several statements; one that begins with anything else matches nothing.
        for statement in sql.split(";") if ";" in sql else (sql,):
            written = _WRITES.match(statement)
            if written:
                self.names.add(written[1])

    def start(self) -> Self:
        watchers.append(self._watcher)
        return self

    def stop(self) -> None:
        _unwatch(self._watcher)

    def forget(self) -> None:
        self.names.clear()


def _unwatch(watcher: Watcher) -> None:
    # By identity: two lists of statements with equal content make equal bound methods.
    for place, other in enumerate(watchers):
        if other is watcher:
            del watchers[place]
            return
