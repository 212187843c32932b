"""What may be told about texts: to moderators and to the machine, without any name."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import OVERSEERS, rating_to_moderate
from server.feedback.models import ModerationDecision, Rating, TextRevision
from server.feedback.queries.ratings import Beside, beside_of, same
from server.feedback.rules import (
    QUEUE,
    REASONS,
    Capacity,
    RatingEvent,
    RatingStatus,
    ReasonCode,
    Verdict,
    found_by_local_list,
)
from server.kit.errors import Forbidden
from server.kit.pages import Page, PageWish, page_of


@dataclass(frozen=True)
class ModerationCard:
    uid: str
    revision: int
    institution: str
    score: int
    text: str
    capacity: Capacity
    status: RatingStatus
    verdict: Verdict | None
    suspected: ReasonCode | None  # by the local list
    rated_at: datetime


@dataclass(frozen=True)
class DecisionCard:
    revision: int
    event: RatingEvent
    reason: str | None
    note: str | None
    by_machine: bool
    decided_at: datetime


@dataclass(frozen=True)
class ModerationFile:
    card: ModerationCard
    decisions: tuple[DecisionCard, ...]


@dataclass(frozen=True)
class TextToCheck:
    """What the platform is asked about; the worker finds the author's openid."""

    author_id: int
    text: str


async def count_texts_waiting(*, actor: Actor) -> int:
    if not actor.holds(Permission.FEEDBACK_MODERATE, OVERSEERS):
        return 0
    return await Rating.filter(status__in=list(QUEUE), taken_back_at__isnull=True).count()


async def moderation_queue(*, actor: Actor, wish: PageWish, now: datetime) -> Page[ModerationCard]:  # noqa: ARG001
    """List texts that wait for a person, the oldest first."""
    if not actor.holds(Permission.FEEDBACK_MODERATE, OVERSEERS):
        raise Forbidden
    rows = Rating.filter(status__in=list(QUEUE), taken_back_at__isnull=True).select_related("subject")
    page = await page_of(rows, wish, same, by="created_at", newest_first=False)
    beside = await beside_of(page.items)
    return Page(tuple(_moderation_card(row, beside) for row in page.items), page.next)


async def moderation_file(*, actor: Actor, uid: str, now: datetime) -> ModerationFile:  # noqa: ARG001
    row = await rating_to_moderate(actor=actor, uid=uid)
    decisions = await ModerationDecision.filter(rating_id=row.id).order_by("id")
    return ModerationFile(
        _moderation_card(row, await beside_of([row])), tuple(_decision_card(each) for each in decisions)
    )


def _moderation_card(row: Rating, beside: Beside) -> ModerationCard:
    text = beside.texts.get((row.id, row.revision), "")
    return ModerationCard(
        uid=row.uid,
        revision=row.revision,
        institution=row.subject.name,
        score=row.score,
        text=text,
        capacity=row.capacity,
        status=row.status,
        verdict=row.verdict,
        suspected=found_by_local_list(text),
        rated_at=row.created_at,
    )


def _decision_card(row: ModerationDecision) -> DecisionCard:
    return DecisionCard(
        revision=row.revision,
        event=row.event,
        reason=REASONS[row.reason_code].label if row.reason_code else None,
        note=row.note,
        by_machine=row.moderator_id is None,
        decided_at=row.created_at,
    )


async def text_to_check(*, rating_uid: str, revision: int) -> TextToCheck | None:
    """Return a revision that still waits for the platform's word, for the worker."""
    row = await Rating.filter(
        uid=rating_uid,
        revision=revision,
        status=RatingStatus.SCREENING,
        verdict__isnull=True,
        taken_back_at__isnull=True,
    ).first()
    text = None if row is None else await TextRevision.get_or_none(rating_id=row.id, number=revision)
    return None if row is None or text is None else TextToCheck(row.author_id, text.text)
