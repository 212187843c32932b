"""What may be told about texts: to moderators and to the machine, without any name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import OVERSEERS, rating_to_moderate
from server.feedback.models import ModerationDecision, Rating, RatingReply, TextRevision
from server.feedback.queries.neighbours import Neighbours, neighbours_of
from server.feedback.queries.ratings import ReplyCard
from server.feedback.rules import (
    QUEUE,
    RATING_MOVES,
    REASONS,
    UNDONE_BY,
    Capacity,
    RatingEvent,
    RatingStatus,
    ReasonCode,
    Verdict,
    found_by_local_list,
)
from server.kit.errors import Forbidden
from server.kit.pages import Page, PageWish, rows_of


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
class RevisionCard:
    number: int
    text: str
    written_at: datetime


@dataclass(frozen=True)
class ModerationFile:
    """One text with all that a fair decision needs: what it was before, what was decided, what stands beside it."""

    card: ModerationCard
    earlier: tuple[RevisionCard, ...]  # the newest first, without the one that is judged
    decisions: tuple[DecisionCard, ...]
    reply: ReplyCard | None
    neighbours: Neighbours


@dataclass(frozen=True)
class Decided:
    """What was decided a moment ago, and which decision would take it back."""

    uid: str
    institution: str
    status: RatingStatus
    revision: int
    undone_by: RatingEvent | None


@dataclass(frozen=True)
class ModerationDesk:
    """The queue, and the text on top of it or the one that was picked."""

    page: Page[ModerationCard]
    file: ModerationFile | None
    before: str | None  # the texts beside it in the queue, by uid
    after: str | None
    decided: Decided | None


@dataclass(frozen=True)
class TextToCheck:
    """What the platform is asked about; the worker finds the author's openid."""

    author_id: int
    text: str


async def count_texts_waiting(*, actor: Actor) -> int:
    if not actor.holds(Permission.FEEDBACK_MODERATE, OVERSEERS):
        return 0
    return await _queue().count()


async def moderation_desk(
    *, actor: Actor, uid: str | None = None, decided_uid: str | None = None, wish: PageWish, now: datetime
) -> ModerationDesk:
    """Open the queue at one text; after a decision at the next one, and otherwise at the oldest."""
    _ensure_moderator(actor)
    decided = await rating_to_moderate(actor=actor, uid=decided_uid) if decided_uid else None
    rows = await rows_of(_queue().select_related("subject"), wish, by="created_at", newest_first=False)
    rating = await rating_to_moderate(actor=actor, uid=uid) if uid else await _next(rows.items, decided)
    before, after = _beside(rows.items, rating)
    return ModerationDesk(
        page=rows.of(await _moderation_cards(rows.items)),
        file=await _file(rating, now) if rating else None,
        before=before,
        after=after,
        decided=await _decided(decided) if decided else None,
    )


def _ensure_moderator(actor: Actor) -> None:
    if not actor.holds(Permission.FEEDBACK_MODERATE, OVERSEERS):
        raise Forbidden


def _queue() -> QuerySet[Rating]:
    return Rating.filter(status__in=list(QUEUE), taken_back_at__isnull=True)


async def _next(shown: Sequence[Rating], decided: Rating | None) -> Rating | None:
    """Return the text that waits behind the one just decided, or else the oldest of all."""
    following = None
    if decided is not None:
        later = Q(created_at__gt=decided.created_at) | Q(created_at=decided.created_at, id__gt=decided.id)
        following = (
            await _queue().filter(later).order_by("created_at", "id").select_related("subject").first()
        )
    return following or (shown[0] if shown else None)


def _beside(shown: Sequence[Rating], rating: Rating | None) -> tuple[str | None, str | None]:
    """Return which texts stand before and after this one on the page; a page is as far as one looks ahead."""
    uids = [row.uid for row in shown]
    place = uids.index(rating.uid) if rating and rating.uid in uids else -1
    before = uids[place - 1] if place > 0 else None
    return before, uids[place + 1] if place + 1 < len(uids) else None


async def _file(rating: Rating, now: datetime) -> ModerationFile:
    decisions = await ModerationDecision.filter(rating_id=rating.id).order_by("id")
    revisions = await TextRevision.filter(rating_id=rating.id).order_by("-number")
    reply = await RatingReply.get_or_none(rating_id=rating.id)
    text = next((each.text for each in revisions if each.number == rating.revision), "")
    return ModerationFile(
        card=_moderation_card(rating, text),
        earlier=tuple(
            RevisionCard(each.number, each.text, each.created_at)
            for each in revisions
            if each.number < rating.revision
        ),
        decisions=tuple(_decision_card(each) for each in decisions),
        reply=ReplyCard(reply.text, reply.created_at) if reply else None,
        neighbours=await neighbours_of(rating, text, now=now),
    )


async def _decided(rating: Rating) -> Decided:
    last = await ModerationDecision.filter(rating_id=rating.id).order_by("-id").first()
    undo = UNDONE_BY.get(last.event) if last else None
    return Decided(
        uid=rating.uid,
        institution=rating.subject.name,
        status=rating.status,
        revision=rating.revision,
        undone_by=undo if undo and RATING_MOVES.allows(rating.status, undo) else None,
    )


async def _moderation_cards(rows: Sequence[Rating]) -> tuple[ModerationCard, ...]:
    revisions = TextRevision.filter(rating_id__in=[row.id for row in rows]).order_by("number")
    texts = dict(await revisions.values_list("rating_id", "text"))  # the latest comes last
    return tuple(_moderation_card(row, texts.get(row.id, "")) for row in rows)


def _moderation_card(row: Rating, text: str) -> ModerationCard:
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
