"""Kept reads that are asked for several at once, each with values of its own: one statement, one part for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.connection import get_connection

from server.kit.engines import CONNECTION
from server.kit.engines.prepared import Plan, Prepared

Wish = Mapping[str, Any]  # the values of one part, by name
SELECT = "SELECT "


class Stacked:
    """A kept query, asked for many; see `stacked`."""

    def __init__(self, query: Prepared) -> None:
        self._one = query
        self._sizes: dict[int, Prepared] = {}

    async def __call__(self, wishes: Sequence[Wish]) -> list[list[Any]]:
        """Return the rows of each wish at its place."""
        client: Any = get_connection(CONNECTION)
        dialect = client.capabilities.dialect
        if len(wishes) == 1 or dialect != "mysql":  # an embedded database is no trip away
            return [await self._one(**wish) for wish in wishes]
        shape = self._one.shape(dialect)
        values = {f"{name}_{part}": value for part, wish in enumerate(wishes) for name, value in wish.items()}
        found: list[list[Any]] = [[] for _ in wishes]
        for part, *row in await self._sized(len(wishes))(**values):
            found[part].append(row if shape is None else shape(row))
        return found

    def _sized(self, size: int) -> Prepared:
        if size not in self._sizes:
            self._sizes[size] = _in_parts(self._one, size)
        return self._sizes[size]


def stacked(query: Prepared) -> Stacked:
    """Ask what `query` asks, for many in one trip. One statement is kept for each number of wishes: bound it.

    of_each = stacked(prepared(lambda ward: Bed.filter(ward_id=ward).limit(20).values("uid"), ward=int))
    [of_seven, of_nine] = await of_each([{"ward": 7}, {"ward": 9}])
    """
    return Stacked(query)


def _in_parts(query: Prepared, size: int) -> Prepared:
    def plan(dialect: str) -> Plan:
        one = query.plan(dialect)
        columns = one.sql.removeprefix(SELECT)
        # Parts in brackets keep their own order and limit, and UNION ALL gives them as they come, without a table between.
        return Plan(
            sql=" UNION ALL ".join(f"({SELECT}{part},{columns})" for part in range(size)),
            params=one.params * size,
            places=tuple(
                (part * len(one.params) + place, f"{name}_{part}")
                for part in range(size)
                for place, name in one.places
            ),
            names=None,
            decoders=tuple(
                (place + 1, decoder) for place, decoder in one.decoders
            ),  # after the part's number
        )

    return Prepared(
        plan, {f"{name}_{part}": kind for part in range(size) for name, kind in query.kinds.items()}
    )
