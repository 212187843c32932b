"""Somebody says that a result is not right: within days of it, once; it is answered with reasons or by assessing anew."""

from datetime import datetime, timedelta

from server.alliance.queries import parameters
from server.assessments.access import last_dispute_of, own_result, result_to_dispute
from server.assessments.actions.moving import move, tell
from server.assessments.errors import (
    AlreadyDecided,
    DisputeTooLate,
    NotThisNow,
    OwnSignature,
    ReasonNeeded,
)
from server.assessments.models import Assessment, AssessmentDispute
from server.assessments.queries.cards import DisputeCard, dispute_card
from server.assessments.rules import AssessmentEvent, DisputeStatus
from server.assessments.rules.lifecycle import disputable_until
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.transactions import action


@action
async def dispute_assessment(*, actor: Actor, uid: str, text: str, now: datetime) -> DisputeCard:
    """Say that a result is not right: the resident, who acts for them, or the home where they live.

    Refusals: NotFound; ReasonNeeded; DisputeTooLate; AlreadyDecided; NotThisNow.
    """
    if not text.strip():
        raise ReasonNeeded(fields={"text": ReasonNeeded.message})
    row = await result_to_dispute(actor=actor, uid=uid, now=now)
    numbers = await parameters(("assessments.dispute_days", "assessments.answer_days"), on=now)
    await _ensure_disputable(row, timedelta(days=numbers["assessments.dispute_days"]), now)
    await move(row, AssessmentEvent.DISPUTE, now=now)
    dispute = AssessmentDispute(
        assessment=row,
        raised_by_id=actor.account_id,
        text=text.strip(),
        due_at=now + timedelta(days=numbers["assessments.answer_days"]),
        created_at=now,
    )
    await dispute.save()
    await tell(actor, "assessments.disputed", row, now=now)
    return dispute_card(dispute, now=now)


@action
async def uphold_assessment(*, actor: Actor, uid: str, answer: str, now: datetime) -> None:
    """Answer for the institution that the result stands, and why; neither who signed it nor who disputed it decides.

    Refusals: NotFound; ReasonNeeded; OwnSignature; NotThisNow.
    """
    if not answer.strip():
        raise ReasonNeeded(fields={"answer": ReasonNeeded.message})
    row = await own_result(actor=actor, uid=uid, permission=Permission.ASSESSMENT_DECIDE)
    dispute = await last_dispute_of(row)
    if dispute is None or dispute.status is not DisputeStatus.OPEN:
        raise NotThisNow
    if actor.account_id in {row.first_by_id, row.second_by_id, dispute.raised_by_id}:
        raise OwnSignature
    await move(row, AssessmentEvent.UPHOLD, now=now)
    await AssessmentDispute.filter(id=dispute.id).update(
        status=DisputeStatus.UPHELD, decided_by_id=actor.account_id, decided_at=now, answer=answer.strip()
    )
    await tell(actor, "assessments.upheld", row, now=now)


async def _ensure_disputable(row: Assessment, days: timedelta, now: datetime) -> None:
    until = disputable_until(row.status, row.final_at, days)
    if until is None:
        raise NotThisNow
    if await last_dispute_of(row) is not None:
        raise AlreadyDecided
    if now > until:
        raise DisputeTooLate
