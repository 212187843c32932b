"""Issue, accept, pay: every step a conditional UPDATE, the ledger in the same transaction."""

from datetime import date, datetime, timedelta
from typing import Any

from tortoise.functions import Sum

from server.alliance.queries import parameter
from server.alliance.rules import Funding
from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.clock import start_of_day
from server.kit.months import month_of
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.settlement.access import statement_as_home, statement_as_provider
from server.settlement.errors import (
    LinesInDispute,
    LinesUncounted,
    NothingToPay,
    PaidInFuture,
    StatementMoved,
)
from server.settlement.models import LedgerEntry, LedgerPosting, Statement, StatementLine
from server.settlement.rules import (
    STANDING_LINES,
    STATEMENT_MOVES,
    EntryKind,
    LineKind,
    Posting,
    StatementEvent,
    StatementStatus,
    payment,
    reversed_postings,
    settlement,
)
from server.visits.queries import items_uncounted


@action
async def issue_statement(*, actor: Actor, uid: str, now: datetime) -> None:
    """Hand the statement to the home, for the provider. Refusals: NotFound; StatementMoved."""
    row = await statement_as_provider(actor=actor, uid=uid)
    due = now + timedelta(days=await parameter("settlement.answer_days", on=now))
    await _move(row, StatementEvent.ISSUE, issued_at=now, answer_due_at=due)
    await _noted(actor, "settlement.issued", row, now=now)
    await _tell("settlement.issued", row, now=now)


@action
async def accept_statement(*, actor: Actor, uid: str, now: datetime) -> None:
    """Accept every line for the home and post the month. Refusals: NotFound; LinesUncounted; LinesInDispute; StatementMoved.

    A line that the provider explained and the home did not take further is accepted with the rest.
    """
    row = await statement_as_home(actor=actor, uid=uid)
    await _refuse_uncounted(row)
    # Both in one condition: a line disputed at the same moment is either counted or too late.
    changed = await Statement.filter(
        id=row.id, status__in=sorted(STATEMENT_MOVES.sources(StatementEvent.ACCEPT)), in_dispute=0
    ).update(status=StatementStatus.SETTLED, settled_at=now)
    if not changed:
        still = await Statement.get(id=row.id)
        raise LinesInDispute if still.status is StatementStatus.ISSUED else StatementMoved
    totals = await _totals(row)
    postings = settlement(home_id=row.home_id, provider_id=row.provider_id, totals=totals)
    await _post(row, EntryKind.SETTLEMENT, f"{_month(row)}结算单", postings, now=now)
    await _noted(actor, "settlement.accepted", row, now=now, fen=totals.get(Funding.AGREEMENT, 0))
    await _tell("settlement.accepted", row, now=now)


@action
async def record_payment(
    *, actor: Actor, uid: str, paid_on: date, bank_reference: str, now: datetime
) -> None:
    """Note for the provider that the home's part has come in. Refusals: NotFound; PaidInFuture; NothingToPay; StatementMoved."""
    row = await statement_as_provider(actor=actor, uid=uid)
    if start_of_day(paid_on) > now:
        raise PaidInFuture(fields={"paid_on": PaidInFuture.message})
    amount = (await _totals(row)).get(Funding.AGREEMENT, 0)
    if amount == 0:
        raise NothingToPay
    await _move(row, StatementEvent.PAY, paid_on=paid_on, bank_reference=bank_reference)
    postings = payment(home_id=row.home_id, provider_id=row.provider_id, amount=amount)
    await _post(row, EntryKind.PAYMENT, f"{_month(row)}结算款", postings, now=now)
    await _noted(actor, "settlement.paid", row, now=now, fen=amount)
    await _tell("settlement.paid", row, now=now)


@action
async def take_back_payment(*, actor: Actor, uid: str, reason: str, now: datetime) -> None:
    """Post a payment back that was noted by mistake; nothing is deleted. Refusals: NotFound; StatementMoved."""
    row = await statement_as_provider(actor=actor, uid=uid)
    await _move(row, StatementEvent.UNPAY, paid_on=None, bank_reference="")
    payments = LedgerEntry.filter(statement_id=row.id, kind=EntryKind.PAYMENT)
    entry = await payments.order_by("-id").first()
    if entry is None:
        message = f"statement {row.uid} was paid, and the ledger does not know of it"
        raise LookupError(message)
    there = await LedgerPosting.filter(entry_id=entry.id).order_by("id")
    postings = reversed_postings(Posting(each.institution_id, each.account, each.amount) for each in there)
    await _post(row, EntryKind.REVERSAL, f"{_month(row)}结算款冲正", postings, now=now, reverses=entry)
    await _noted(actor, "settlement.payment_taken_back", row, now=now, reason=reason)
    await _tell("settlement.payment_taken_back", row, now=now)


async def _refuse_uncounted(row: Statement) -> None:
    """I36: a correction between the drawing and this moment may have left a line without a service."""
    lines = StatementLine.filter(
        statement_id=row.id, kind=LineKind.SERVICE, status__in=sorted(STANDING_LINES), claim_key__isnull=False
    )
    keys = [str(key) for key in await lines.values_list("claim_key", flat=True)]
    if await items_uncounted(item_uids=keys):
        raise LinesUncounted


async def _totals(row: Statement) -> dict[Funding, int]:
    """Return the fen of each payer over the lines that stand."""
    lines = StatementLine.filter(statement_id=row.id, status__in=sorted(STANDING_LINES), payer__isnull=False)
    sums = await lines.annotate(fen=Sum("amount")).group_by("payer").values_list("payer", "fen")
    return {Funding(payer): int(fen) for payer, fen in sums}


async def _post(
    row: Statement,
    kind: EntryKind,
    memo: str,
    postings: tuple[Posting, ...],
    *,
    now: datetime,
    reverses: LedgerEntry | None = None,
) -> None:
    if not postings:
        return
    entry = LedgerEntry(statement_id=row.id, kind=kind, memo=memo, reverses=reverses, created_at=now)
    await entry.save()
    await LedgerPosting.bulk_create(
        [
            LedgerPosting(
                entry_id=entry.id,
                institution_id=each.institution_id,
                account=each.account,
                amount=each.amount,
                created_at=now,
            )
            for each in postings
        ]
    )


async def _move(row: Statement, event: StatementEvent, **changes: Any) -> None:
    changed = await Statement.filter(id=row.id, status__in=sorted(STATEMENT_MOVES.sources(event))).update(
        status=_after(event), **changes
    )
    if not changed:
        raise StatementMoved


def _after(event: StatementEvent) -> StatementStatus:
    (source,) = STATEMENT_MOVES.sources(event)
    return STATEMENT_MOVES.after(source, event)


def _month(row: Statement) -> str:
    return month_of(start_of_day(row.month)).words


async def _tell(topic: str, row: Statement, *, now: datetime) -> None:
    payload = {"statement": row.uid, "home": row.home.uid, "provider": row.provider.uid}
    await enqueue(topic, payload, now=now)


async def _noted(
    actor: Actor, what: str, row: Statement, *, now: datetime, reason: str | None = None, **detail: object
) -> None:
    await note(
        actor,
        what,
        subject_kind="statement",
        subject_uid=row.uid,
        institution_id=row.home_id if what == "settlement.accepted" else row.provider_id,
        reason=reason,
        detail=detail,
        now=now,
    )
