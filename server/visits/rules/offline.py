"""What a phone without a network may send later, and what the server may answer for each item."""

from enum import StrEnum

MOST_EVENTS = 100


class EventKind(StrEnum):
    START = "start"
    FINDINGS = "findings"
    FINISH = "finish"


class IngestResult(StrEnum):
    ACCEPTED = "accepted"
    ACCEPTED_LATE = (
        "accepted_late"  # counted and flagged: it happened without a network, or the world had moved on
    )
    REFUSED = "refused"  # kept, said, and not counted
