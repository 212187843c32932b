"""My work of a month: each confirmed service with its weight and its visit."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from server.authority.permissions import Permission
from server.web import Ask, PageQuery, Routes
from server.workload import queries
from server.workload.queries import MyWork

routes = Routes("workload", tag="工作量")


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1)), AfterValidator(_first_of_month)]


class MonthQuery(PageQuery):
    month: Day | None = None  # any day of it


@routes.get("/workload", needs=Permission.WORKLOAD_OWN, summary="My work this month, or another one")
async def my_work(ask: Ask, query: MonthQuery) -> MyWork:
    return await queries.my_work(actor=ask.actor, month=query.month, wish=query.wish, now=ask.now)
