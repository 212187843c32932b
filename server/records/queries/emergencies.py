"""Emergency reads, for those who review them."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish, page_of
from server.records.access import emergency_reads_visible_to
from server.records.models import EmergencyRead
from server.records.rules import EMERGENCY_WORDS, EmergencyReason, EmergencyStatus


@dataclass(frozen=True)
class EmergencyCard:
    """What a reviewer needs to judge, and no more: the resident's name is masked."""

    uid: str
    resident: str
    reader: str
    institution: str
    reason: EmergencyReason
    reason_words: str
    explanation: str
    shown: int
    at: datetime
    review_due: datetime
    overdue: bool
    status: EmergencyStatus
    reviewed_at: datetime | None
    review_note: str | None


@dataclass(frozen=True)
class ReviewsWaiting:
    waiting: int
    overdue: int


async def reviews_waiting(*, actor: Actor, now: datetime) -> ReviewsWaiting:
    visible = emergency_reads_visible_to(actor=actor, permission=Permission.EMERGENCY_REVIEW, now=now)
    open_reads = EmergencyRead.filter(visible, status=EmergencyStatus.OPEN)
    return ReviewsWaiting(await open_reads.count(), await open_reads.filter(review_due__lte=now).count())


async def emergency_reads(
    *, actor: Actor, waiting_only: bool, page: PageWish, now: datetime
) -> Page[EmergencyCard]:
    """List emergency reads: those that wait by when they fall due, otherwise the newest first."""
    visible = emergency_reads_visible_to(actor=actor, permission=Permission.EMERGENCY_REVIEW, now=now)
    rows = EmergencyRead.filter(visible).select_related("resident", "reader", "institution")
    if waiting_only:
        waiting = rows.filter(status=EmergencyStatus.OPEN)
        return await page_of(
            waiting, page, lambda row: emergency_card(row, now=now), by="review_due", newest_first=False
        )
    return await page_of(rows, page, lambda row: emergency_card(row, now=now), by="created_at")


def emergency_card(row: EmergencyRead, *, now: datetime) -> EmergencyCard:
    return EmergencyCard(
        uid=row.uid,
        resident=masked_name(row.resident.name),
        reader=row.reader.name,
        institution=row.institution.name,
        reason=row.reason,
        reason_words=EMERGENCY_WORDS[row.reason],
        explanation=row.explanation,
        shown=row.shown,
        at=row.created_at,
        review_due=row.review_due,
        overdue=row.status is EmergencyStatus.OPEN and row.review_due <= now,
        status=row.status,
        reviewed_at=row.reviewed_at,
        review_note=row.review_note,
    )
