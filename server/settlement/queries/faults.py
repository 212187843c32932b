"""What must never be true of statements and the ledger, for `python -m server check`."""

from datetime import datetime

from tortoise.functions import Count, Sum

from server.alliance.rules import Funding
from server.settlement.models import LedgerPosting, Statement, StatementLine
from server.settlement.rules import (
    CLOSED,
    OPEN_LINES,
    STANDING_LINES,
    LedgerAccount,
    LineKind,
    StatementStatus,
)
from server.visits.queries import visits_that_counted


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
    accepted = await Statement.filter(status__in=sorted(CLOSED), in_dispute__gt=0).values_list(
        "uid", flat=True
    )
    return [
        *(f"settlement: statement {uid} counts its disputes wrongly" for uid in wrong),
        *(f"settlement: statement {uid} was accepted with lines in dispute" for uid in accepted),
    ]


async def _unposted() -> list[str]:
    """What was accepted stands in the ledger once, and with the sums of its lines; what was paid, with the home's part."""
    owed = await _fen_of_lines()
    settled, paid = await _fen_posted(LedgerAccount.SERVICES_GIVEN), await _fen_posted(LedgerAccount.BANK)
    found: list[str] = []
    rows = Statement.all().values_list("id", "uid", "status", "provider_id")
    for row_id, uid, status, provider_id in await rows:
        whole, homes = owed.get(row_id, (0, 0)) if status in CLOSED else (0, 0)
        if -settled.get((row_id, provider_id), 0) != whole:
            found.append(f"ledger: statement {uid} is not posted as its lines stand")
        if paid.get((row_id, provider_id), 0) != (homes if status is StatementStatus.PAID else 0):
            found.append(f"ledger: the payment of statement {uid} is not posted as it was noted")
    return found


async def _fen_of_lines() -> dict[int, tuple[int, int]]:
    """Return of each accepted statement what its lines come to, and the home's part of it."""
    rows = (
        await StatementLine.filter(
            statement__status__in=sorted(CLOSED), status__in=sorted(STANDING_LINES), payer__isnull=False
        )
        .annotate(fen=Sum("amount"))
        .group_by("statement_id", "payer")
        .values_list("statement_id", "payer", "fen")
    )
    found: dict[int, tuple[int, int]] = {}
    for statement, payer, fen in rows:
        whole, homes = found.get(statement, (0, 0))
        found[statement] = (whole + int(fen), homes + (int(fen) if payer == Funding.AGREEMENT else 0))
    return found


async def _fen_posted(account: LedgerAccount) -> dict[tuple[int, int], int]:
    """Return the fen on one account by statement and institution."""
    rows = (
        await LedgerPosting.filter(account=account)
        .annotate(fen=Sum("amount"))
        .group_by("entry__statement_id", "institution_id")
        .values_list("entry__statement_id", "institution_id", "fen")
    )
    return {(statement, institution): int(fen) for statement, institution, fen in rows}


async def _unattested() -> list[str]:
    """I36: a service that was settled has a visit behind it that both confirmed, or one whose correction is being decided.

    What a correction left without a service is taken back by the next statement: until then it is no fault.
    """
    bare = StatementLine.filter(kind=LineKind.SERVICE, visit_uid=None)
    behind = {
        str(uid)
        for uid in await StatementLine.filter(
            kind=LineKind.SERVICE, statement__status__in=sorted(CLOSED), claim_key__isnull=False
        )
        .distinct()
        .values_list("visit_uid", flat=True)
    }
    missing = behind - await visits_that_counted(visit_uids=behind)
    return [
        *(f"I36: line {uid} has no visit" for uid in await bare.values_list("uid", flat=True)),
        *(f"I36: visit {uid} was settled, and nobody confirmed it" for uid in sorted(missing)),
    ]
