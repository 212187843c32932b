"""What a person may ask for about themselves, and what is owed without being asked."""

from server.privacy.actions.breaches import Incident, close_breach, note_breach_notice, record_breach
from server.privacy.actions.closing import close_own_account
from server.privacy.actions.copies import ask_for_copy
from server.privacy.actions.rectifications import (
    Wrong,
    ask_for_rectification,
    decide_rectification,
    withdraw_rectification,
)
from server.privacy.actions.retention import sweep_retention

__all__ = [
    "Incident",
    "Wrong",
    "ask_for_copy",
    "ask_for_rectification",
    "close_breach",
    "close_own_account",
    "decide_rectification",
    "note_breach_notice",
    "record_breach",
    "sweep_retention",
    "withdraw_rectification",
]
