"""A person closes their account. Done in this room because it is the highest: it alone sees all that is to be forgotten.

Lock order: residents and grants (people), the account (identity), then inbox and credits.
"""

from datetime import datetime

from tortoise.expressions import Subquery

from server.authority.actor import Actor
from server.identity.actions import forget_account
from server.kit.transactions import action
from server.notifications.models import (
    CallListEntry,
    CreditEntry,
    Delivery,
    InboxMessage,
    QuietPreference,
    SubscriptionCredit,
)
from server.notifications.rules import CallStatus
from server.people.actions import release_account


@action
async def close_own_account(*, actor: Actor, now: datetime) -> None:
    """Forget everything that is held about the actor as an account. Their record is not theirs to delete here.

    Refusals: StillStaff; EndedAlready.
    """
    await release_account(actor=actor, now=now)
    await forget_account(actor=actor, now=now)
    await _forget_messages(actor)


async def _forget_messages(actor: Actor) -> None:
    inbox = InboxMessage.filter(account_id=actor.account_id)
    credit = SubscriptionCredit.filter(account_id=actor.account_id)
    # What is with the platform already gets its answer later and finds nothing to write it to.
    await Delivery.filter(inbox_message_id__in=Subquery(inbox.values("id"))).delete()
    await inbox.delete()
    await CreditEntry.filter(credit_id__in=Subquery(credit.values("id"))).delete()
    await credit.delete()
    await QuietPreference.filter(account_id=actor.account_id).delete()
    await CallListEntry.filter(account_id=actor.account_id, status=CallStatus.WAITING).delete()
