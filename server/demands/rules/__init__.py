"""What homes need, how an open need lives, and what it is offered. Pure."""

from server.demands.rules.lifecycle import (
    ANSWER_WORDS,
    DEMAND_MOVES,
    DEMAND_WORDS,
    LIVE,
    AnswerStatus,
    DemandEvent,
    DemandStatus,
    is_late,
)
from server.demands.rules.needs import (
    FEW_WORDS,
    MOST_PEOPLE,
    NEED_WORDS,
    SERVICES,
    Need,
    Offer,
    counted,
    offer_faults,
    people_words,
    terms_for,
)
from server.demands.rules.parameters import PARAMETERS

__all__ = [
    "ANSWER_WORDS",
    "DEMAND_MOVES",
    "DEMAND_WORDS",
    "FEW_WORDS",
    "LIVE",
    "MOST_PEOPLE",
    "NEED_WORDS",
    "PARAMETERS",
    "SERVICES",
    "AnswerStatus",
    "DemandEvent",
    "DemandStatus",
    "Need",
    "Offer",
    "counted",
    "is_late",
    "offer_faults",
    "people_words",
    "terms_for",
]
