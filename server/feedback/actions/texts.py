"""What happens to the text of a rating. The score is never written here (I41)."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import BUREAUS, rating_to_moderate
from server.feedback.errors import AlreadyDecided, ReasonNeeded
from server.feedback.models import ModerationDecision, Rating, TextRevision
from server.feedback.rules import (
    MODERATOR_EVENTS,
    RATING_MOVES,
    REASONS,
    RatingEvent,
    RatingStatus,
    ReasonCode,
    Verdict,
    digest_of,
    event_after,
    found_by_local_list,
    needs_reason,
)
from server.identity.models import Account
from server.kit.clock import local_date
from server.kit.errors import Forbidden, IllegalMove
from server.kit.transactions import action
from server.outbox.actions import enqueue

NEWS = {
    RatingEvent.PUBLISH: "feedback.published",
    RatingEvent.RETURN: "feedback.returned",
    RatingEvent.WITHHOLD: "feedback.withheld",
    RatingEvent.ESCALATE: "feedback.escalated",
}


@dataclass(frozen=True)
class Ruling:
    """A decision on one revision of a text, and on what ground."""

    event: RatingEvent
    revision: int
    reason_code: ReasonCode | None = None
    note: str | None = None
    verdict: Verdict | None = None


async def put_text_to_screening(actor: Actor, rating: Rating, text: str, *, now: datetime) -> None:
    """Write down the text of a submitted rating and have it looked at; a score alone needs no looking at."""
    number = rating.revision
    if text or number:  # a text that was returned and is now taken out leaves an empty revision in its place
        number += 1
        await TextRevision(
            rating_id=rating.id, number=number, text=text, author_id=actor.account_id, created_at=now
        ).save()
    rating.status = RATING_MOVES.after(rating.status, RatingEvent.SCREEN if text else RatingEvent.PUBLISH)
    rating.revision = number
    await Rating.filter(id=rating.id).update(status=rating.status, revision=number)
    if not text:
        return
    found = found_by_local_list(text)
    if found is not None:
        await _carry_out(
            actor, rating, Ruling(RatingEvent.RETURN, number, reason_code=found), by=None, now=now
        )
    else:
        await enqueue(
            "feedback.check_text", {"rating": rating.uid, "revision": number}, now=now,
            once_key=f"feedback.check_text:{rating.uid}:{number}",
        )  # fmt: skip


@action
async def apply_verdict(
    *, actor: Actor, rating_uid: str, revision: int, verdict: Verdict, now: datetime
) -> bool:
    """Write down what the platform said of a revision; False when a person was faster or the text is another by now.

    Anything but a clear pass or a clear refusal leaves the text in the human queue: public texts fail closed.
    """
    rating = await Rating.filter(uid=rating_uid, taken_back_at__isnull=True).first()
    if rating is None:
        return False
    noted = await Rating.filter(
        id=rating.id, status=RatingStatus.SCREENING, revision=revision, verdict__isnull=True
    ).update(verdict=verdict)
    if not noted:
        return False
    auto_publish = bool(await parameter("feedback.auto_publish", on=local_date(now)))
    event = event_after(verdict, auto_publish=auto_publish)
    if event is not None:
        reason = ReasonCode.PLATFORM if event is RatingEvent.RETURN else None
        await _carry_out(
            actor, rating, Ruling(event, revision, reason_code=reason, verdict=verdict), by=None, now=now
        )
    return True


@action
async def moderate(*, actor: Actor, uid: str, ruling: Ruling, now: datetime) -> None:
    """Decide on the revision that the moderator has read. Refuses: ReasonNeeded, IllegalMove, AlreadyDecided."""
    rating = await rating_to_moderate(actor=actor, uid=uid)
    if ruling.event not in MODERATOR_EVENTS:
        raise IllegalMove
    RATING_MOVES.after(rating.status, ruling.event)
    _ensure_reason(ruling)
    if rating.status is RatingStatus.ESCALATED and not actor.holds(Permission.FEEDBACK_MODERATE, BUREAUS):
        raise Forbidden
    await _carry_out(actor, rating, ruling, by=actor.account_id, now=now)


def _ensure_reason(ruling: Ruling) -> None:
    if not needs_reason(ruling.event):
        return
    if ruling.reason_code is None or ruling.event not in REASONS[ruling.reason_code].events:
        raise ReasonNeeded(fields={"reason_code": ReasonNeeded.message})


async def _carry_out(actor: Actor, rating: Rating, ruling: Ruling, *, by: int | None, now: datetime) -> None:
    """Move the text, and keep what was decided beside digests of before and after."""
    reached = RATING_MOVES.after(rating.status, ruling.event)
    shown_reason = (
        ruling.reason_code if reached in {RatingStatus.RETURNED_FOR_EDIT, RatingStatus.WITHHELD} else None
    )
    moved = await Rating.filter(
        id=rating.id, status=rating.status, revision=ruling.revision, taken_back_at__isnull=True
    ).update(status=reached, reason_code=shown_reason)
    if not moved:
        raise AlreadyDecided
    text = await TextRevision.get_or_none(rating_id=rating.id, number=ruling.revision)
    words = "" if text is None else text.text
    after = await Rating.get(id=rating.id)
    await ModerationDecision(
        rating_id=rating.id,
        revision=ruling.revision,
        event=ruling.event,
        reason_code=ruling.reason_code,
        note=ruling.note,
        verdict=ruling.verdict,
        moderator_id=by,
        before_digest=digest_of(score=rating.score, status=rating.status, text=words),
        after_digest=digest_of(score=after.score, status=after.status, text=words),
        created_at=now,
    ).save()
    await note(
        actor, f"feedback.moderated.{ruling.event}", subject_kind="rating", subject_uid=rating.uid,
        institution_id=rating.subject_id, reason=ruling.reason_code, now=now,
    )  # fmt: skip
    author = await Account.get(id=rating.author_id)
    await enqueue(
        NEWS[ruling.event],
        {"rating": rating.uid, "account": author.uid},
        now=now,
        once_key=f"{NEWS[ruling.event]}:{rating.uid}:{await ModerationDecision.filter(rating_id=rating.id).count()}",
    )
