"""What leaves notifications: cards."""

from server.notifications.queries.calls import CallCard, CallSheet, call_list, call_sheet, count_calls_waiting
from server.notifications.queries.facts import Facts, facts_of
from server.notifications.queries.faults import faults
from server.notifications.queries.inbox import (
    CreditCard,
    InboxCard,
    QuietCard,
    Unread,
    inbox,
    inbox_card,
    my_credits,
    my_quiet_hours,
    quiet_hours_of,
    unread,
)

__all__ = [
    "CallCard",
    "CallSheet",
    "CreditCard",
    "Facts",
    "InboxCard",
    "QuietCard",
    "Unread",
    "call_list",
    "call_sheet",
    "count_calls_waiting",
    "facts_of",
    "faults",
    "inbox",
    "inbox_card",
    "my_credits",
    "my_quiet_hours",
    "quiet_hours_of",
    "unread",
]
