"""Change the record: only ever by adding to it.

Lock order: entries, then emergency reads, then the resident's chain head, then audit and outbox.
"""

from server.records.actions.emergencies import (
    EmergencyPage,
    read_in_emergency,
    read_packet_in_emergency,
    review_emergency,
    sweep_emergencies,
)
from server.records.actions.entries import NewEntry, correct_entry, object_to_entry, write_entries
from server.records.actions.keyed import Keyed, write_keyed

__all__ = [
    "EmergencyPage",
    "Keyed",
    "NewEntry",
    "correct_entry",
    "object_to_entry",
    "read_in_emergency",
    "read_packet_in_emergency",
    "review_emergency",
    "sweep_emergencies",
    "write_entries",
    "write_keyed",
]
