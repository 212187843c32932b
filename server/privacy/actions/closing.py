"""A person closes their account (PIPL art. 47). Done on this floor because it alone sees all that is to be forgotten.

Lock order: residents and grants (people), the account (identity), then messages, files, and kept answers.
"""

from datetime import datetime

from server.authority.actor import Actor
from server.documents.actions import forget_exports
from server.identity.actions import forget_account
from server.kit.idempotency import forget_answers
from server.kit.transactions import action
from server.notifications.actions import forget_messages
from server.people.actions import release_account
from server.privacy.errors import BookingsOpen
from server.privacy.queries.closing import bookings_left_alone


@action
async def close_own_account(*, actor: Actor, now: datetime) -> None:
    """Forget everything that is held about the actor as an account. Their record is not theirs to delete here.

    Refusals: BookingsOpen; StillStaff; EndedAlready.
    """
    if await bookings_left_alone(actor=actor, now=now):
        raise BookingsOpen
    await release_account(actor=actor, now=now)
    await forget_account(actor=actor, now=now)
    await forget_messages(actor=actor, now=now)
    await forget_exports(actor=actor, now=now)
    await forget_answers(account_id=actor.account_id or 0, but=actor.request_key)
