"""What visits tell: rounds, what waits for confirmation, evidence, and whether the invariants hold."""

from server.visits.queries.cards import (
    BatchCard,
    ComingVisit,
    CorrectionCard,
    IngestCard,
    NonceCard,
    RotatingCard,
    ScanCard,
    VisitCard,
    VisitItemCard,
    scan_card,
)
from server.visits.queries.confirmed import ConfirmedItem, ConfirmedVisit, confirmed_items, confirmed_visit
from server.visits.queries.corrections import corrections_to_approve
from server.visits.queries.faults import faults
from server.visits.queries.findings import findings_of
from server.visits.queries.measures import MeasureCard, measures
from server.visits.queries.places import PlateCard, PlateSpot, plate_spots, plates, rotating_code_for
from server.visits.queries.planning import (
    ATTENDING_ROLES,
    Choice,
    PairCard,
    PlanningSheet,
    plannable,
    planning_sheet,
)
from server.visits.queries.policy import tolerance, weights
from server.visits.queries.proofs import ScanTrace, scans_of
from server.visits.queries.visits import (
    coming_visits,
    count_todays_visits,
    count_waiting_for_confirmation,
    read_card,
    todays_round,
    visit,
    visits,
    visits_of_resident,
    visits_waiting_for_confirmation,
)

__all__ = [
    "ATTENDING_ROLES",
    "BatchCard",
    "Choice",
    "ComingVisit",
    "ConfirmedItem",
    "ConfirmedVisit",
    "CorrectionCard",
    "IngestCard",
    "MeasureCard",
    "NonceCard",
    "PairCard",
    "PlanningSheet",
    "PlateCard",
    "PlateSpot",
    "RotatingCard",
    "ScanCard",
    "ScanTrace",
    "VisitCard",
    "VisitItemCard",
    "coming_visits",
    "confirmed_items",
    "confirmed_visit",
    "corrections_to_approve",
    "count_todays_visits",
    "count_waiting_for_confirmation",
    "faults",
    "findings_of",
    "measures",
    "plannable",
    "planning_sheet",
    "plate_spots",
    "plates",
    "read_card",
    "rotating_code_for",
    "scan_card",
    "scans_of",
    "todays_round",
    "tolerance",
    "visit",
    "visits",
    "visits_of_resident",
    "visits_waiting_for_confirmation",
    "weights",
]
