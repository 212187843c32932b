"""Two persons take a rating out of the count, with a reason. Locks: rating, case, void."""

from datetime import datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import BUREAUS, case_for, rating_of_institution_for, void_for
from server.feedback.actions.cases import move_case
from server.feedback.errors import AlreadyDecided, ReasonNeeded, SecondPersonNeeded, VoidPending
from server.feedback.models import FeedbackCase, Rating, RatingVoid
from server.feedback.queries import VoidCard, void_card
from server.feedback.rules import CASE_MOVES, LIVE_CASES, CaseEvent, VoidStatus
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import Forbidden
from server.kit.transactions import action
from server.outbox.actions import enqueue


@action
async def propose_void(*, actor: Actor, rating_uid: str, reason: str, now: datetime) -> VoidCard:
    """Propose, as the first of two persons, that a rating no longer counts. Refuses: VoidPending, AlreadyDecided."""
    rating = await rating_of_institution_for(
        actor=actor, uid=rating_uid, permission=Permission.RATING_VOID, now=now
    )
    case = await FeedbackCase.get_or_none(rating_id=rating.id)
    return await _propose(actor, rating, case, reason, now)


@action
async def propose_case_void(*, actor: Actor, case_uid: str, reason: str, now: datetime) -> VoidCard:
    """Propose that a case and the rating behind it, if there is one, no longer count."""
    case = await case_for(actor=actor, uid=case_uid, permission=Permission.CASE_READ, now=now)
    CASE_MOVES.after(case.status, CaseEvent.VOID)
    return await _propose(actor, case.rating, case, reason, now)


async def _propose(
    actor: Actor, rating: Rating | None, case: FeedbackCase | None, reason: str, now: datetime
) -> VoidCard:
    if not actor.holds(Permission.RATING_VOID, BUREAUS):
        raise Forbidden
    _ensure_reason(reason)
    if rating is not None and rating.voided_at is not None:
        raise AlreadyDecided
    target = rating.uid if rating is not None else (case.origin_uid if case is not None else "")
    void = RatingVoid(
        rating_id=rating.id if rating else None,
        case_id=case.id if case else None,
        live_key=target,
        reason=reason,
        proposed_by_id=actor.account_id,
        created_at=now,
    )
    async with refusing_duplicates(VoidPending):
        await void.save()
    await _note(actor, void, "feedback.void_proposed", now)
    await enqueue(
        "feedback.void_proposed", {"void": void.uid}, now=now, once_key=f"feedback.void_proposed:{void.uid}"
    )
    return await void_card(uid=void.uid)


@action
async def decide_void(*, actor: Actor, uid: str, approve: bool, reason: str, now: datetime) -> None:
    """Approve or reject as the second person. Refuses: SecondPersonNeeded, ReasonNeeded, AlreadyDecided."""
    void = await void_for(actor=actor, uid=uid)
    if void.proposed_by_id == actor.account_id:
        raise SecondPersonNeeded
    _ensure_reason(reason)
    if approve:
        await _take_out_of_the_count(actor, void, reason, now)
    decided = await RatingVoid.filter(id=void.id, status=VoidStatus.PROPOSED).update(
        status=VoidStatus.APPROVED if approve else VoidStatus.REJECTED,
        live_key=None,
        decided_by_id=actor.account_id,
        decided_at=now,
        decision_reason=reason,
    )
    if not decided:
        raise AlreadyDecided
    await _note(actor, void, "feedback.voided" if approve else "feedback.void_rejected", now)


async def _take_out_of_the_count(actor: Actor, void: RatingVoid, reason: str, now: datetime) -> None:
    if void.rating_id is not None:
        await Rating.filter(id=void.rating_id, voided_at__isnull=True).update(voided_at=now)
    # A case may have been opened since the proposal: ask the rating, not the proposal.
    cases = (
        FeedbackCase.filter(id=void.case_id)
        if void.rating_id is None
        else FeedbackCase.filter(rating_id=void.rating_id)
    )
    case = await cases.select_related("subject").first()
    if case is not None and case.status in LIVE_CASES:
        await move_case(actor, case, CaseEvent.VOID, owner=case.subject, reason=reason, now=now)


def _ensure_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})


async def _note(actor: Actor, void: RatingVoid, happened: str, now: datetime) -> None:
    await note(actor, happened, subject_kind="rating_void", subject_uid=void.uid, now=now)
