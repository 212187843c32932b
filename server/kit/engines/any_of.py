"""Rows that belong to one of several sets, where each set is small and has an index of its own."""

from pypika_tortoise.context import SqlContext
from tortoise.expressions import Subquery
from tortoise.queryset import ValuesListQuery, ValuesQuery

Ids = ValuesQuery | ValuesListQuery  # type: ignore[type-arg]  # not subscriptable when run


class AnyOf(Subquery):
    """The union of queries for one column, for `id__in=`.

    `a OR id IN (SELECT …)` makes MariaDB look at every row of the outer table. A union inside a derived table it gathers
    first, and reaches the outer table by its index.
    """

    def __init__(self, first: Ids, *others: Ids) -> None:
        super().__init__(first)
        self.parts = [Subquery(query) for query in (first, *others)]

    def get_sql(self, ctx: SqlContext) -> str:
        plain = ctx.copy(subquery=False, with_alias=False)
        union = " UNION ".join(part.get_sql(plain) for part in self.parts)
        return f"(SELECT * FROM ({union}) AS any_of)"  # noqa: S608  made of queries
