"""What holds for chronic follow-up, apart from any database."""

from server.followups.rules.diseases import DISEASE_WORDS, Disease, diagnosis_of, subject_of
from server.followups.rules.editions import CURRENT, FORMS, form_of
from server.followups.rules.findings import Written, entries_of, finding_of
from server.followups.rules.forms import PHONE, Ask, Form, Question, Section
from server.followups.rules.judging import (
    COURSE_WORDS,
    OUTCOME_WORDS,
    Before,
    Complication,
    Course,
    Decision,
    Finding,
    Measured,
    Outcome,
    Terms,
    decide,
    is_controlled,
    urgent_reasons,
)
from server.followups.rules.lifecycle import (
    END_WORDS,
    EPISODE_MOVES,
    LIVE,
    STATUS_WORDS,
    EndReason,
    Enrolled,
    EpisodeEvent,
    EpisodeStatus,
)
from server.followups.rules.parameters import PARAMETERS, POLICY
from server.followups.rules.rates import YearOfOne, YearRates, rates_of
from server.kit.rates import Rate, small

__all__ = [
    "COURSE_WORDS",
    "CURRENT",
    "DISEASE_WORDS",
    "END_WORDS",
    "EPISODE_MOVES",
    "FORMS",
    "LIVE",
    "OUTCOME_WORDS",
    "PARAMETERS",
    "PHONE",
    "POLICY",
    "STATUS_WORDS",
    "Ask",
    "Before",
    "Complication",
    "Course",
    "Decision",
    "Disease",
    "EndReason",
    "Enrolled",
    "EpisodeEvent",
    "EpisodeStatus",
    "Finding",
    "Form",
    "Measured",
    "Outcome",
    "Question",
    "Rate",
    "Section",
    "Terms",
    "Written",
    "YearOfOne",
    "YearRates",
    "decide",
    "diagnosis_of",
    "entries_of",
    "finding_of",
    "form_of",
    "is_controlled",
    "rates_of",
    "small",
    "subject_of",
    "urgent_reasons",
]
