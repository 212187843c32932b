"""Who may have a clinic, how it comes to be, and what a designation is; without a database."""

from server.clinics.rules.designations import DESIGNATION_WORDS, Designated, DesignationKind, Designations
from server.clinics.rules.eligibility import Eligibility, eligibility
from server.clinics.rules.lifecycle import (
    CLINIC_MOVES,
    COMMISSION_EVENTS,
    EVENT_WORDS,
    HOME_EVENTS,
    KIND_WORDS,
    LICENSED,
    LIVE,
    NEEDS_PAPER,
    NEEDS_REASON,
    STATUS_WORDS,
    TURN,
    ClinicEvent,
    ClinicKind,
    ClinicStatus,
    Turn,
    notice_due,
    steps_for,
)
from server.clinics.rules.parameters import PARAMETERS
from server.clinics.rules.words import next_step, why_none

__all__ = [
    "CLINIC_MOVES",
    "COMMISSION_EVENTS",
    "DESIGNATION_WORDS",
    "EVENT_WORDS",
    "HOME_EVENTS",
    "KIND_WORDS",
    "LICENSED",
    "LIVE",
    "NEEDS_PAPER",
    "NEEDS_REASON",
    "PARAMETERS",
    "STATUS_WORDS",
    "TURN",
    "ClinicEvent",
    "ClinicKind",
    "ClinicStatus",
    "Designated",
    "DesignationKind",
    "Designations",
    "Eligibility",
    "Turn",
    "eligibility",
    "next_step",
    "notice_due",
    "steps_for",
    "why_none",
]
