"""What may be told of clinics inside homes, and of whom the insurance pays."""

from server.clinics.queries.boards import (
    STANDING_WORDS,
    ClinicBoard,
    HomeLine,
    HomeSheet,
    Standing,
    clinic_board,
    count_to_answer,
    count_to_do,
    home_sheet,
)
from server.clinics.queries.cards import ClinicCard, DesignationCard, StepCard
from server.clinics.queries.faults import faults
from server.clinics.queries.paying import DesignationBoard, designation_board, designations_of

__all__ = [
    "STANDING_WORDS",
    "ClinicBoard",
    "ClinicCard",
    "DesignationBoard",
    "DesignationCard",
    "HomeLine",
    "HomeSheet",
    "Standing",
    "StepCard",
    "clinic_board",
    "count_to_answer",
    "count_to_do",
    "designation_board",
    "designations_of",
    "faults",
    "home_sheet",
]
