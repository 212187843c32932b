"""Every step of a clinic, and whom the insurance pays."""

from server.clinics.actions.designations import end_designation, record_designation
from server.clinics.actions.steps import Paper, decide_clinic, intend_clinic, move_clinic
from server.clinics.actions.sweeps import sweep_clinics

__all__ = [
    "Paper",
    "decide_clinic",
    "end_designation",
    "intend_clinic",
    "move_clinic",
    "record_designation",
    "sweep_clinics",
]
