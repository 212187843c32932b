"""Somebody closes their account: what was sent to it is forgotten.

Lock order: inbox, then credits.
"""

from datetime import datetime

from tortoise.expressions import Subquery

from server.authority.actor import Actor
from server.kit.transactions import action
from server.notifications.models import (
    CallListEntry,
    CreditEntry,
    Delivery,
    InboxMessage,
    QuietPreference,
    SubscriptionCredit,
)


@action
async def forget_messages(*, actor: Actor, now: datetime) -> None:  # noqa: ARG001  one form for all actions
    """Delete what the actor was told, and what they would still have been told."""
    inbox = InboxMessage.filter(account_id=actor.account_id)
    credit = SubscriptionCredit.filter(account_id=actor.account_id)
    # What is with the platform already gets its answer later and finds nothing to write it to.
    await Delivery.filter(inbox_message_id__in=Subquery(inbox.values("id"))).delete()
    await inbox.delete()
    await CreditEntry.filter(credit_id__in=Subquery(credit.values("id"))).delete()
    await credit.delete()
    await QuietPreference.filter(account_id=actor.account_id).delete()
    await CallListEntry.filter(account_id=actor.account_id).delete()
