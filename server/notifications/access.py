"""Whose inbox it is, and who may make the calls."""

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.kit.errors import NotFound
from server.notifications.errors import NotYourCall
from server.notifications.models import CallListEntry, InboxMessage
from server.notifications.rules import CallStatus


def own_inbox(*, actor: Actor) -> Q:
    """Narrow to one's own messages. The system has no account and no inbox."""
    return Q(account_id=actor.account_id) if actor.account_id is not None else Q(id__in=[])


async def own_message_for(*, actor: Actor, uid: str) -> InboxMessage:
    row = await InboxMessage.filter(own_inbox(actor=actor), uid=uid).first()
    if row is None:
        raise NotFound
    return row


def calls_open_to(*, actor: Actor) -> Q:
    """The call list is the hotline's, for the whole city."""
    return Q(id__gt=0) if actor.holds(Permission.CALL_LIST_READ, (Role.HOTLINE,)) else Q(id__in=[])


async def call_for(*, actor: Actor, uid: str) -> CallListEntry:
    row = (
        await CallListEntry.filter(calls_open_to(actor=actor), uid=uid)
        .select_related("resident__home", "account", "claimed_by")
        .first()
    )
    if row is None:
        raise NotFound
    return row


async def claimed_call_for(*, actor: Actor, uid: str) -> CallListEntry:
    """Return a call to the operator who took it, and to nobody else. Refuses: NotYourCall."""
    row = await call_for(actor=actor, uid=uid)
    if row.status is not CallStatus.CLAIMED or row.claimed_by_id != actor.account_id:
        raise NotYourCall
    return row
