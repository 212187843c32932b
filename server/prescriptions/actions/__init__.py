"""Prescribe, refill, stop, bring, and say who may.

Lock order: the refill, the resident, prescriptions, their lines by number, deliveries, the health record, audit and outbox.
"""

from server.prescriptions.actions.carrying import (
    assign_delivery,
    cancel_delivery,
    close_delivery,
    hand_over,
    receive_delivery,
)
from server.prescriptions.actions.granting import agree_with_pharmacy, end_pharmacy, end_right, record_right
from server.prescriptions.actions.prescribing import Written, prescribe, stop_prescription
from server.prescriptions.actions.refilling import ask_refill, refill, take_refill, waive_refill
from server.prescriptions.actions.sweeps import (
    end_of_the_dead,
    sweep_prescription_counts,
    sweep_prescriptions,
)

__all__ = [
    "Written",
    "agree_with_pharmacy",
    "ask_refill",
    "assign_delivery",
    "cancel_delivery",
    "close_delivery",
    "end_of_the_dead",
    "end_pharmacy",
    "end_right",
    "hand_over",
    "prescribe",
    "receive_delivery",
    "record_right",
    "refill",
    "stop_prescription",
    "sweep_prescription_counts",
    "sweep_prescriptions",
    "take_refill",
    "waive_refill",
]
