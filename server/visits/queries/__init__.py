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
from server.visits.queries.due import DueBoard, DueLine, DueSheet, OpenVisit, rounds_due
from server.visits.queries.faults import faults
from server.visits.queries.findings import findings_of
from server.visits.queries.kept import KeptBoard, KeptCard, OpenVisitCard, kept_by_home, not_counted
from server.visits.queries.lists import (
    FoundVisit,
    VisitFilter,
    VisitRow,
    find_visits,
    visit_partners,
    visit_rows,
    waiting_rows,
)
from server.visits.queries.measures import MeasureCard, measures
from server.visits.queries.places import (
    PlateCard,
    PlateHome,
    PlateSpot,
    PlateState,
    PlateToPrint,
    PlateWall,
    PlateWalls,
    plate_walls,
    plates,
    rotating_code_for,
)
from server.visits.queries.planning import (
    ATTENDING_ROLES,
    Choice,
    PairCard,
    PlanningSheet,
    plannable,
    planning_sheet,
)
from server.visits.queries.policy import tolerance, weights
from server.visits.queries.proofs import ScanTrace
from server.visits.queries.review import VisitReview, review
from server.visits.queries.sheets import FindingsSheet, blank_sheet, open_sheet
from server.visits.queries.steps import must_be_opened
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
    "DueBoard",
    "DueLine",
    "DueSheet",
    "FindingsSheet",
    "FoundVisit",
    "IngestCard",
    "KeptBoard",
    "KeptCard",
    "MeasureCard",
    "NonceCard",
    "OpenVisit",
    "OpenVisitCard",
    "PairCard",
    "PlanningSheet",
    "PlateCard",
    "PlateHome",
    "PlateSpot",
    "PlateState",
    "PlateToPrint",
    "PlateWall",
    "PlateWalls",
    "RotatingCard",
    "ScanCard",
    "ScanTrace",
    "VisitCard",
    "VisitFilter",
    "VisitItemCard",
    "VisitReview",
    "VisitRow",
    "blank_sheet",
    "coming_visits",
    "confirmed_items",
    "confirmed_visit",
    "corrections_to_approve",
    "count_todays_visits",
    "count_waiting_for_confirmation",
    "faults",
    "find_visits",
    "findings_of",
    "kept_by_home",
    "measures",
    "must_be_opened",
    "not_counted",
    "open_sheet",
    "plannable",
    "planning_sheet",
    "plate_walls",
    "plates",
    "read_card",
    "review",
    "rotating_code_for",
    "rounds_due",
    "scan_card",
    "todays_round",
    "tolerance",
    "visit",
    "visit_partners",
    "visit_rows",
    "visits",
    "visits_of_resident",
    "visits_waiting_for_confirmation",
    "waiting_rows",
    "weights",
]
