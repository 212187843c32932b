"""Cursor paging for both faces: pages stay true while rows are added in front of them."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.kit.errors import Invalid
from server.kit.tables import Table

Item = TypeVar("Item")
Other = TypeVar("Other")
Row = TypeVar("Row", bound=Table)

DEFAULT_LIMIT = 20
MOST = 500  # for a table that is written out to its end; the faces ask for at most 100
COUNTED = 1000  # beyond this a list says "more than": counting 100 000 rows would cost more than showing 20
CURSOR_MESSAGE = "翻页位置无效，请回到第一页。"


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: Sequence[Item]
    next: str | None  # a cursor; None on the last page

    def of(self, items: Iterable[Other]) -> "Page[Other]":
        """Return the same page with what its items were turned into."""
        return cast("Page[Other]", replace(cast("Any", self), items=tuple(items)))


@dataclass(frozen=True)
class CountedPage(Page[Item]):
    total: int  # of the whole list; COUNTED + 1 stands for more than COUNTED


@dataclass(frozen=True)
class PageWish:
    """Which page is wanted, and whether the whole list shall be counted."""

    after: str | None = None
    limit: int = DEFAULT_LIMIT
    counted: bool = False


@dataclass(frozen=True)
class Newest(Generic[Item]):
    """The newest of a list that is handed out at once; `more` tells that older ones were left out."""

    items: Sequence[Item]
    more: bool

    def of(self, items: Iterable[Other]) -> "Newest[Other]":
        return Newest(tuple(items), self.more)


async def newest_of(rows: QuerySet[Row], *, by: str, most: int) -> Newest[Row]:
    found = await rows.order_by(*_order(by, newest_first=True)).limit(most + 1)
    return Newest(tuple(found[:most]), len(found) > most)


def cursor_of(at: datetime, row_id: int) -> str:
    micros = int(at.timestamp() * 1_000_000 + 0.5)
    return base64.urlsafe_b64encode(f"{micros}.{row_id}".encode()).decode().rstrip("=")


def position_of(cursor: str) -> tuple[datetime, int]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        micros, row_id = (int(part) for part in text.split(".", 1))
        if not (0 <= micros < 2**53 and 0 <= row_id < 2**62):
            raise ValueError  # noqa: TRY301  refused below like every other nonsense
        seconds, rest = divmod(micros, 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), row_id
    except (ValueError, binascii.Error, UnicodeError):
        raise Invalid(CURSOR_MESSAGE, fields={"after": CURSOR_MESSAGE}) from None


async def page_of(
    rows: QuerySet[Any], wish: PageWish, card: Callable[[Any], Item], *, by: str, newest_first: bool = True
) -> Page[Item]:
    """Read one page of `rows`, ordered by the instant in column `by` and then by id.

    `card` turns a row into what leaves the core; related rows it needs must be selected by the caller.
    """
    page = await rows_of(rows, wish, by=by, newest_first=newest_first)
    return page.of(card(row) for row in page.items)


async def rows_of(
    rows: QuerySet[Row], wish: PageWish, *, by: str, newest_first: bool = True, columns: Sequence[str] = ()
) -> Page[Row]:
    """Read the rows of one page, where a card needs more than its own row: ask that for all, then `page.of`."""
    total = len(await rows.limit(COUNTED + 1).values_list("id", flat=True)) if wish.counted else 0
    limit = max(1, min(wish.limit, MOST))
    if wish.after is not None:
        at, row_id = position_of(wish.after)
        way = "lt" if newest_first else "gt"
        beyond: dict[str, Any] = {f"{by}__{way}": at}
        beside: dict[str, Any] = {by: at, f"id__{way}": row_id}
        rows = rows.filter(Q(**beyond) | Q(**beside))
    read = rows.only(*columns) if columns else rows
    found = await read.order_by(*_order(by, newest_first=newest_first)).limit(limit + 1)
    kept = tuple(found[:limit])
    following = cursor_of(getattr(kept[-1], by), kept[-1].id) if len(found) > limit else None
    return CountedPage(kept, following, total) if wish.counted else Page(kept, following)


async def rows_of_many(
    rows: QuerySet[Row], wish: PageWish, *, related: Sequence[str], by: str, newest_first: bool = True
) -> Page[Row]:
    """Do the same for a long list of heavy rows: ids are put in order, out of an index alone, and few rows read whole.

    What is wanted is asked again of those few: who lost the right in between is shown nothing.
    """
    lean = await rows_of(rows, wish, by=by, newest_first=newest_first, columns=("id", by))
    if not lean.items:
        return lean
    whole = rows.filter(id__in=[row.id for row in lean.items]).select_related(*related)
    return lean.of(await whole.order_by(*_order(by, newest_first=newest_first)))


def _order(by: str, *, newest_first: bool) -> tuple[str, str]:
    sign = "-" if newest_first else ""
    return f"{sign}{by}", f"{sign}id"
