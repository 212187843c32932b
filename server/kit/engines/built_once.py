# ruff: noqa: SLF001  Tortoise has no public names for what is needed here
"""Tortoise's queries, whose SQL is built once for each shape (`shapes`).

Of the phone's first screen, which asks a dozen rooms, four fifths of the time went into building the same SQL as a moment ago. Two
queries of one shape differ in their parameters only, so the SQL of the first serves the second.

Which value stands at which parameter is not guessed from an order: equal values have one number, and a parameter belongs to the
one number whose written value it is. Where that is not plain, or a value is in the text itself, or anything is met that is not
known here, the query is built each time, as Tortoise does. With `checking` on (in every test) it is built nevertheless, the
first times, and must be the same. See docs/adr/0039-statements-built-once-per-shape.md.
"""

from collections import Counter
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from pypika_tortoise.terms import Term
from tortoise import fields
from tortoise.expressions import Expression, Q
from tortoise.models import Model
from tortoise.queryset import (
    DeleteQuery,
    ExistsQuery,
    QuerySet,
    UpdateQuery,
    ValuesListQuery,
    ValuesQuery,
)

from server.kit.engines.shapes import KINDS, LISTS, UnknownPart, Walk

MOST = 1000  # shapes that are kept; the oldest gives way

Encode = Callable[[Any], Any]

# Columns that write every value alike, whichever of them it is for.
_ALIKE: Final[tuple[tuple[type, ...], ...]] = (
    (fields.BigIntField, fields.IntField, fields.SmallIntField),
    (fields.DatetimeField,),
    (fields.DateField,),
)


class _NotPlain(Exception):
    """This time two parts of the query look the same in the SQL; another time they may not."""


class KeptText(str):
    """The SQL of a shape: an engine may keep with it what it has understood of the answers, whose columns are the same."""

    __slots__ = ("reader",)

    reader: Any


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a shape: no value of anybody."""

    sql: str
    params: tuple[Any, ...]  # None where a value goes
    places: tuple[tuple[int, int, Encode | None], ...]  # parameter, number of the value, what is made of it
    related: list[Any] | None  # how rows become objects
    read_as: tuple[tuple[str, Any], ...]  # the columns as which annotations are read


@dataclass(frozen=True, slots=True)
class _Said:
    """Stands where Tortoise holds the query that it has built."""

    sql: str
    params: list[Any]

    def get_parameterized_sql(self) -> tuple[str, list[Any]]:
        return self.sql, self.params


@dataclass(frozen=True, slots=True)
class _Met:
    """A value that Tortoise met while it built, and how it writes it."""

    value: Any
    encode: Encode
    way: Hashable  # columns that write every value alike have the same


@dataclass
class _Memory:
    kept: dict[tuple[Any, ...], Kept | None] = field(default_factory=dict)  # None: to be built each time
    met: list[_Met] | None = None  # while a query of a new shape is built
    checks: int = 0  # of each shape that are still to be made by who checks
    checked: Counter[tuple[Any, ...]] = field(default_factory=Counter)


memory: Final = _Memory()
_NEVER_MET: Final = Kept("", (), (), None, ())


@contextmanager
def checking(*, times: int) -> Iterator[None]:
    """Build queries nevertheless, of each shape so many, and raise `AssertionError` where what was kept is not the same."""
    before, memory.checks = memory.checks, times
    try:
        yield
    finally:
        memory.checks = before


def install() -> None:
    """Have Tortoise ask here first; doing it twice does nothing more."""
    kind: Any
    for kind in KINDS:
        kind.__await__ = _awaited
    filters: Any = Q
    filters._process_filter_kwarg = _processed


def _awaited(query: Any) -> Generator[Any, None, Any]:
    writes = isinstance(query, UpdateQuery | DeleteQuery) or getattr(query, "_select_for_update", False)
    query._choose_db_if_not_chosen(writes)
    _say(query)
    answer: Generator[Any, None, Any] = query._execute().__await__()
    return answer


def _say(query: Any) -> None:
    """Have `query.query` answer with SQL and parameters, kept or built."""
    try:
        walk = Walk(query)
    except UnknownPart:
        query._make_query()
        return
    shape = walk.shape
    kept = memory.kept.get(shape, _NEVER_MET)
    if kept is _NEVER_MET:
        _learn(query, walk, shape)
        return
    if kept is None:
        query._make_query()
        return
    params = list(kept.params)
    for place, number, encode in kept.places:
        value = walk.values[number]
        params[place] = value if encode is None else encode(value)
    if memory.checks and memory.checked[shape] < memory.checks:
        _check(query, kept, params)
        memory.checked[shape] += 1
    query.query = _Said(kept.sql, params)
    if kept.related is not None:
        query._select_related_idx = kept.related
    for name, column in kept.read_as:
        query._annotations[name].field_object = column


def _check(query: Any, kept: Kept, params: Sequence[Any]) -> None:
    query._make_query()
    sql, fresh = query.query.get_parameterized_sql()
    alike = len(fresh) == len(params) and all(map(_same, params, fresh))
    related = kept.related is None or kept.related == query._select_related_idx
    if sql != kept.sql or not alike or not related:
        # Never the values: they may be anybody's.
        msg = f"What is kept for {query.model.__name__} is not what would be built: {kept.sql}, and {sql}"
        raise AssertionError(msg)


# To learn a shape


def _learn(query: Any, walk: Walk, shape: tuple[Any, ...]) -> None:
    annotations = dict(query._annotations)  # building adds to them
    params, met = _built(query)
    try:
        kept = _understood(query, walk, params, met, annotations)
    except UnknownPart:
        kept = None
    except _NotPlain:
        return
    if len(memory.kept) >= MOST:
        del memory.kept[next(iter(memory.kept))]
    memory.kept[shape] = kept


def _built(query: Any) -> tuple[list[Any], list[_Met]]:
    """Build it, and return its parameters and the values that Tortoise met."""
    met = memory.met = []
    try:
        query._make_query()
        sql, params = query.query.get_parameterized_sql()
    finally:
        memory.met = None
    query.query = _Said(sql, params)
    if isinstance(query, UpdateQuery):
        met.extend(_written(query))
    return params, met


def _understood(
    query: Any, walk: Walk, params: Sequence[Any], met: Sequence[_Met], annotations: Mapping[str, Any]
) -> Kept:
    places = _places(walk, params[: len(params) - _limits(query, params)], met)
    found = Counter(number for _, number, _ in places)
    if any(found[number] < times for number, times in enumerate(walk.times)):
        raise UnknownPart  # it is in the text
    if any(found[number] > times for number, times in enumerate(walk.times)):
        raise _NotPlain  # so is something that is none of its values
    filled = {place for place, _, _ in places}
    read_as = ((name, getattr(each, "field_object", None)) for name, each in annotations.items())
    sql: str = query.query.sql
    return Kept(
        sql=sql if isinstance(query, UpdateQuery | DeleteQuery) else KeptText(sql),
        params=tuple(None if place in filled else param for place, param in enumerate(params)),
        places=tuple(places),
        related=query._select_related_idx if isinstance(query, QuerySet) else None,
        read_as=tuple((name, column) for name, column in read_as if column is not None),
    )


def _places(walk: Walk, params: Sequence[Any], met: Sequence[_Met]) -> list[tuple[int, int, Encode | None]]:
    """Find the value of every parameter that is not part of the shape."""
    standing = [None, True, False, *(each.encode(each.value) for each in met if isinstance(each.value, Enum))]
    known = _known(walk, met)
    places = []
    for place, param in enumerate(params):
        stands = any(_same(each, param) for each in standing)
        ways = {number: encode for number, encode, written in known if _same(written, param)}
        if len(ways) + stands > 1:
            raise _NotPlain
        if ways:
            places += [(place, number, encode) for number, encode in ways.items()]
        elif not stands:
            raise UnknownPart
    return places


def _known(walk: Walk, met: Sequence[_Met]) -> list[tuple[int, Encode | None, Any]]:
    """Return the number of each value, what is made of it, and what came of that."""
    known: list[tuple[int, Encode | None, Any]] = [(number, None, walk.values[number]) for number in walk.raw]
    ways: dict[int, Hashable] = {}
    for each in met:
        number = walk.number_of(each.value)
        if number is None:
            continue
        if ways.setdefault(number, each.way) != each.way:
            raise UnknownPart  # one value for two kinds of columns: which parameter is which?
        known.append((number, each.encode, each.encode(each.value)))
    return known


def _limits(query: Any, params: Sequence[Any]) -> int:
    """Return how many parameters, at the end, are the query's own limit and offset; its shape has them."""
    if isinstance(query, ExistsQuery):
        said = [1]
    elif isinstance(query, QuerySet | ValuesListQuery | ValuesQuery):
        said = [each for each in (query._limit, query._offset) if each is not None]
    else:
        return 0
    if said and params[-len(said) :] != said:
        raise UnknownPart
    return len(said)


def _same(written: Any, param: Any) -> bool:
    return type(written) is type(param) and bool(written == param)


# What Tortoise does with a value


def _processed(node: Q, model: Any, key: str, value: Any, table: Any) -> Any:
    if memory.met is not None and value is not None and not isinstance(value, Term):
        memory.met.extend(_filtered(model, key, value))
    return _process(node, model, key, value, table)


_process: Final = Q._process_filter_kwarg


def _filtered(model: Any, key: str, value: Any) -> Iterator[_Met]:
    """Return what is about to be filled in, and how it is written (as `Q._process_filter_kwarg` does)."""
    info = model._meta.get_filter(key)
    if "table" in info:
        return  # of many-to-many and backward relations, which are not used here
    column = model._meta.fields_map[info["field"]]
    encoder = info.get("value_encoder")
    way = _way(column, encoder)
    if encoder is None:
        yield _Met(value, lambda each: column.to_db_value(each, model), way)
    elif type(value) in LISTS:
        for one in value:
            yield _Met(one, lambda each: encoder([each], model, column)[0], way)
    else:
        yield _Met(value, lambda each: encoder(each, model, column), way)


def _written(query: UpdateQuery) -> Iterator[_Met]:
    """Return what an update writes, and how."""
    columns: Any = query.model._meta.fields_map
    for name, value in query.update_kwargs.items():
        if isinstance(value, Model):
            column = columns[columns[name].source_field]
            yield _Met(value.pk, _to_column(column), _way(column, None))
        elif not isinstance(value, Expression):
            yield _Met(value, _to_column(columns[name]), _way(columns[name], None))


def _to_column(column: Any) -> Encode:
    return lambda each: column.to_db_value(each, None)


def _way(column: Any, encoder: Any) -> Hashable:
    # A list writes each of its values as the column does.
    plain = encoder is None or encoder.__name__ == "list_encoder"
    kind = next((kinds for kinds in _ALIKE if plain and isinstance(column, kinds)), None)
    return kind or (id(column), None if plain else encoder)
