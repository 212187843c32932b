"""What holds for visits, apart from any database."""

from server.visits.rules.evidence import Evidence, Reason, ScanResult, Tolerance, Weights, sentence_of
from server.visits.rules.lifecycle import (
    ATTEST,
    BEFORE_FINISH,
    FILLED_IN,
    NOT_SETTLED,
    RESOLVE,
    VISIT_MOVES,
    WAITING,
    CorrectionStatus,
    Outcome,
    PlateKind,
    Side,
    Verdict,
    VisitEvent,
    VisitKind,
    VisitStatus,
)
from server.visits.rules.parameters import PARAMETERS

MOST_PLATES = 60  # of one printing
MOST_OF_A_ROUND = 60  # residents' lines that are planned, or filled in, at once

__all__ = [
    "ATTEST",
    "BEFORE_FINISH",
    "FILLED_IN",
    "MOST_OF_A_ROUND",
    "MOST_PLATES",
    "NOT_SETTLED",
    "PARAMETERS",
    "RESOLVE",
    "VISIT_MOVES",
    "WAITING",
    "CorrectionStatus",
    "Evidence",
    "Outcome",
    "PlateKind",
    "Reason",
    "ScanResult",
    "Side",
    "Tolerance",
    "Verdict",
    "VisitEvent",
    "VisitKind",
    "VisitStatus",
    "Weights",
    "sentence_of",
]
