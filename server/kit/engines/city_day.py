"""Grouping by day: each engine says it in its own words."""

from datetime import date
from typing import Any

from pypika_tortoise.terms import Function as Term
from tortoise.expressions import Function
from tortoise.fields import DateField

from server.kit.database import dialect


class _Day(DateField):  # type: ignore[type-arg]  # not subscriptable when run
    """SQLite hands out the text of a day, MariaDB the day."""

    def to_python_value(self, value: Any) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class CityDay(Function):
    """The day of an instant on the city's clock, which is never put back or forward."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field_object = _Day()

    def _get_function_field(self, field: Any, *_: Any) -> Term:
        if dialect() == "mysql":
            return Term("DATE", Term("ADDTIME", field, "08:00:00"))
        return Term("DATE", field, "+8 hours")
