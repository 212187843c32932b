"""What the rated institution answers in public."""

from datetime import datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import rating_of_institution_for
from server.feedback.errors import AlreadyReplied, ReplyRefused
from server.feedback.models import RatingReply
from server.feedback.rules import found_by_local_list
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.outbox.actions import enqueue


@action
async def reply(*, actor: Actor, rating_uid: str, text: str, now: datetime) -> None:
    """Answer a rating of one's own institution, once. Refuses: ReplyRefused, AlreadyReplied.

    A text typed at the console cannot be checked by the platform (61010): the local list decides.
    """
    rating = await rating_of_institution_for(
        actor=actor, uid=rating_uid, permission=Permission.CASE_HANDLE, now=now
    )
    if found_by_local_list(text) is not None:
        raise ReplyRefused(fields={"text": ReplyRefused.message})
    async with refusing_duplicates(AlreadyReplied):
        await RatingReply(rating_id=rating.id, text=text, author_id=actor.account_id, created_at=now).save()
    await note(
        actor,
        "feedback.replied",
        subject_kind="rating",
        subject_uid=rating_uid,
        institution_id=rating.subject_id,
        now=now,
    )
    await enqueue(
        "feedback.replied", {"rating": rating_uid}, now=now, once_key=f"feedback.replied:{rating_uid}"
    )
