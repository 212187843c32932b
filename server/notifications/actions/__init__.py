"""What can be done with notifications."""

from server.notifications.actions.announcing import announce
from server.notifications.actions.calls import (
    claim_call,
    finish_call,
    release_call,
    sweep_stale_calls,
)
from server.notifications.actions.clocks import sweep_clocks
from server.notifications.actions.credits import note_subscription_event, report_choices
from server.notifications.actions.inbox import mark_all_read, mark_read, set_quiet_hours
from server.notifications.actions.leaving import forget_messages
from server.notifications.actions.sending import (
    Sending,
    begin_send,
    finish_send,
    send_wechat,
    sweep_lost_sends,
)

__all__ = [
    "Sending",
    "announce",
    "begin_send",
    "claim_call",
    "finish_call",
    "finish_send",
    "forget_messages",
    "mark_all_read",
    "mark_read",
    "note_subscription_event",
    "release_call",
    "report_choices",
    "send_wechat",
    "set_quiet_hours",
    "sweep_clocks",
    "sweep_lost_sends",
    "sweep_stale_calls",
]
