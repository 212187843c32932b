"""Who sees which ratings and cases.

Ways in: the author; the resident and whoever holds rating scope for them; the institution that was rated; the bureaus
and moderators. `RATING_GIVE` is asked of people, because it is a permission that no member of staff has: with
`RATING_READ` a home's manager would see what its residents said about a hospital.
"""

from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.feedback.models import FeedbackCase, Rating, RatingToken, RatingVoid
from server.feedback.rules import RatingStatus, VoidStatus
from server.kit.engines.any_of import AnyOf
from server.kit.errors import NotFound
from server.people.access import of_residents_visible_to

BUREAUS = frozenset({Role.CIVIL_AFFAIRS, Role.HEALTH_COMMISSION})
OVERSEERS = BUREAUS | {Role.MODERATOR}


def tokens_usable_by(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow to what somebody may rate: as themselves or a proxy (RATING_GIVE), or in assistance (RATING_ASSIST)."""
    return of_residents_visible_to("resident", actor=actor, permission=permission, now=now)


async def token_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> RatingToken:
    usable = tokens_usable_by(actor=actor, permission=permission, now=now)
    row = (
        await RatingToken.filter(usable, uid=uid).select_related("resident", "subject", "department").first()
    )
    if row is None:
        raise NotFound
    return row


def own_ratings(*, actor: Actor, now: datetime) -> Q:
    """Narrow to what the actor said, or what was said in the name of somebody they may rate for."""
    return _written_by_or_about(Rating, actor, now)


async def own_rating_for(*, actor: Actor, uid: str) -> Rating:
    """Return a rating to its author, and to nobody else: only they may take it back or rewrite it."""
    row = await Rating.filter(uid=uid, author_id=actor.account_id).select_related("token", "resident").first()
    if row is None or actor.account_id is None:
        raise NotFound
    return row


def published(*, now: datetime) -> Q:
    """Narrow to what everybody may read."""
    return Q(status=RatingStatus.PUBLISHED) & counted(now=now)


def counted(*, now: datetime) -> Q:
    """Narrow to the scores that count: not taken back, not voided. Moderation has no part in it (I41, I42)."""
    return Q(counts_from__lte=now, taken_back_at__isnull=True, voided_at__isnull=True)


def ratings_of_institutions(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow to ratings of the institutions where the actor holds the permission; those who oversee see all."""
    if actor.holds(permission, OVERSEERS):
        return counted(now=now)
    return counted(now=now) & Q(subject_id__in=sorted(actor.institutions_with(permission)))


async def rating_of_institution_for(
    *, actor: Actor, uid: str, permission: Permission, now: datetime
) -> Rating:
    visible = ratings_of_institutions(actor=actor, permission=permission, now=now)
    row = await Rating.filter(visible, uid=uid).select_related("subject", "resident").first()
    if row is None:
        raise NotFound
    return row


async def rating_to_moderate(*, actor: Actor, uid: str) -> Rating:
    row = None
    if actor.holds(Permission.FEEDBACK_MODERATE, OVERSEERS):
        row = await Rating.filter(uid=uid, taken_back_at__isnull=True).select_related("subject").first()
    if row is None:
        raise NotFound
    return row


def cases_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow to one's own cases, those about one's institution, and, for a bureau, all."""
    if actor.holds(permission, BUREAUS):
        return Q(id__gt=0)
    visible = Q(subject_id__in=sorted(actor.institutions_with(permission)))
    return visible | own_cases(actor=actor, now=now) if actor.is_person_with(permission) else visible


def own_cases(*, actor: Actor, now: datetime) -> Q:
    return _written_by_or_about(FeedbackCase, actor, now)


def _written_by_or_about(table: type[Rating] | type[FeedbackCase], actor: Actor, now: datetime) -> Q:
    about = of_residents_visible_to("resident", actor=actor, permission=Permission.RATING_GIVE, now=now)
    written, told = table.filter(author_id=actor.account_id), table.filter(about)
    return Q(id__in=AnyOf(written.values("id"), told.values("id")))


async def case_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> FeedbackCase:
    return await _case(cases_visible_to(actor=actor, permission=permission, now=now), uid)


async def own_case_for(*, actor: Actor, uid: str, now: datetime) -> FeedbackCase:
    return await _case(own_cases(actor=actor, now=now), uid)


async def _case(visible: Q, uid: str) -> FeedbackCase:
    row = (
        await FeedbackCase.filter(visible, uid=uid)
        .select_related("subject", "owner", "resident", "author", "rating", "complaint")
        .first()
    )
    if row is None:
        raise NotFound
    return row


async def void_for(*, actor: Actor, uid: str) -> RatingVoid:
    row = None
    if actor.holds(Permission.RATING_VOID, BUREAUS):
        row = (
            await RatingVoid.filter(uid=uid, status=VoidStatus.PROPOSED)
            .select_related("rating", "case")
            .first()
        )
    if row is None:
        raise NotFound
    return row
