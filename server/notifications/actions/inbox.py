"""Reading one's inbox, and saying when not to be disturbed."""

from datetime import datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.transactions import action
from server.notifications.access import own_inbox, own_message_for
from server.notifications.errors import BadQuietHours
from server.notifications.models import InboxMessage, QuietPreference
from server.notifications.queries import QuietCard, Unread, my_quiet_hours, unread

MINUTES = 24 * 60


@action
async def mark_read(*, actor: Actor, uid: str, now: datetime) -> Unread:
    message = await own_message_for(actor=actor, uid=uid)
    await InboxMessage.filter(id=message.id, read_at__isnull=True).update(read_at=now)
    return await unread(actor=actor)


@action
async def mark_all_read(*, actor: Actor, now: datetime) -> Unread:
    await InboxMessage.filter(own_inbox(actor=actor), read_at__isnull=True, created_at__lte=now).update(
        read_at=now
    )
    return await unread(actor=actor)


@action
async def set_quiet_hours(*, actor: Actor, starts_minute: int, ends_minute: int, now: datetime) -> QuietCard:
    """Set one's own quiet hours, in minutes of the city's day. Refuses: BadQuietHours."""
    if starts_minute == ends_minute or not all(0 <= each < MINUTES for each in (starts_minute, ends_minute)):
        raise BadQuietHours(fields={"ends": BadQuietHours.message})
    fresh = QuietPreference(
        account_id=actor.account_id, starts_minute=starts_minute, ends_minute=ends_minute, created_at=now
    )
    await QuietPreference.bulk_create([fresh], ignore_conflicts=True)
    await QuietPreference.filter(account_id=actor.account_id).update(
        starts_minute=starts_minute, ends_minute=ends_minute
    )
    await note(
        actor, "notifications.quiet_hours_set", subject_kind="account", subject_uid=actor.account_uid, now=now
    )
    return await my_quiet_hours(actor=actor, now=now)
