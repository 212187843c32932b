"""Where an entry was written, and whether it still says what it said: for those who answer for it elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass

from tortoise.expressions import Subquery

from server.records.models import RecordEntry


@dataclass(frozen=True)
class EntryPlace:
    source_id: int  # the institution that wrote it
    is_current: bool  # no newer version stands over it


async def entry_place(*, uid: str) -> EntryPlace:
    """Tell of an entry that the caller has found through access already."""
    row = await RecordEntry.get(uid=uid)
    return EntryPlace(row.source_id, row.is_current)


def entries_within(categories: Collection[str]) -> Subquery:
    """Give the uids of the entries of these categories: for tables that name an entry and are narrowed with it."""
    return Subquery(RecordEntry.filter(category__in=sorted(categories)).values("uid"))
