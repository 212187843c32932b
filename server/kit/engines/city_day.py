"""Grouping by day: each engine says it in its own words."""

from typing import Any

from pypika_tortoise.terms import Function as Term
from tortoise.expressions import Function

from server.kit.database import dialect


class CityDay(Function):
    """The day of an instant on the city's clock, which is never put back or forward."""

    def _get_function_field(self, field: Any, *_: Any) -> Term:
        if dialect() == "mysql":
            return Term("DATE", Term("ADDTIME", field, "08:00:00"))
        return Term("DATE", field, "+8 hours")
