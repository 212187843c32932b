"""What must never be true of statements and the ledger, for `python -m server check`."""

from datetime import datetime

from tortoise.functions import Count, Sum

from server.settlement.models import LedgerEntry, LedgerPosting, Statement, StatementLine
from server.settlement.rules import OPEN_LINES, EntryKind, LineKind, StatementStatus

CLOSED = [StatementStatus.SETTLED, StatementStatus.PAID]


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    return [*await _unbalanced(), *await _counters(), *await _unposted(), *await _unattested()]


async def _unbalanced() -> list[str]:
    """Every institution's part of every entry comes to nothing by itself, hence every entry and the whole."""
    rows = (
        await LedgerPosting.all()
        .annotate(fen=Sum("amount"))
        .group_by("entry__uid", "institution_id")
        .values_list("entry__uid", "fen")
    )
    return [f"ledger: entry {uid} is not balanced" for uid, fen in rows if int(fen)]


async def _counters() -> list[str]:
    rows = (
        await StatementLine.filter(status__in=sorted(OPEN_LINES))
        .annotate(n=Count("id"))
        .group_by("statement_id")
        .values_list("statement_id", "n")
    )
    counted = {statement: int(n) for statement, n in rows}
    said = await Statement.filter(id__in=[*counted, 0]).values_list("id", "uid", "in_dispute")
    wrong = [uid for row_id, uid, n in said if n != counted[row_id]]
    wrong += (
        await Statement.filter(in_dispute__gt=0).exclude(id__in=[*counted, 0]).values_list("uid", flat=True)
    )
    accepted = await Statement.filter(status__in=CLOSED, in_dispute__gt=0).values_list("uid", flat=True)
    return [
        *(f"settlement: statement {uid} counts its disputes wrongly" for uid in wrong),
        *(f"settlement: statement {uid} was accepted with lines in dispute" for uid in accepted),
    ]


async def _unposted() -> list[str]:
    posted = await LedgerEntry.filter(kind=EntryKind.SETTLEMENT).values_list("statement_id", flat=True)
    twice = {each for each in posted if posted.count(each) > 1}
    early = (
        await Statement.filter(id__in=[*posted, 0]).exclude(status__in=CLOSED).values_list("uid", flat=True)
    )
    return [
        *(f"ledger: statement row {each} was posted twice" for each in sorted(twice)),
        *(f"ledger: statement {uid} was posted before it was accepted" for uid in early),
    ]


async def _unattested() -> list[str]:
    """I36: a service stands on a statement only with its visit behind it."""
    bare = StatementLine.filter(kind=LineKind.SERVICE, visit_uid=None)
    return [f"I36: line {uid} has no visit" for uid in await bare.values_list("uid", flat=True)]
