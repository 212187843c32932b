# ruff: noqa: SLF001  Tortoise and the drivers have no public names for what is needed here
"""Reads whose SQL is built once.

Building a query and its model objects is three quarters of what the ORM costs, and the same work every time.
Hot reads are still written with Tortoise, so that the schema stays in one place, but only their SQL is kept.
"""

import re
import types
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from operator import itemgetter
from typing import Any, Final

import orjson
from tortoise import fields
from tortoise.connection import get_connection
from tortoise.queryset import ValuesListQuery, ValuesQuery

from server.kit.engines import CONNECTION
from server.kit.engines.decoding import Decoder, Decoders, Words, decoded, instant
from server.kit.tables import WordField

Kind = type[int] | type[str] | type[datetime] | type[date]
Row = tuple[Any, ...]

# Values that no real query holds, recognized among the parameters that Tortoise has built.
_MARKS: Final[dict[Kind, Callable[[int], Any]]] = {
    int: lambda place: 8_070_450_532_247_928_000 + place,
    str: lambda place: f"\x01{place}\x01",
    datetime: lambda place: datetime(9000 + place, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    date: lambda place: date(9000 + place, 6, 7),
}
_NAMED: Final = re.compile(r":([a-z][a-z0-9_]*)")


async def rows(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """Run a query in the engine's own SQL, within the transaction that is open here, if one is."""
    client: Any = get_connection(CONNECTION)
    found: list[Row] = await client.execute_tuples(sql, params)
    return found


@dataclass(frozen=True)
class Plan:
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, str], ...]
    names: tuple[str, ...] | None  # None: tuples were asked for
    decoders: Decoders
    flat: bool = False

    def shape(self, into: Any) -> Callable[[Row], Any] | None:
        """Return what is made of a row; None: nothing."""
        names = self.names
        if self.flat:
            return itemgetter(0)
        if names is None:
            return None
        if into is None:
            return lambda row: dict(zip(names, row, strict=True))
        if names == into._fields:
            make: Callable[[Row], Any] = into._make
            return make
        order = itemgetter(*(names.index(name) for name in into._fields))
        return lambda row: into._make(order(row))


Run = Callable[[Any, Sequence[Any]], Awaitable[list[Row]]]  # client, what stands at the plan's places


class Prepared:
    """A query of one shape; see `prepared`."""

    def __init__(self, plan: Callable[[str], Plan], kinds: Mapping[str, Kind], into: Any = None) -> None:
        self._make = plan
        self.kinds = kinds
        self._into = into
        self._plans: dict[str, Plan] = {}
        self._runs: dict[str, Run] = {}
        self._shapes: dict[str, Callable[[Row], Any] | None] = {}

    async def __call__(self, **values: Any) -> list[Any]:
        client: Any = get_connection(CONNECTION)
        dialect = client.capabilities.dialect
        if dialect not in self._runs:
            self._runs[dialect] = _run_of(self.plan(dialect), dialect)
        found = await self._runs[dialect](client, self._said(self._plans[dialect], values))
        shape = self._shapes[dialect]
        return found if shape is None else list(map(shape, found))

    def plan(self, dialect: str) -> Plan:
        """Return what is kept of the query for this engine."""
        if dialect not in self._plans:
            plan = self._plans[dialect] = self._make(dialect)
            self._shapes[dialect] = plan.shape(self._into)
        return self._plans[dialect]

    def shape(self, dialect: str) -> Callable[[Row], Any] | None:
        """Return what is made of a row; None: nothing."""
        self.plan(dialect)
        return self._shapes[dialect]

    def _bind(self, plan: Plan, values: Mapping[str, Any]) -> list[Any]:
        return _filled(plan, self._said(plan, values))

    def _said(self, plan: Plan, values: Mapping[str, Any]) -> list[Any]:
        kinds = self.kinds
        if values.keys() != kinds.keys():
            msg = f"The query takes {sorted(kinds)}, not {sorted(values)}"
            raise TypeError(msg)
        fitting = {name: _fit(name, value, kinds[name]) for name, value in values.items()}
        return [fitting[name] for _, name in plan.places]


def prepared(build: Callable[..., Any], *, into: Any = None, **kinds: Kind) -> Prepared:
    """Keep the SQL of a `.values()` or `.values_list()` query; call the result with the values each time.

    latest = prepared(lambda resident: Record.filter(resident_id=resident).limit(20).values("uid"), resident=int)
    await latest(resident=7)

    `into` is a named tuple that takes the values of each row by their names, where a dictionary is too much.
    """
    return Prepared(partial(_built, build, kinds), kinds, into)


def written(sql: str, columns: Mapping[str, Kind], **kinds: Kind) -> Prepared:
    """Take SQL that Tortoise cannot say, with `:name` for each value; the rows come as tuples of `columns`."""
    return Prepared(partial(_taken, sql, columns), kinds)


def _built(build: Callable[..., Any], kinds: Mapping[str, Kind], _dialect: str) -> Plan:
    marks = {name: _MARKS[kind](place) for place, (name, kind) in enumerate(kinds.items())}
    query = build(**marks)
    query._choose_db_if_not_chosen()
    query._make_query()
    sql, params = query.query.get_parameterized_sql()
    places = tuple(
        (place, name) for place, param in enumerate(params) for name, mark in marks.items() if param == mark
    )
    lost = marks.keys() - {name for _, name in places}
    if lost:
        msg = f"{sorted(lost)} did not reach the SQL unchanged (inside LIKE, an IN list or an enumeration?)"
        raise ValueError(msg)
    return Plan(sql, tuple(params), places, *_columns(query))


def _taken(sql: str, columns: Mapping[str, Kind], dialect: str) -> Plan:
    names = _NAMED.findall(sql)
    text = sql.replace("%", "%%") if dialect == "mysql" else sql
    decoders = tuple(
        (place, Decoder(instant, raw=True)) for place, kind in enumerate(columns.values()) if kind is datetime
    )
    return Plan(
        sql=_NAMED.sub("%s" if dialect == "mysql" else "?", text),
        params=(None,) * len(names),
        places=tuple(enumerate(names)),
        names=None,
        decoders=decoders,
    )


def _run_of(plan: Plan, dialect: str) -> Run:
    if dialect != "mysql":
        return partial(_execute, plan)
    from server.kit.engines import mysql_connect  # noqa: PLC0415  only where that engine runs

    if mysql_connect.DIRECT:
        from server.kit.engines.mysql_rows import Reader, fetch  # noqa: PLC0415
    else:
        from server.kit.engines.mysql_statements import Reader, fetch  # type: ignore[assignment]  # noqa: PLC0415
    reader = Reader(plan.sql, plan.params, [place for place, _ in plan.places], plan.decoders)
    return lambda client, said: fetch(client, reader, said)


async def _execute(plan: Plan, client: Any, said: Sequence[Any]) -> list[Row]:
    found: list[Row] = await client.execute_tuples(plan.sql, _filled(plan, said))
    return [decoded(row, plan.decoders) for row in found] if plan.decoders else found


def _filled(plan: Plan, said: Sequence[Any]) -> list[Any]:
    params = list(plan.params)
    for (place, _), value in zip(plan.places, said, strict=True):
        params[place] = value
    return params


def _columns(query: Any) -> tuple[tuple[str, ...] | None, Decoders, bool]:
    names = tuple(select.alias for select in query.query._selects)
    if isinstance(query, ValuesQuery):
        return names, _decoders(query, names, query._fields_for_select), False
    if isinstance(query, ValuesListQuery):
        return None, _decoders(query, names, query.fields), query._flat
    msg = "Only .values() and .values_list() can be prepared"
    raise TypeError(msg)


def _decoders(query: Any, names: Sequence[str], sources: dict[str, str]) -> Decoders:
    decoders = (
        (place, query.resolve_to_python_value(query.model, sources[name])) for place, name in enumerate(names)
    )
    # Tortoise marks columns that need no change by a lambda.
    return tuple(
        (place, _decoder(decode)) for place, decode in decoders if not isinstance(decode, types.LambdaType)
    )


def _decoder(decode: Callable[[Any], Any]) -> Decoder:
    field = getattr(decode, "__self__", None)
    if isinstance(field, fields.DatetimeField):
        return Decoder(instant, raw=True)
    if isinstance(field, fields.JSONField):
        return Decoder(orjson.loads, raw=True)
    if isinstance(field, WordField):
        return Decoder(Words(decode).__getitem__, raw=True)
    return Decoder(decode)


def _fit(name: str, value: Any, kind: Kind) -> Any:
    if not isinstance(value, kind):
        msg = f"{name} must be {kind.__name__}, not {type(value).__name__}"
        raise TypeError(msg)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            msg = f"{name} was given a naive time"
            raise ValueError(msg)
        return value.astimezone(UTC)
    return value
