"""Where WeChat does not reach somebody in something that matters, a person calls."""

from datetime import datetime

from server.notifications.models import CallListEntry, InboxMessage
from server.notifications.rules import CallReason


async def fall_back(message: InboxMessage, reason: CallReason, *, now: datetime) -> None:
    """Put the account that a critical message was for on the call list, once."""
    if not message.critical:
        return
    await call(
        CallListEntry(
            once_key=f"{message.message_uid}:a{message.account_id}",
            resident_id=message.resident_id,
            account_id=message.account_id,
            topic=message.topic,
            text=message.text,
            reason=reason,
            created_at=now,
        )
    )


async def call(entry: CallListEntry) -> None:
    await CallListEntry.bulk_create([entry], ignore_conflicts=True)
