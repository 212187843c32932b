"""The map of what is held, the clocks, the record of processing, and how requests and incidents go. Pure."""

from server.privacy.rules.breaches import (
    AUDIENCE_WORDS,
    DATA_KIND_WORDS,
    DUTIES,
    BreachAudience,
    BreachStatus,
    DataKind,
)
from server.privacy.rules.holdings import (
    NOT_TOLD,
    OF_ACCOUNT,
    OF_RESIDENT,
    TOLD_BY_RECORDS,
    Holding,
    is_told,
)
from server.privacy.rules.parameters import PARAMETERS
from server.privacy.rules.processing import ACTIVITIES, SINCE, VERSION, ProcessingActivity
from server.privacy.rules.rectifications import (
    RECTIFICATION_MOVES,
    STATUS_WORDS,
    SUBJECT_WORDS,
    RectificationEvent,
    RectificationStatus,
    RectificationSubject,
)
from server.privacy.rules.retention import (
    BATCH,
    CLOCKS,
    EVERY,
    FATE_WORDS,
    SWEPT,
    UNIT_WORDS,
    Fate,
    RetentionClock,
)

__all__ = [
    "ACTIVITIES",
    "AUDIENCE_WORDS",
    "BATCH",
    "CLOCKS",
    "DATA_KIND_WORDS",
    "DUTIES",
    "EVERY",
    "FATE_WORDS",
    "NOT_TOLD",
    "OF_ACCOUNT",
    "OF_RESIDENT",
    "PARAMETERS",
    "RECTIFICATION_MOVES",
    "SINCE",
    "STATUS_WORDS",
    "SUBJECT_WORDS",
    "SWEPT",
    "TOLD_BY_RECORDS",
    "UNIT_WORDS",
    "VERSION",
    "BreachAudience",
    "BreachStatus",
    "DataKind",
    "Fate",
    "Holding",
    "ProcessingActivity",
    "RectificationEvent",
    "RectificationStatus",
    "RectificationSubject",
    "RetentionClock",
    "is_told",
]
