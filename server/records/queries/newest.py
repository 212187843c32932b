"""The list that is read most: the newest of a whole record. Its SQL is built once (docs/adr/0013)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.consent.rules import Purpose
from server.kit.engines.prepared import Prepared, prepared
from server.kit.engines.stacked import Wish, stacked
from server.kit.together import Together
from server.kit.transactions import inside_an_action
from server.records.access import seen_by_staff
from server.records.models import RecordEntry
from server.records.queries.cards import EntryRow, in_rows

MOST_TOGETHER = 8  # records in one statement


def newest_first(entries: QuerySet[RecordEntry]) -> QuerySet[RecordEntry]:
    return entries.order_by("-effective_at", "-id")


def before(at: datetime, row: int) -> Q:
    return Q(effective_at__lt=at) | Q(effective_at=at, id__lt=row)


_newest = prepared(
    lambda resident, limit: in_rows(
        newest_first(RecordEntry.filter(resident_id=resident, is_current=True)).limit(limit)
    ),
    into=EntryRow,
    resident=int,
    limit=int,
)
_newest_of_each = stacked(_newest)


async def newest(*, resident: int, limit: int) -> list[EntryRow]:
    """Return the newest entries of one whole record; who asks at the same time as others shares their trip."""
    wish = {"resident": resident, "limit": limit}
    return (await _asked([wish]))[0] if inside_an_action() else await _asked_together(wish)


async def _asked(wishes: Sequence[Wish]) -> list[list[EntryRow]]:
    return await _newest_of_each(wishes)


_asked_together: Together[Wish, list[EntryRow]] = Together(_asked, most=MOST_TOGETHER)

older = prepared(
    lambda resident, limit, at, row: in_rows(
        newest_first(RecordEntry.filter(before(at, row), resident_id=resident, is_current=True)).limit(limit)
    ),
    into=EntryRow,
    resident=int,
    limit=int,
    at=datetime,
    row=int,
)


@cache
def newest_for_staff(purpose: Purpose) -> Prepared:
    """Keep the SQL for somebody who works at one institution, one for each purpose; consent is asked within it."""
    return prepared(
        lambda resident, institution, now, today, limit: in_rows(
            newest_first(
                RecordEntry.filter(
                    Q(resident_id=resident, is_current=True),
                    seen_by_staff(
                        resident_id=resident,
                        institutions=[institution],
                        purpose=purpose,
                        now=now,
                        today=today,
                    ),
                )
            ).limit(limit)
        ),
        into=EntryRow,
        resident=int,
        institution=int,
        now=datetime,
        today=date,
        limit=int,
    )
