"""Giving a score, taking it back in time, rewriting a text.

Locks in this order: token, rating, case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.feedback.access import own_rating_for, token_for
from server.feedback.actions.cases import open_case_for_rating
from server.feedback.actions.texts import put_text_to_screening
from server.feedback.errors import AlreadyCounted, HasOwnPhone, NotAwaitingEdit, TokenExpired, TokenSpent
from server.feedback.models import Rating, RatingToken
from server.feedback.queries import RatingCard, rating_card
from server.feedback.rules import (
    RATING_MOVES,
    Capacity,
    Dimension,
    RatingEvent,
    RatingStatus,
    TokenStatus,
    tidy_tags,
)
from server.kit.clock import local_date
from server.kit.transactions import action
from server.outbox.actions import enqueue


@dataclass(frozen=True)
class Opinion:
    score: int  # 1–5
    tags: Sequence[Dimension] = ()
    text: str = ""


@action
async def rate(*, actor: Actor, token_uid: str, opinion: Opinion, now: datetime) -> RatingCard:
    """Rate as the resident, or for them with rating scope. Refuses: TokenSpent, TokenExpired."""
    token = await token_for(actor=actor, uid=token_uid, permission=Permission.RATING_GIVE, now=now)
    own = token.resident.account_id == actor.account_id
    return await _give(actor, token, opinion, Capacity.SELF if own else Capacity.FAMILY, now)


@action
async def assist_rating(*, actor: Actor, token_uid: str, opinion: Opinion, now: datetime) -> RatingCard:
    """Write down what a resident without a phone says; shown apart and never ranked (I44). Refuses: HasOwnPhone."""
    token = await token_for(actor=actor, uid=token_uid, permission=Permission.RATING_ASSIST, now=now)
    if token.resident.account_id is not None:
        raise HasOwnPhone
    return await _give(actor, token, opinion, Capacity.ASSISTED, now)


async def _give(
    actor: Actor, token: RatingToken, opinion: Opinion, capacity: Capacity, now: datetime
) -> RatingCard:
    await _spend(token, now)
    undo = await parameter("feedback.undo_minutes", on=local_date(now))
    rating = Rating(
        token_id=token.id,
        token_key=token.uid,
        resident_id=token.resident_id,
        subject_id=token.subject_id,
        author_id=actor.account_id,
        capacity=capacity,
        own_staff=_works_there(actor, token),
        score=opinion.score,
        tags=tidy_tags(opinion.tags),
        status=RATING_MOVES.after(RatingStatus.TOKEN, RatingEvent.SUBMIT),
        counts_from=now + timedelta(minutes=undo),
        created_at=now,
    )
    await rating.save()
    await note(
        actor, "feedback.rated", subject_kind="rating", subject_uid=rating.uid, resident_id=token.resident_id,
        institution_id=token.subject_id, detail={"capacity": capacity.value}, now=now,
    )  # fmt: skip
    await put_text_to_screening(actor, rating, opinion.text, now=now)
    return await rating_card(uid=rating.uid, now=now)


async def _spend(token: RatingToken, now: datetime) -> None:
    # One statement decides between two phones that rate the same visit at once (I40).
    spent = await RatingToken.filter(id=token.id, status=TokenStatus.OPEN, expires_at__gt=now).update(
        status=TokenStatus.USED
    )
    if not spent:
        used = await Rating.filter(token_key=token.uid).exists()
        raise TokenSpent if used else TokenExpired


def _works_there(actor: Actor, token: RatingToken) -> bool:
    places = {token.subject_id, token.resident.home_id}
    return any(grant.role is not Role.PERSON and grant.institution_id in places for grant in actor.grants)


@action
async def take_back(*, actor: Actor, uid: str, now: datetime) -> None:
    """Take one's rating back before it counts; the service may then be rated again. Refuses: AlreadyCounted."""
    rating = await own_rating_for(actor=actor, uid=uid)
    await RatingToken.filter(id=rating.token_id, status=TokenStatus.USED).update(status=TokenStatus.OPEN)
    taken = await Rating.filter(
        id=rating.id,
        counts_from__gt=now,
        settled_at__isnull=True,
        taken_back_at__isnull=True,
        voided_at__isnull=True,
    ).update(taken_back_at=now, token_key=None)
    if not taken:
        raise AlreadyCounted
    await note(
        actor, "feedback.taken_back", subject_kind="rating", subject_uid=uid, resident_id=rating.resident_id,
        institution_id=rating.subject_id, now=now,
    )  # fmt: skip


@action
async def edit_text(*, actor: Actor, uid: str, text: str, now: datetime) -> RatingCard:
    """Rewrite a text that was returned or withheld (I43); the score stays. Refuses: NotAwaitingEdit."""
    rating = await own_rating_for(actor=actor, uid=uid)
    changed = await Rating.filter(
        id=rating.id, revision=rating.revision, taken_back_at__isnull=True,
        status__in=sorted(RATING_MOVES.sources(RatingEvent.EDIT)),
    ).update(status=RatingStatus.SUBMITTED, reason_code=None, verdict=None)  # fmt: skip
    if not changed:
        raise NotAwaitingEdit
    rating.status = RatingStatus.SUBMITTED
    await note(
        actor, "feedback.text_edited", subject_kind="rating", subject_uid=uid, resident_id=rating.resident_id,
        institution_id=rating.subject_id, now=now,
    )  # fmt: skip
    await put_text_to_screening(actor, rating, text, now=now)
    return await rating_card(uid=uid, now=now)


@action
async def sweep_counted_ratings(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Draw the consequences of ratings that can no longer be taken back: the case of a low one, the news of each."""
    due = (
        await Rating.filter(settled_at__isnull=True, taken_back_at__isnull=True, counts_from__lte=now)
        .order_by("counts_from")
        .limit(limit)
        .select_related("subject", "resident")
    )
    least = await parameter("feedback.case_score", on=local_date(now))
    settled = 0
    for rating in due:
        if not await Rating.filter(id=rating.id, settled_at__isnull=True, taken_back_at__isnull=True).update(
            settled_at=now
        ):
            continue
        settled += 1
        await enqueue(
            "feedback.rated",
            {"rating": rating.uid, "institution": rating.subject.uid},
            now=now,
            once_key=f"feedback.rated:{rating.uid}",
        )
        if rating.score <= least and rating.voided_at is None:
            await open_case_for_rating(actor, rating, now=now)
    return settled
