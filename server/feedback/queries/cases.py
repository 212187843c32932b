"""What may be told about cases and voids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import BUREAUS, case_for, cases_visible_to, own_case_for, own_cases
from server.feedback.models import CaseStep, FeedbackCase, RatingVoid, TextRevision
from server.feedback.rules import LIVE_CASES, Capacity, CaseEvent, CaseStatus, ComplaintKind, VoidStatus
from server.kit.errors import Forbidden
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish, page_of, rows_of


@dataclass(frozen=True)
class CaseCard:
    """A case in a list: whom it is about is masked."""

    uid: str
    resident: str  # masked
    institution_uid: str
    institution: str
    owner: str  # who must move next
    status: CaseStatus
    score: int | None  # of the rating behind it
    complaint: ComplaintKind | None
    opened_at: datetime
    next_deadline: datetime | None
    overdue: bool
    escalated_at: datetime | None
    rounds: int


@dataclass(frozen=True)
class CaseWish:
    """Which cases are wanted: those that somebody must still move, unless `ended`."""

    ended: bool = False
    status: CaseStatus | None = None
    institution_uid: str | None = None
    overdue: bool = False


@dataclass(frozen=True)
class StepCard:
    event: CaseEvent | None
    status: CaseStatus
    reason: str | None
    by: str | None  # the institution's people by name; the system by none
    deadline: datetime | None
    at: datetime


@dataclass(frozen=True)
class CaseFile:
    """The whole case, with names: reading it leaves a line."""

    card: CaseCard
    resident_uid: str
    resident: str
    author: str
    capacity: Capacity | None
    text: str
    steps: tuple[StepCard, ...]


@dataclass(frozen=True)
class VoidCard:
    uid: str
    institution: str
    score: int | None
    said: str  # what the rating says: the second person judges it anew
    case_uid: str | None  # a complaint is read in its case, where the look leaves a line
    reason: str
    proposed_by: str
    proposed_at: datetime
    status: VoidStatus
    proposed_by_account: str  # its uid: the second person must be another


_BEHIND_A_VOID = ("rating__subject", "case__subject", "proposed_by")
_RELATED = ("subject", "owner", "resident", "author", "rating", "complaint")


async def my_cases(*, actor: Actor, wish: PageWish, now: datetime) -> Page[CaseCard]:
    rows = FeedbackCase.filter(own_cases(actor=actor, now=now)).select_related(*_RELATED)
    return await page_of(rows, wish, lambda row: _card(row, now), by="created_at")


async def count_cases_to_move(*, actor: Actor, now: datetime) -> int:
    """Count the live cases in which one's own institution must take the next step."""
    visible = cases_visible_to(actor=actor, permission=Permission.CASE_HANDLE, now=now)
    own = sorted(actor.institutions_with(Permission.CASE_HANDLE))
    return await FeedbackCase.filter(visible, owner_id__in=own, status__in=sorted(LIVE_CASES)).count()


async def cases(
    *, actor: Actor, wish: PageWish, now: datetime, asked: CaseWish | None = None
) -> Page[CaseCard]:
    """List the cases of one's institution, for a bureau all: what falls due first, and of those ended the newest."""
    asked = asked or CaseWish()
    rows = FeedbackCase.filter(
        cases_visible_to(actor=actor, permission=Permission.CASE_READ, now=now), _asked_for(asked, now)
    ).select_related(*_RELATED)
    if asked.ended:
        return await page_of(rows, wish, lambda row: _card(row, now), by="created_at")
    return await page_of(
        rows, wish, lambda row: _card(row, now), by="next_deadline", newest_first=False
    )  # a live case is never without


def _asked_for(asked: CaseWish, now: datetime) -> Q:
    live = Q(status__in=sorted(LIVE_CASES))
    wanted = ~live if asked.ended else live
    if asked.status is not None:
        wanted &= Q(status=asked.status)
    if asked.institution_uid is not None:
        wanted &= Q(subject__uid=asked.institution_uid)
    if asked.overdue:
        wanted &= Q(next_deadline__lte=now)
    return wanted


async def institutions_with_cases(*, actor: Actor, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return uid and name of the institutions that one's cases are about, for a choice in a form."""
    visible = cases_visible_to(actor=actor, permission=Permission.CASE_READ, now=now)
    found = await FeedbackCase.filter(visible).distinct().values_list("subject__uid", "subject__name")
    return tuple(sorted(((uid, name) for uid, name in found), key=lambda pair: pair[1]))


async def case_card(*, uid: str, now: datetime) -> CaseCard:
    return _card(await FeedbackCase.get(uid=uid).select_related(*_RELATED), now)


def _card(row: FeedbackCase, now: datetime) -> CaseCard:
    return CaseCard(
        uid=row.uid,
        resident=masked_name(row.resident.name),
        institution_uid=row.subject.uid,
        institution=row.subject.name,
        owner=row.owner.name,
        status=row.status,
        score=row.rating.score if row.rating else None,
        complaint=row.complaint.kind if row.complaint else None,
        opened_at=row.created_at,
        next_deadline=row.next_deadline,
        overdue=row.next_deadline is not None and row.next_deadline <= now,
        escalated_at=row.escalated_at,
        rounds=row.rounds,
    )


async def my_case_file(*, actor: Actor, uid: str, now: datetime) -> CaseFile:
    """Return a case to those whose case it is."""
    return await _file(await own_case_for(actor=actor, uid=uid, now=now), now)


async def case_file(*, actor: Actor, uid: str, now: datetime) -> CaseFile:
    """Return the whole case with names. Who rated is told only inside a case, and each look leaves a line.

    The line is committed before the answer leaves.
    """
    row = await case_for(actor=actor, uid=uid, permission=Permission.CASE_READ, now=now)
    await note(
        actor, "feedback.case_read", subject_kind="feedback_case", subject_uid=uid, resident_id=row.resident_id,
        institution_id=row.owner_id, reason="case", now=now,
    )  # fmt: skip
    return await _file(row, now)


async def _file(row: FeedbackCase, now: datetime) -> CaseFile:
    steps = await CaseStep.filter(case_id=row.id).order_by("id").select_related("by")
    origin = row.rating or row.complaint
    return CaseFile(
        card=_card(row, now),
        resident_uid=row.resident.uid,
        resident=row.resident.name,
        author=row.author.name,
        capacity=origin.capacity if origin else None,
        text=await _text(row),
        steps=tuple(
            StepCard(
                step.event,
                step.status,
                step.reason,
                step.by.name if step.by else None,
                step.deadline,
                step.created_at,
            )
            for step in steps
        ),
    )


async def _text(row: FeedbackCase) -> str:
    if row.complaint:
        return row.complaint.text
    # The owner must know what was said in order to verify it, whether or not the public may read it.
    latest = await TextRevision.filter(rating_id=row.rating_id).order_by("-number").first()
    return latest.text if latest else ""


async def voids_waiting(*, actor: Actor, wish: PageWish, now: datetime) -> Page[VoidCard]:  # noqa: ARG001
    if not actor.holds(Permission.RATING_VOID, BUREAUS):
        raise Forbidden
    rows = RatingVoid.filter(status=VoidStatus.PROPOSED).select_related(*_BEHIND_A_VOID)
    page = await rows_of(rows, wish, by="created_at", newest_first=False)
    texts = await _latest_texts(page.items)
    return page.of([_void_card(row, texts) for row in page.items])


async def void_card(*, uid: str) -> VoidCard:
    row = await RatingVoid.get(uid=uid).select_related(*_BEHIND_A_VOID)
    return _void_card(row, await _latest_texts([row]))


async def _latest_texts(rows: Sequence[RatingVoid]) -> Mapping[int, str]:
    revisions = TextRevision.filter(rating_id__in=[row.rating_id for row in rows if row.rating_id])
    return dict(await revisions.order_by("number").values_list("rating_id", "text"))


def _void_card(row: RatingVoid, texts: Mapping[int, str]) -> VoidCard:
    about = row.rating or row.case
    return VoidCard(
        uid=row.uid,
        institution=about.subject.name if about else "",
        score=row.rating.score if row.rating else None,
        said=texts.get(row.rating_id or 0, ""),
        case_uid=row.case.uid if row.case else None,
        reason=row.reason,
        proposed_by=row.proposed_by.name,
        proposed_at=row.created_at,
        status=row.status,
        proposed_by_account=row.proposed_by.uid,
    )
