"""Putting right what a low rating or a complaint says went wrong.

An open case always has an owner and a deadline; only the owner's side may move it. Locks: rating, case, void.
"""

from datetime import datetime, timedelta

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.alliance.rules import InstitutionKind
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.feedback.access import BUREAUS, case_for, own_case_for
from server.feedback.errors import AlreadyDecided, CallbackWaiting, NoBureau, ReasonNeeded, ReopenTooLate
from server.feedback.models import CaseStep, Complaint, FeedbackCase, Rating
from server.feedback.queries import CaseCard, case_card
from server.feedback.rules import (
    CASE_MOVES,
    CASE_REASONS_NEEDED,
    CLOCKS,
    INSTITUTION_EVENTS,
    Capacity,
    CaseEvent,
    CaseStatus,
    ComplaintKind,
)
from server.kit.clock import local_date
from server.kit.errors import Forbidden, IllegalMove
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import resident_for


@action
async def complain(
    *, actor: Actor, resident_uid: str, institution_uid: str, kind: ComplaintKind, text: str, now: datetime
) -> CaseCard:
    """Say what went wrong, for oneself or with rating scope; the case is open from this moment."""
    resident = await resident_for(actor=actor, uid=resident_uid, permission=Permission.RATING_GIVE, now=now)
    subject = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    own = resident.account_id == actor.account_id
    complaint = Complaint(
        resident_id=resident.id,
        subject_id=subject.id,
        author_id=actor.account_id,
        capacity=Capacity.SELF if own else Capacity.FAMILY,
        kind=kind,
        text=text,
        created_at=now,
    )
    await complaint.save()
    case = FeedbackCase(
        complaint_id=complaint.id,
        origin_uid=complaint.uid,
        resident_id=resident.id,
        author_id=actor.account_id,
    )
    await _open(actor, case, subject, now=now)
    return await case_card(uid=case.uid, now=now)


async def open_case_for_rating(actor: Actor, rating: Rating, *, now: datetime) -> None:
    case = FeedbackCase(
        rating_id=rating.id, origin_uid=rating.uid, resident_id=rating.resident_id, author_id=rating.author_id
    )
    await _open(actor, case, rating.subject, now=now)


async def _open(actor: Actor, case: FeedbackCase, subject: Institution, *, now: datetime) -> None:
    case.subject_id = case.owner_id = subject.id
    case.next_deadline = await _deadline(CaseStatus.OPENED, now)
    case.created_at = now
    await case.save()
    await _step(case, None, CaseStatus.OPENED, actor=actor, reason=None, deadline=case.next_deadline, now=now)
    await note(
        actor, "feedback.case_opened", subject_kind="feedback_case", subject_uid=case.uid, resident_id=case.resident_id,
        institution_id=subject.id, now=now,
    )  # fmt: skip
    await enqueue(
        "feedback.case_opened",
        {"case": case.uid, "institution": subject.uid},
        now=now,
        once_key=f"feedback.case_opened:{case.uid}",
    )


async def _deadline(status: CaseStatus, now: datetime) -> datetime | None:
    clock = CLOCKS.get(status)
    return None if clock is None else now + timedelta(days=await parameter(clock, on=local_date(now)))


async def _step(
    case: FeedbackCase,
    event: CaseEvent | None,
    status: CaseStatus,
    *,
    actor: Actor,
    reason: str | None,
    deadline: datetime | None,
    now: datetime,
) -> None:
    await CaseStep(
        case_id=case.id,
        event=event,
        status=status,
        by_id=actor.account_id,
        reason=reason,
        deadline=deadline,
        created_at=now,
    ).save()


@action
async def handle_case(*, actor: Actor, uid: str, event: CaseEvent, reason: str, now: datetime) -> None:
    """Verify, rectify, call back, close or appeal, as the institution that owns the case.

    Refuses: ReasonNeeded, IllegalMove, Forbidden (not the owner), CallbackWaiting.
    """
    case = await case_for(actor=actor, uid=uid, permission=Permission.CASE_HANDLE, now=now)
    if event not in INSTITUTION_EVENTS:
        raise IllegalMove
    reached = CASE_MOVES.after(case.status, event)
    if case.owner_id not in actor.institutions_with(Permission.CASE_HANDLE):
        raise Forbidden
    if event is CaseEvent.CLOSE:
        await _ensure_waited(case, now)
    owner = await _bureau_of(case.subject) if reached is CaseStatus.APPEALED else case.subject
    await move_case(actor, case, event, owner=owner, reason=reason, now=now)


async def _ensure_waited(case: FeedbackCase, now: datetime) -> None:
    wait = timedelta(days=await parameter("feedback.callback_wait_days", on=local_date(now)))
    if case.called_back_at is None or now < case.called_back_at + wait:
        raise CallbackWaiting


async def _bureau_of(subject: Institution) -> Institution:
    """Return who decides an appeal: health for medical institutions, civil affairs for homes, else whichever there is."""
    kinds = [InstitutionKind.CIVIL_AFFAIRS_BUREAU, InstitutionKind.HEALTH_COMMISSION]
    if subject.kind.is_medical:
        kinds.reverse()
    for kind in kinds:
        bureau = await Institution.filter(kind=kind).order_by("id").first()
        if bureau is not None:
            return bureau
    raise NoBureau


@action
async def answer_callback(*, actor: Actor, uid: str, settled: bool, reason: str, now: datetime) -> None:
    """Say as the family whether it is settled; if not, the institution starts again.

    Refuses: ReopenTooLate, IllegalMove, Forbidden (the speaker works for the institution).
    """
    case = await own_case_for(actor=actor, uid=uid, now=now)
    if any(
        grant.role is not Role.PERSON and grant.institution_id == case.subject_id for grant in actor.grants
    ):
        raise Forbidden  # staff who wrote a rating down, or whose mother it is, do not close their own house's case
    event = CaseEvent.CONFIRM if settled else CaseEvent.REOPEN
    CASE_MOVES.after(case.status, event)
    if case.closed_at is not None:
        days = await parameter("feedback.reopen_days", on=local_date(now))
        if now >= case.closed_at + timedelta(days=days):
            raise ReopenTooLate
    await move_case(actor, case, event, owner=case.subject, reason=reason, now=now)


@action
async def uphold_rating(*, actor: Actor, uid: str, reason: str, now: datetime) -> None:
    """Decide as the bureau that an appeal fails: the rating stands and the institution goes on."""
    case = await case_for(actor=actor, uid=uid, permission=Permission.CASE_READ, now=now)
    if not actor.holds(Permission.RATING_VOID, BUREAUS):
        raise Forbidden
    CASE_MOVES.after(case.status, CaseEvent.UPHOLD)
    await move_case(actor, case, CaseEvent.UPHOLD, owner=case.subject, reason=reason, now=now)


async def move_case(
    actor: Actor, case: FeedbackCase, event: CaseEvent, *, owner: Institution, reason: str, now: datetime
) -> None:
    """Take one step: the state, who must move next, and by when, change together."""
    if event in CASE_REASONS_NEEDED and not reason.strip():
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})
    reached = CASE_MOVES.after(case.status, event)
    deadline = await _deadline(reached, now)
    ended = reached in {CaseStatus.CLOSED, CaseStatus.VOIDED}
    moved = await FeedbackCase.filter(id=case.id, status=case.status, owner_id=case.owner_id).update(
        status=reached,
        owner_id=owner.id,
        next_deadline=deadline,
        escalated_at=None,
        closed_at=now if ended else None,
        called_back_at=now if event is CaseEvent.CALL_BACK else case.called_back_at,
        rounds=case.rounds + (event is CaseEvent.REOPEN),
    )
    if not moved:
        raise AlreadyDecided
    await _step(case, event, reached, actor=actor, reason=reason or None, deadline=deadline, now=now)
    await note(
        actor, f"feedback.case.{event}", subject_kind="feedback_case", subject_uid=case.uid, resident_id=case.resident_id,
        institution_id=owner.id, detail={"status": reached.value}, now=now,
    )  # fmt: skip
    steps = await CaseStep.filter(case_id=case.id).count()
    await enqueue(
        f"feedback.case_{reached.value}",
        {"case": case.uid, "institution": owner.uid, "account": (await case.author).uid},
        now=now,
        once_key=f"feedback.case:{case.uid}:{steps}",
    )


@action
async def sweep_overdue_cases(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Tell the bureau, once per step, of cases whose owner let the clock run out."""
    due = (
        await FeedbackCase.filter(next_deadline__lte=now, escalated_at__isnull=True)
        .order_by("next_deadline")
        .limit(limit)
        .select_related("subject", "owner")
    )
    told = 0
    for case in due:
        if not await FeedbackCase.filter(
            id=case.id, escalated_at__isnull=True, next_deadline=case.next_deadline, status=case.status
        ).update(escalated_at=now):
            continue
        told += 1
        await note(
            actor, "feedback.case_overdue", subject_kind="feedback_case", subject_uid=case.uid,
            resident_id=case.resident_id, institution_id=case.owner_id, now=now,
        )  # fmt: skip
        bureau = await _bureau_of(case.subject)
        await enqueue(
            "feedback.case_overdue",
            {"case": case.uid, "institution": case.owner.uid, "bureau": bureau.uid},
            now=now,
            once_key=f"feedback.case_overdue:{case.uid}:{case.status}:{case.rounds}",
        )
    return told
