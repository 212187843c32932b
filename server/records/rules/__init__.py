"""What an entry may say, what a number means, and what is due; without a database."""

from server.records.rules.bodies import FUTURE_TOLERANCE, checked_body
from server.records.rules.duties import DUTIES, Duty
from server.records.rules.kinds import (
    EMERGENCY_KINDS,
    EMERGENCY_WORDS,
    KIND_WORDS,
    LASTING,
    EmergencyReason,
    EmergencyStatus,
    EntryKind,
)
from server.records.rules.measures import BLOOD_PRESSURE, MEASURES, Measure, sentence_of_value
from server.records.rules.parameters import LINES, PARAMETERS
from server.records.rules.plain_words import title_of, words_of_body
from server.records.rules.verdicts import JUDGED, PLAIN, Lines, Reading, Sign, read_value

__all__ = [
    "BLOOD_PRESSURE",
    "DUTIES",
    "EMERGENCY_KINDS",
    "EMERGENCY_WORDS",
    "FUTURE_TOLERANCE",
    "JUDGED",
    "KIND_WORDS",
    "LASTING",
    "LINES",
    "MEASURES",
    "PARAMETERS",
    "PLAIN",
    "Duty",
    "EmergencyReason",
    "EmergencyStatus",
    "EntryKind",
    "Lines",
    "Measure",
    "Reading",
    "Sign",
    "checked_body",
    "read_value",
    "sentence_of_value",
    "title_of",
    "words_of_body",
]
