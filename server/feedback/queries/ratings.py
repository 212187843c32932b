"""What may be told about ratings: to their authors, to everybody, to the rated institution, to moderators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.alliance.access import institution_for
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import (
    own_ratings,
    published,
    ratings_of_institutions,
    tokens_usable_by,
)
from server.feedback.models import (
    FeedbackCase,
    Rating,
    RatingReply,
    RatingToken,
    TextRevision,
)
from server.feedback.rules import (
    REASONS,
    Capacity,
    Dimension,
    RatingStatus,
    SourceKind,
    TokenStatus,
)
from server.kit.clock import SHANGHAI
from server.kit.pages import Page, PageWish, page_of, rows_of
from server.people.access import residents_visible_to
from server.people.models import Resident


@dataclass(frozen=True)
class TokenCard:
    """A service that may still be rated."""

    uid: str
    resident_uid: str
    resident: str
    institution_uid: str
    institution: str
    department: str | None
    source: SourceKind
    source_uid: str  # of the visit or appointment
    served_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class ReplyCard:
    text: str
    written_at: datetime


@dataclass(frozen=True)
class RatingCard:
    """A rating as its author and its resident see it."""

    uid: str
    resident: str
    institution_uid: str
    institution: str
    score: int
    tags: tuple[Dimension, ...]
    capacity: Capacity
    text: str
    status: RatingStatus
    reason: str | None  # why the text is not shown, and what to change (I43)
    is_author: bool
    can_take_back_until: datetime | None
    taken_back: bool
    voided: bool
    case_uid: str | None
    reply: ReplyCard | None
    rated_at: datetime


@dataclass(frozen=True)
class PublicRating:
    """A rating as everybody sees it: nothing in it tells who gave it, not even the day."""

    uid: str
    score: int
    tags: tuple[Dimension, ...]
    capacity: Capacity
    text: str
    month: str  # 2026-03
    reply: ReplyCard | None


@dataclass(frozen=True)
class InstitutionRating:
    """A rating as the rated institution sees it: the rater masked, the text only once published."""

    uid: str
    institution: str
    score: int
    tags: tuple[Dimension, ...]
    capacity: Capacity
    own_staff: bool
    status: RatingStatus
    text: str | None
    month: str
    has_case: bool
    reply: ReplyCard | None


@dataclass(frozen=True)
class Beside:
    """What the cards of one page need besides the rows: fetched once for the page."""

    texts: Mapping[tuple[int, int], str]
    replies: Mapping[int, ReplyCard]
    cases: Mapping[int, str]


async def beside_of(rows: Sequence[Rating]) -> Beside:
    ids = [row.id for row in rows]
    texts = await TextRevision.filter(rating_id__in=ids)
    replies = await RatingReply.filter(rating_id__in=ids)
    cases = await FeedbackCase.filter(rating_id__in=ids).values_list("rating_id", "uid")
    return Beside(
        texts={(row.rating_id, row.number): row.text for row in texts},
        replies={row.rating_id: ReplyCard(row.text, row.created_at) for row in replies},
        cases=dict(cases),
    )


async def open_tokens(
    *, actor: Actor, permission: Permission, wish: PageWish, now: datetime
) -> Page[TokenCard]:
    """List what may still be rated, as oneself or a proxy (RATING_GIVE), or in assistance (RATING_ASSIST)."""
    rows = RatingToken.filter(await _open(actor, permission, now)).select_related(
        "resident", "subject", "department"
    )
    return await page_of(rows, wish, _token_card, by="created_at")


async def count_open_tokens(*, actor: Actor, permission: Permission, now: datetime) -> int:
    return await RatingToken.filter(await _open(actor, permission, now)).count()


async def _open(actor: Actor, permission: Permission, now: datetime) -> Q:
    usable = tokens_usable_by(actor=actor, permission=permission, now=now)
    if permission is Permission.RATING_ASSIST:
        usable &= Q(resident_id__in=await _without_a_phone(actor, now))
    return Q(usable, status=TokenStatus.OPEN, expires_at__gt=now)


async def _without_a_phone(actor: Actor, now: datetime) -> list[int]:
    """Read the few of one home first: asked inside the list's query, MariaDB read every token of the city for them."""
    reached = residents_visible_to(actor=actor, permission=Permission.RATING_ASSIST, now=now)
    living = await Resident.filter(reached).values_list("id", "account_id")
    absorbed = await Resident.filter(merged_into_id__in=[row for row, _ in living]).values_list(
        "id", "account_id"
    )
    return [row for row, account in (*living, *absorbed) if account is None]


def _token_card(row: RatingToken) -> TokenCard:
    return TokenCard(
        uid=row.uid,
        resident_uid=row.resident.uid,
        resident=row.resident.name,
        institution_uid=row.subject.uid,
        institution=row.subject.name,
        department=row.department.name if row.department else None,
        source=row.source,
        source_uid=row.source_uid,
        served_at=row.served_at,
        expires_at=row.expires_at,
    )


async def my_ratings(*, actor: Actor, wish: PageWish, now: datetime) -> Page[RatingCard]:
    rows = Rating.filter(own_ratings(actor=actor, now=now)).select_related("resident", "subject")
    page = await rows_of(rows, wish, by="created_at")
    beside = await beside_of(page.items)
    return page.of([_own_card(row, beside, actor.account_id, now) for row in page.items])


async def rating_card(*, uid: str, now: datetime) -> RatingCard:
    """Return the card for the author, who has just written it."""
    row = await Rating.get(uid=uid).select_related("resident", "subject")
    return _own_card(row, await beside_of([row]), row.author_id, now)


def _own_card(row: Rating, beside: Beside, account_id: int | None, now: datetime) -> RatingCard:
    is_author = row.author_id == account_id
    open_for_undo = (
        is_author and row.taken_back_at is None and row.settled_at is None and now < row.counts_from
    )
    return RatingCard(
        uid=row.uid,
        resident=row.resident.name,
        institution_uid=row.subject.uid,
        institution=row.subject.name,
        score=row.score,
        tags=_tags(row),
        capacity=row.capacity,
        text=beside.texts.get((row.id, row.revision), ""),
        status=row.status,
        reason=REASONS[row.reason_code].sentence if row.reason_code else None,
        is_author=is_author,
        can_take_back_until=row.counts_from if open_for_undo else None,
        taken_back=row.taken_back_at is not None,
        voided=row.voided_at is not None,
        case_uid=beside.cases.get(row.id),
        reply=beside.replies.get(row.id),
        rated_at=row.created_at,
    )


async def published_for(
    *, actor: Actor, institution_uid: str, wish: PageWish, now: datetime
) -> Page[PublicRating]:
    institution = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    return await published_about(institution.id, wish=wish, now=now)


async def published_about(institution_id: int, *, wish: PageWish, now: datetime) -> Page[PublicRating]:
    """Return what everybody may read about an institution that everybody may know of."""
    rows = Rating.filter(published(now=now), subject_id=institution_id)
    page = await rows_of(rows, wish, by="created_at")
    beside = await beside_of(page.items)
    return page.of([_public_card(row, beside) for row in page.items])


def _public_card(row: Rating, beside: Beside) -> PublicRating:
    return PublicRating(
        uid=row.uid,
        score=row.score,
        tags=_tags(row),
        capacity=row.capacity,
        text=beside.texts.get((row.id, row.revision), ""),
        month=_month(row),
        reply=beside.replies.get(row.id),
    )


async def ratings_of_subject(*, actor: Actor, wish: PageWish, now: datetime) -> Page[InstitutionRating]:
    """List the ratings of one's institution; for those who oversee, of all."""
    visible = ratings_of_institutions(actor=actor, permission=Permission.RATING_READ, now=now)
    page = await rows_of(Rating.filter(visible).select_related("subject"), wish, by="created_at")
    beside = await beside_of(page.items)
    return page.of([_institution_card(row, beside) for row in page.items])


def _institution_card(row: Rating, beside: Beside) -> InstitutionRating:
    shown = row.status is RatingStatus.PUBLISHED
    return InstitutionRating(
        uid=row.uid,
        institution=row.subject.name,
        score=row.score,
        tags=_tags(row),
        capacity=row.capacity,
        own_staff=row.own_staff,
        status=row.status,
        text=beside.texts.get((row.id, row.revision), "") if shown else None,
        month=_month(row),
        has_case=row.id in beside.cases,
        reply=beside.replies.get(row.id),
    )


def _tags(row: Rating) -> tuple[Dimension, ...]:
    return tuple(Dimension(tag) for tag in row.tags)


def _month(row: Rating) -> str:
    rated_at: datetime = row.created_at
    return rated_at.astimezone(SHANGHAI).strftime("%Y-%m")
