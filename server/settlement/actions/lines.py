"""What becomes of one line: the home doubts it, the provider explains or withdraws it, the bureau decides at last."""

from datetime import datetime, timedelta

from tortoise.expressions import F

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.settlement.access import (
    line_of,
    statement_as_bureau,
    statement_as_home,
    statement_as_provider,
)
from server.settlement.errors import LineMoved, ReversalStands, StatementMoved, StillToAnswer
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import (
    LINE_MOVES,
    OPEN_LINES,
    LineEvent,
    LineKind,
    LineStatus,
    StatementStatus,
)
from server.visits.queries import items_uncounted

# Before it is issued, only the provider works on it; afterwards the home may speak too.
BY_THE_PROVIDER = frozenset({StatementStatus.OPEN, StatementStatus.ISSUED})
BY_THE_HOME = frozenset({StatementStatus.ISSUED})
CORRECTED = "这次服务后来更正了，不再计费"
TOPICS = {
    LineEvent.DISPUTE: "settlement.line_dispute",
    LineEvent.ESCALATE: "settlement.line_escalate",
    LineEvent.KEEP: "settlement.line_keep",
    LineEvent.WITHDRAW: "settlement.line_withdraw",
    LineEvent.UPHOLD: "settlement.line_uphold",
    LineEvent.STRIKE: "settlement.line_strike",
}


@action
async def dispute_line(*, actor: Actor, statement_uid: str, uid: str, reason: str, now: datetime) -> None:
    """Say for the home that a line is wrong. Refusals: NotFound; LineMoved; StatementMoved."""
    row = await statement_as_home(actor=actor, uid=statement_uid)
    await _change(actor, row, uid, LineEvent.DISPUTE, BY_THE_HOME, now=now, reason=reason)


@action
async def escalate_line(*, actor: Actor, statement_uid: str, uid: str, reason: str, now: datetime) -> None:
    """Ask the bureau, for the home, after the provider has kept a line, or has not answered in time."""
    row = await statement_as_home(actor=actor, uid=statement_uid)
    await _change(actor, row, uid, LineEvent.ESCALATE, BY_THE_HOME, now=now, reason=reason)


@action
async def keep_line(*, actor: Actor, statement_uid: str, uid: str, answer: str, now: datetime) -> None:
    """Say for the provider why a line stands."""
    row = await statement_as_provider(actor=actor, uid=statement_uid)
    await _change(actor, row, uid, LineEvent.KEEP, BY_THE_PROVIDER, now=now, answer=answer)


@action
async def withdraw_line(*, actor: Actor, statement_uid: str, uid: str, answer: str, now: datetime) -> None:
    """Take a line out, for the provider; it stays readable and is not claimed again."""
    row = await statement_as_provider(actor=actor, uid=statement_uid)
    await _change(actor, row, uid, LineEvent.WITHDRAW, BY_THE_PROVIDER, now=now, answer=answer)


@action
async def rule_on_line(
    *, actor: Actor, statement_uid: str, uid: str, stands: bool, ruling: str, now: datetime
) -> None:
    """Decide for the bureau whether an escalated line stands."""
    row = await statement_as_bureau(actor=actor, uid=statement_uid)
    event = LineEvent.UPHOLD if stands else LineEvent.STRIKE
    await _change(actor, row, uid, event, BY_THE_HOME, now=now, ruling=ruling)


@action
async def withdraw_uncounted(*, actor: Actor, visit_uid: str, now: datetime) -> int:
    """Take out what a correction of a visit left without a service, where the home has not accepted yet; return how many.

    What was accepted already is taken back by the next statement.
    """
    lines = await StatementLine.filter(
        visit_uid=visit_uid,
        kind=LineKind.SERVICE,
        claim_key__isnull=False,
        statement__status__in=sorted(BY_THE_PROVIDER),
    ).select_related("statement__home", "statement__provider")
    gone = await items_uncounted(item_uids=[str(line.claim_key) for line in lines])
    done = 0
    for line in lines:
        if line.claim_key in gone and LINE_MOVES.allows(line.status, LineEvent.UNCOUNT):
            done += await _withdrawn(actor, line, now)
    return done


async def _withdrawn(actor: Actor, line: StatementLine, now: datetime) -> int:
    statement = line.statement
    held = await Statement.filter(id=statement.id, status__in=sorted(BY_THE_PROVIDER)).update(
        in_dispute=F("in_dispute") - (line.status in OPEN_LINES)
    )
    if not held:
        return 0  # accepted meanwhile
    changed = await StatementLine.filter(id=line.id, status=line.status).update(
        status=LINE_MOVES.after(line.status, LineEvent.UNCOUNT), answer=CORRECTED, claim_key=None
    )
    if not changed:
        raise LineMoved  # somebody decided on it at this moment: the news is delivered again
    await note(
        actor,
        "settlement.line_uncount",
        subject_kind="statement",
        subject_uid=statement.uid,
        institution_id=statement.provider_id,
        detail={"line": line.uid},
        now=now,
    )
    payload = {"statement": statement.uid, "home": statement.home.uid, "provider": statement.provider.uid}
    await enqueue("settlement.line_uncount", payload, now=now)
    return 1


async def _refuse_before_its_time(line: StatementLine, now: datetime) -> None:
    days = await parameter("settlement.line_answer_days", on=now)
    # A doubt from before its instant was kept began when the line was drawn.
    if now < (line.disputed_at or line.created_at) + timedelta(days=days):
        raise StillToAnswer


async def _change(
    actor: Actor,
    statement: Statement,
    uid: str,
    event: LineEvent,
    while_in: frozenset[StatementStatus],
    *,
    now: datetime,
    **words: str,
) -> None:
    line = await line_of(statement, uid)
    if not LINE_MOVES.allows(line.status, event):
        raise LineMoved
    if line.kind is LineKind.REVERSAL:
        raise ReversalStands
    if (event, line.status) == (LineEvent.ESCALATE, LineStatus.DISPUTED):
        await _refuse_before_its_time(line, now)
    after = LINE_MOVES.after(line.status, event)
    change = (after in OPEN_LINES) - (line.status in OPEN_LINES)
    # The parent first, and always written to: whoever accepts waits for this line or comes before it.
    held = await Statement.filter(id=statement.id, status__in=sorted(while_in)).update(
        in_dispute=F("in_dispute") + change
    )
    if not held:
        raise StatementMoved
    at = {"disputed_at": now} if event is LineEvent.DISPUTE else {}
    changed = await StatementLine.filter(id=line.id, status=line.status).update(status=after, **words, **at)
    if not changed:
        raise LineMoved
    await note(
        actor,
        TOPICS[event],
        subject_kind="statement",
        subject_uid=statement.uid,
        institution_id=statement.home_id
        if event in {LineEvent.DISPUTE, LineEvent.ESCALATE}
        else statement.provider_id,
        reason=next(iter(words.values())),
        detail={"line": line.uid},
        now=now,
    )
    payload = {"statement": statement.uid, "home": statement.home.uid, "provider": statement.provider.uid}
    await enqueue(TOPICS[event], payload, now=now)
