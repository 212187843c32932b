"""My work of a month: each confirmed service with its weight and its visit."""

from server.authority.permissions import Permission
from server.web import Ask, InMonth, PageQuery, Routes
from server.workload import queries
from server.workload.queries import MyWork

routes = Routes("workload", tag="工作量")


class MonthQuery(PageQuery):
    month: InMonth | None = None


@routes.get("/workload", needs=Permission.WORKLOAD_OWN, summary="My work this month, or another one")
async def my_work(ask: Ask, query: MonthQuery) -> MyWork:
    return await queries.my_work(actor=ask.actor, month=query.month, wish=query.wish, now=ask.now)
