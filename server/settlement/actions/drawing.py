"""Draw a month's statements out of what both institutions confirmed: by the worker, and by nobody's hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tortoise.functions import Count, Min

from server.alliance.models import ServiceAgreement
from server.alliance.queries import parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.months import Month, month_of
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.settlement.actions.books import Pair, books_of
from server.settlement.actions.drawn_lines import take_back, write_fees, write_services
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import (
    OPEN_LINES,
    StatementStatus,
)

PAIRS_AT_ONCE = 20  # in one pass of the worker; the others follow a second later


async def sweep_statements(*, actor: Actor, now: datetime, limit: int = PAIRS_AT_ONCE) -> int:
    """Draw what has not been drawn up to the last month, once its days of grace are over; return how many.

    A pair that cannot be drawn stops no other, and is said together with all such at the end.
    """
    numbers = await parameters(("settlement.draw_day", "settlement.look_back_days"), on=now)
    if local_date(now).day < numbers["settlement.draw_day"]:
        return 0
    done, failed = 0, []
    for home_id, provider_id, month in await _undrawn(
        month_of(now).before, numbers["settlement.look_back_days"]
    ):
        pair = Pair(home_id, provider_id, month, numbers["settlement.look_back_days"])
        try:
            done += await _draw(actor=actor, pair=pair, now=now)
        except Exception as error:  # noqa: BLE001  raised below
            failed.append(error)
        if done >= limit:
            break
    if failed:
        message = "statements that could not be drawn"
        raise ExceptionGroup(message, failed)
    return done


async def _undrawn(last: Month, look_back: int) -> list[tuple[int, int, Month]]:
    """Return the pairs and months without a statement, the oldest first.

    A pair is drawn as long as something of it may be confirmed late or taken back. A month that was left out, because
    nothing ran or it could not be drawn, is made up for within the look back; months before a pair's first statement were settled elsewhere.
    """
    since = last.ends - timedelta(days=look_back)
    bound = ServiceAgreement.filter(
        filed_at__isnull=False, first_day__lte=last.last, last_day__gte=local_date(since)
    )
    pairs = set(await bound.distinct().values_list("home_id", "provider_id"))
    # Asked every second from the fourth on: one row a pair out of the look back, and its months only where some are missing.
    begins = month_of(since)
    known = {
        (home_id, provider_id): (first, int(count))
        for home_id, provider_id, first, count in await Statement.filter(
            month__gte=begins.first, month__lte=last.first
        )
        .annotate(first=Min("month"), count=Count("id"))
        .group_by("home_id", "provider_id")
        .values_list("home_id", "provider_id", "first", "count")
    }
    found: list[tuple[int, int, Month]] = []
    for pair in sorted(pairs):
        first, count = known.get(pair, (last.first, 0))
        months = list(_months(Month(first), last))
        if count < len(months):
            drawn = Statement.filter(
                home_id=pair[0], provider_id=pair[1], month__in=[each.first for each in months]
            )
            there = set(await drawn.values_list("month", flat=True))
            found += [(*pair, month) for month in months if month.first not in there]
    return sorted(found, key=lambda each: (each[2], each[:2]))


def _months(first: Month, last: Month) -> Iterator[Month]:
    while first <= last:
        yield first
        first = first.following


@action
async def _draw(*, actor: Actor, pair: Pair, now: datetime) -> int:
    # Two workers may come here at once: the second finds the row, and leaves it alone.
    row = Statement(**pair.fields, created_at=now)
    await Statement.bulk_create([row], ignore_conflicts=True)
    statement = await Statement.filter(uid=row.uid).select_related("home", "provider").first()
    if statement is None:
        return 0
    books = await books_of(pair)
    await take_back(statement, books, pair, now)
    await write_services(statement, pair, books, now)
    write_fees(statement, pair, books, now)
    if books.lines:
        await StatementLine.bulk_create(books.lines)
    kept = len(books.lines)
    open_lines = sum(line.status in OPEN_LINES for line in books.lines)
    status = StatementStatus.OPEN if kept else StatementStatus.EMPTY
    await Statement.filter(id=statement.id).update(status=status, in_dispute=open_lines)
    await note(
        actor,
        "settlement.drawn",
        subject_kind="statement",
        subject_uid=statement.uid,
        institution_id=pair.provider_id,
        detail={"month": pair.month.first.isoformat(), "lines": kept},
        now=now,
    )
    if kept:
        payload = {
            "statement": statement.uid,
            "home": statement.home.uid,
            "provider": statement.provider.uid,
        }
        await enqueue("settlement.drawn", payload, now=now)
    return 1
