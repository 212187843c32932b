"""What is told of statements, their lines, and what stands behind each fen."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import Subquery
from tortoise.functions import Count, Sum

from server.alliance.access import BUREAU_ROLES
from server.alliance.queries import parameter
from server.alliance.rules import FUNDING_WORDS, Funding
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import start_of_day
from server.kit.months import month_of
from server.kit.pages import Page, PageWish, page_of, rows_of
from server.settlement.access import line_of, sees_the_city, statement_for, statements_visible_to
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import (
    LINE_MOVES,
    LINE_WORDS,
    STANDING_LINES,
    STATEMENT_WORDS,
    Flag,
    LineEvent,
    LineKind,
    LineStatus,
    StatementStatus,
)
from server.visits.queries import AttestedBy, attested

NOT_BILLABLE = "不计费"


@dataclass(frozen=True)
class StatementCard:
    uid: str
    home: str
    provider: str
    month: date
    month_words: str
    status: StatementStatus
    status_words: str
    fen: int  # what the home owes
    others_fen: int  # what insurances and residents owe
    lines: int
    in_dispute: int
    answer_due_at: datetime | None
    overdue: bool


@dataclass(frozen=True)
class LineCard:
    uid: str
    kind: LineKind
    resident: str | None  # None: of a fee, or for the bureau, which settles sums and not persons
    service: str
    on_day: date
    payer: Funding | None
    payer_words: str
    fen: int
    flag: Flag | None
    status: LineStatus
    status_words: str
    reason: str


@dataclass(frozen=True)
class StatementSheet:
    card: StatementCard
    totals: tuple[tuple[str, int, int], ...]  # payer in words, lines, fen
    settled_at: datetime | None
    paid_on: date | None
    bank_reference: str
    may_issue: bool
    may_accept: bool
    may_pay: bool
    may_unpay: bool
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True)
class LineSheet:
    """One line with everything behind it."""

    statement: StatementCard
    card: LineCard
    steps: tuple[tuple[bool, str], ...]  # whether it pays, what it said
    visit_uid: str | None  # for those who may open it
    agreement_uid: str
    attested: tuple[AttestedBy, ...]
    reason: str
    answer: str
    ruling: str
    takes_back: tuple[str, str] | None  # the statement and the line that it takes back
    may_dispute: bool
    may_escalate: bool
    may_answer: bool
    may_withdraw: bool
    may_rule: bool


@dataclass(frozen=True)
class StatementWish:
    status: StatementStatus | None = None
    month: date | None = None


async def statements(
    *, actor: Actor, wished: StatementWish, wish: PageWish, now: datetime
) -> Page[StatementCard]:
    """List the statements of the actor's institutions, the newest first."""
    rows = Statement.filter(statements_visible_to(actor=actor))
    if wished.status is not None:
        rows = rows.filter(status=wished.status)
    if wished.month is not None:
        rows = rows.filter(month=wished.month)
    page = await rows_of(rows.select_related("home", "provider"), wish, by="created_at")
    sums = await _sums([row.id for row in page.items])
    return page.of(_card(row, sums, now) for row in page.items)


async def statement_sheet(*, actor: Actor, uid: str, now: datetime) -> StatementSheet:
    row = await statement_for(actor=actor, uid=uid)
    sums = await _sums([row.id])
    totals = tuple(
        (FUNDING_WORDS[payer] if payer else NOT_BILLABLE, lines, fen)
        for (_, payer), (lines, fen) in sorted(sums.items(), key=lambda each: _place(each[0][1]))
    )
    provider = row.provider_id in actor.institutions_with(Permission.STATEMENT_ISSUE)
    home = row.home_id in actor.institutions_with(Permission.STATEMENT_ACCEPT)
    card = _card(row, sums, now)
    return StatementSheet(
        card=card,
        totals=totals,
        settled_at=row.settled_at,
        paid_on=row.paid_on,
        bank_reference=row.bank_reference,
        may_issue=provider and row.status is StatementStatus.OPEN,
        may_accept=home and row.status is StatementStatus.ISSUED and not row.in_dispute,
        may_pay=provider and row.status is StatementStatus.SETTLED and card.fen != 0,
        may_unpay=provider and row.status is StatementStatus.PAID,
        history=await history_of(subject_uid=row.uid),
    )


async def statement_lines(
    *,
    actor: Actor,
    wish: PageWish,
    uid: str | None = None,
    status: LineStatus | None = None,
    payer: Funding | None = None,
    now: datetime,  # noqa: ARG001  every query is told
) -> Page[LineCard]:
    """List lines as they were drawn: of one statement, or, for a table, of all that the actor may see."""
    if uid is None:
        visible = Statement.filter(statements_visible_to(actor=actor))
        rows = StatementLine.filter(statement_id__in=Subquery(visible.values("id")))
    else:
        rows = StatementLine.filter(statement_id=(await statement_for(actor=actor, uid=uid)).id)
    rows = rows.select_related("resident")
    if status is not None:
        rows = rows.filter(status=status)
    if payer is not None:
        rows = rows.filter(payer=payer)
    named = not sees_the_city(actor=actor)
    return await page_of(
        rows, wish, lambda row: _line_card(row, named=named), by="created_at", newest_first=False
    )


async def statement_line(*, actor: Actor, statement_uid: str, uid: str, now: datetime) -> LineSheet:
    row = await statement_for(actor=actor, uid=statement_uid)
    line = await line_of(row, uid)
    await line.fetch_related("agreement", "reverses__statement")
    days = await parameter("settlement.line_answer_days", on=now)
    silent_at = (line.disputed_at or line.created_at) + timedelta(days=days)
    # What takes a line back follows from a visit, and nobody decides on it here.
    decided = line.kind is not LineKind.REVERSAL
    issued = row.status is StatementStatus.ISSUED and decided
    home = row.home_id in actor.institutions_with(Permission.STATEMENT_ACCEPT) and issued
    working = row.status in {StatementStatus.OPEN, StatementStatus.ISSUED} and decided
    provider = row.provider_id in actor.institutions_with(Permission.STATEMENT_ISSUE) and working
    bureau = sees_the_city(actor=actor)
    said = line.status
    return LineSheet(
        statement=_card(row, await _sums([row.id]), now),
        card=_line_card(line, named=not bureau),
        steps=tuple((bool(step["pays"]), str(step["words"])) for step in line.steps),
        visit_uid=None if bureau else line.visit_uid,
        agreement_uid=line.agreement.uid,
        attested=await attested(visit_uid=line.visit_uid) if line.visit_uid else (),
        reason=line.reason,
        answer=line.answer,
        ruling=line.ruling,
        takes_back=(line.reverses.statement.uid, line.reverses.uid) if line.reverses else None,
        may_dispute=home and said is LineStatus.CLAIMED,
        may_escalate=home and (said is LineStatus.KEPT or (said is LineStatus.DISPUTED and now >= silent_at)),
        may_answer=provider and said is LineStatus.DISPUTED,
        may_withdraw=provider and LINE_MOVES.allows(said, LineEvent.WITHDRAW),
        may_rule=bureau and issued and said is LineStatus.ESCALATED and actor.may(Permission.STATEMENT_RULE),
    )


async def count_to_issue(*, actor: Actor) -> int:
    as_provider = sorted(actor.institutions_with(Permission.STATEMENT_ISSUE))
    return await Statement.filter(provider_id__in=as_provider, status=StatementStatus.OPEN).count()


async def count_to_answer(*, actor: Actor) -> int:
    """Count the lines that the home doubts."""
    return await StatementLine.filter(
        statement__provider_id__in=sorted(actor.institutions_with(Permission.STATEMENT_ISSUE)),
        statement__status=StatementStatus.ISSUED,
        status=LineStatus.DISPUTED,
    ).count()


async def count_to_accept(*, actor: Actor) -> int:
    as_home = sorted(actor.institutions_with(Permission.STATEMENT_ACCEPT))
    return await Statement.filter(home_id__in=as_home, status=StatementStatus.ISSUED, in_dispute=0).count()


async def count_to_rule(*, actor: Actor) -> int:
    """Count the lines that were taken to the bureau."""
    if not actor.holds(Permission.STATEMENT_RULE, BUREAU_ROLES):
        return 0
    return await StatementLine.filter(status=LineStatus.ESCALATED).count()


_Sums = Mapping[tuple[int, Funding | None], tuple[int, int]]


async def _sums(ids: Sequence[int]) -> _Sums:
    """Return lines and fen of what stands, by statement and payer."""
    rows = (
        await StatementLine.filter(statement_id__in=list(ids), status__in=sorted(STANDING_LINES))
        .annotate(lines=Count("id"), fen=Sum("amount"))
        .group_by("statement_id", "payer")
        .values_list("statement_id", "payer", "lines", "fen")
    )
    return {
        (statement, Funding(payer) if payer else None): (int(lines), int(fen))
        for statement, payer, lines, fen in rows
    }


def _place(payer: Funding | None) -> int:
    return list(Funding).index(payer) if payer else len(Funding)


def _card(row: Statement, sums: _Sums, now: datetime) -> StatementCard:
    own = Counter({payer: fen for (statement, payer), (_, fen) in sums.items() if statement == row.id})
    lines = sum(count for (statement, _), (count, _) in sums.items() if statement == row.id)
    issued = row.status is StatementStatus.ISSUED
    return StatementCard(
        uid=row.uid,
        home=row.home.name,
        provider=row.provider.name,
        month=row.month,
        month_words=month_of(start_of_day(row.month)).words,
        status=row.status,
        status_words=_words(row, own[Funding.AGREEMENT]),
        fen=own[Funding.AGREEMENT],
        others_fen=sum(own.values()) - own[Funding.AGREEMENT],
        lines=lines,
        in_dispute=row.in_dispute,
        answer_due_at=row.answer_due_at if issued else None,
        overdue=issued and row.answer_due_at is not None and row.answer_due_at <= now,
    )


def _words(row: Statement, fen: int) -> str:
    if row.status is StatementStatus.SETTLED and fen == 0:
        return "已确认，没有要付的"
    if row.status is StatementStatus.ISSUED and row.in_dispute:
        return f"有 {row.in_dispute} 行没有谈妥"
    return STATEMENT_WORDS[row.status]


def _line_card(row: StatementLine, *, named: bool) -> LineCard:
    return LineCard(
        uid=row.uid,
        kind=row.kind,
        resident=row.resident.name if row.resident and named else None,
        service=row.service_name,
        on_day=row.on_day,
        payer=row.payer,
        payer_words=FUNDING_WORDS[row.payer] if row.payer else NOT_BILLABLE,
        fen=row.amount,
        flag=row.flag,
        status=row.status,
        status_words=LINE_WORDS[row.status],
        reason=row.reason,
    )
