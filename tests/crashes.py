"""Stop a write at every one of its statements, then ask again with the same key (T1, T3, reliability 2.3A)."""

import itertools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

import pytest
from tortoise.connection import get_connection
from tortoise.context import require_context

from server import invariants
from server.authority.actor import Actor
from server.kit import plain
from server.kit.database import APP
from server.kit.engines import CONNECTION
from server.kit.engines.counting import WrittenTables, watchers
from server.kit.errors import KeyReused
from server.kit.idempotency import Answered, RequestKey

KEY = "stopped-everywhere"


class Stopped(Exception):
    """The process died here."""


class StopAt:
    """Let this many statements pass, then stop before the next."""

    def __init__(self, statements: int, stop: Callable[[], None] | None = None) -> None:
        self.left = statements
        self._stop = stop

    def __call__(self, sql: str) -> None:
        if self.left == 0:
            if self._stop is not None:
                self._stop()
            raise Stopped
        self.left -= 1

    def __enter__(self) -> Self:
        watchers.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        watchers.remove(self)


@dataclass(frozen=True)
class Flow:
    """A write that somebody is about to make; it can be handed to another process."""

    actor: Actor
    action: Callable[..., Awaitable[Any]]
    said: Mapping[str, Any]

    async def run(self) -> Any:
        return await self.action(actor=self.actor, **self.said)

    def keyed(self, key: str, *, fingerprint: str = "same") -> "Flow":
        assert self.actor.account_id is not None
        request = RequestKey(self.actor.account_id, key, fingerprint)
        return replace(self, actor=replace(self.actor, request_key=request))


def flow(actor: Actor, action: Callable[..., Awaitable[Any]], **said: Any) -> Flow:
    return Flow(actor, action, said)


async def everything() -> dict[str, list[Any]]:
    """Return every row of every table, to compare before with after."""
    apps = require_context().apps
    assert apps is not None
    return await rows_of({model._meta.db_table for model in apps[APP].values() if model._meta.pk_attr})


async def rows_of(tables: Iterable[str]) -> dict[str, list[Any]]:
    return {name: await _rows(name) for name in sorted(tables)}


async def _rows(table: str) -> list[Any]:
    return [tuple(row.values()) for row in await get_connection(CONNECTION).execute_query_dict(f"SELECT * FROM `{table}`")]  # noqa: S608  the names are our own  # fmt: skip


@contextmanager
def noting(written: WrittenTables) -> Iterator[None]:
    written.start()
    try:
        yield
    finally:
        written.stop()


async def happens_once_wherever_it_stops(write: Flow, *, now: datetime) -> None:
    write = write.keyed(KEY)
    before, faults = await everything(), await invariants.faults(now=now)  # a test's own rows may lack a stay
    written = WrittenTables()
    for statements in itertools.count():
        with StopAt(statements), noting(written):
            try:
                answer = await write.run()
                break
            except Stopped:
                pass
        # Only what was written could have been left behind: to read all of the town each time took minutes.
        left = await rows_of(written.names)
        assert left == {name: before[name] for name in left}, (
            f"stopping at statement {statements} left something behind"
        )

    assert statements > 4
    done = await everything()
    assert done != before
    assert await invariants.faults(now=now) == faults
    with pytest.raises(Answered) as again:
        await write.run()
    assert again.value.answer == plain.loads(plain.dumps(answer))
    with pytest.raises(KeyReused):
        await write.keyed(KEY, fingerprint="other").run()
    assert await everything() == done
