# ruff: noqa: SLF001  Tortoise has no public names for what a query is made of
"""Take a query of Tortoise apart: its shape, and its values.

The shape is all of it but the values: models, what is filtered how, the order, what comes along. Words of enumerations are few,
and part of it, like nothing, yes and no, and how long a list is. Equal values have one number, and so the pattern of equality is
part of the shape as well: in another query of this shape, what is equal here is equal again.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any, Final

from tortoise.expressions import (
    Aggregate,
    CombinedExpression,
    F,
    Function,
    Q,
    RawSQL,
    Subquery,
    Value,
)
from tortoise.models import Model
from tortoise.queryset import (
    AwaitableQuery,
    CountQuery,
    DeleteQuery,
    ExistsQuery,
    QuerySet,
    UpdateQuery,
    ValuesListQuery,
    ValuesQuery,
)

from server.kit.engines.any_of import AnyOf

LONGEST = 64  # values of one list; every length is a shape of its own
LISTS: Final[tuple[type, ...]] = (list, tuple, set, frozenset, type({}.keys()), type({}.values()))

_SCALARS: Final = frozenset({int, str, bytes, float, datetime, date, time, Decimal})
_STANDING: Final[dict[object, str]] = {None: "none", True: "yes", False: "no"}
_STAR: Final = "*"  # Tortoise writes it into the text

# What of each kind of query is in its SQL, besides filters and annotations.
_STATE: Final[dict[type, Callable[[Any], tuple[Any, ...]]]] = {
    QuerySet: attrgetter(
        "_fields_for_select", "_orderings", "_limit", "_offset", "_distinct", "_group_bys", "_select_related",
        "_force_indexes", "_use_indexes", "_select_for_update", "_select_for_update_nowait",
        "_select_for_update_skip_locked", "_select_for_update_of", "_select_for_update_no_key",
    ),
    ValuesListQuery: attrgetter(
        "_fields_for_select_list", "_orderings", "_limit", "_offset", "_distinct", "_group_bys", "_force_indexes",
        "_use_indexes",
    ),
    ValuesQuery: attrgetter(
        "_fields_for_select", "_orderings", "_limit", "_offset", "_distinct", "_group_bys", "_force_indexes",
        "_use_indexes",
    ),
    CountQuery: attrgetter("_distinct", "_force_indexes", "_use_indexes"),
    ExistsQuery: attrgetter("_force_indexes", "_use_indexes"),
    UpdateQuery: attrgetter("_orderings", "_limit"),
    DeleteQuery: attrgetter("_orderings", "_limit"),
}  # fmt: skip
KINDS: Final = tuple(_STATE)


class UnknownPart(Exception):
    """The query holds something whose place in the SQL is not known here."""


class Walk:
    """A query's shape, and its values, each once.

    Raises `UnknownPart`, also later: of what Tortoise can say, this knows what is said often.
    """

    __slots__ = ("_numbers", "_parts", "times", "values")

    def __init__(self, query: AwaitableQuery[Any]) -> None:
        self.values: list[Any] = []  # by their numbers
        self.times: list[int] = []  # that each stands in the query
        self._parts: list[Any] = [query._db.query_class]
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._query(query)

    @property
    def shape(self) -> tuple[Any, ...]:
        return tuple(self._parts)

    def number_of(self, value: Any) -> int | None:
        """Return the number of a value that its column writes."""
        return self._numbers.get(_key(value, raw=False)) if type(value) in _SCALARS else None

    @property
    def raw(self) -> list[int]:
        """Return the numbers of the values that reach the database as they are."""
        return [number for key, number in self._numbers.items() if key[0]]

    def _query(self, query: Any) -> None:
        kind = type(query)
        if kind not in _STATE:
            raise UnknownPart
        say = self._parts.append
        say(kind)
        say(query.model)
        for each in _STATE[kind](query):
            if isinstance(each, dict):
                say(tuple(each.items()))
            else:
                say(tuple(each) if isinstance(each, list | set) else each)
        say(len(query._annotations))
        for name, annotation in query._annotations.items():
            say(name)
            self._expression(annotation)
        say(len(query._q_objects))
        for each in query._q_objects:
            self._filter(each, query._custom_filters)
        if kind is UpdateQuery:
            for name, value in query.update_kwargs.items():
                say(name)
                self._value(value)

    def _filter(self, node: Q, of_annotations: Collection[str]) -> None:
        say = self._parts.append
        say(node.join_type)
        say(node._is_negated)
        say(len(node.filters))
        if node.filters:
            for key, value in node.filters.items():
                say(key)
                self._value(value, raw=key in of_annotations)
        else:
            say(len(node.children))
            for child in node.children:
                self._filter(child, of_annotations)

    def _value(self, value: Any, *, raw: bool = False) -> None:
        kind = type(value)
        if kind in _SCALARS and value != _STAR:
            self._number(value, raw=raw)
        elif kind in LISTS:
            if len(value) > LONGEST:
                raise UnknownPart
            self._parts.append(len(value))
            for each in value:
                self._value(each, raw=raw)
        elif isinstance(value, Model):
            self._parts.append(kind)
            self._number(value.pk, raw=raw)
        else:
            self._word_or_expression(value)

    def _number(self, value: Any, *, raw: bool) -> None:
        key = _key(value, raw=raw)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.values)
            self.values.append(value)
            self.times.append(0)
        self.times[number] += 1
        self._parts.append(type(value))
        self._parts.append(number)

    def _word_or_expression(self, value: Any) -> None:
        if value is None or value is True or value is False:
            self._parts.append(_STANDING[value])
        elif isinstance(value, Enum):
            self._parts.append(type(value))
            self._parts.append(value)
        elif type(value) is str:  # the star; a term of Tortoise's is "equal" to anything
            self._parts.append(_STAR)
        else:
            self._expression(value)

    def _expression(self, value: Any) -> None:
        self._parts.append(type(value))
        if isinstance(value, Function):
            self._function(value)
        elif type(value) in _EXPRESSIONS:
            _EXPRESSIONS[type(value)](self, value)
        else:
            raise UnknownPart

    def _function(self, value: Function) -> None:
        if value.default_values or (isinstance(value, Aggregate) and value.filter is not None):
            raise UnknownPart
        self._parts.append(isinstance(value, Aggregate) and value.distinct)
        if isinstance(value.field, str):
            self._parts.append(value.field)
        else:
            self._expression(value.field)

    def _any_of(self, value: AnyOf) -> None:
        self._parts.append(len(value.parts))
        for part in value.parts:
            self._query(part.query)

    def _combined(self, value: CombinedExpression) -> None:
        self._parts.append(value.connector)
        self._expression(value.left)
        self._expression(value.right)


_EXPRESSIONS: Final[dict[type, Callable[[Walk, Any], None]]] = {
    AnyOf: Walk._any_of,
    CombinedExpression: Walk._combined,
    F: lambda walk, value: walk._parts.append(value.name),
    RawSQL: lambda walk, value: walk._parts.append(value.sql),
    Subquery: lambda walk, value: walk._query(value.query),
    Value: lambda walk, value: walk._value(value.value, raw=True),
}


def _key(value: Any, *, raw: bool) -> tuple[Any, ...]:
    # Equal instants of two zones are equal, and so are 1 and 1.0; they are not the same parameter.
    return raw, type(value), value, value.tzinfo if type(value) is datetime else None
