"""Apply, assess, open, come by, follow the care state, close: each step with its owner's next deadline."""

from server.home_beds.actions.applying import apply_for_bed, decline_bed, withdraw_bed
from server.home_beds.actions.following import follow_care_state, note_visit_rounds
from server.home_beds.actions.opening import Opening, assess_bed, open_bed
from server.home_beds.actions.sweeps import sweep_home_bed_counts, sweep_home_beds
from server.home_beds.actions.working import RoundNote, close_bed, mark_emergency, write_round

__all__ = [
    "Opening",
    "RoundNote",
    "apply_for_bed",
    "assess_bed",
    "close_bed",
    "decline_bed",
    "follow_care_state",
    "mark_emergency",
    "note_visit_rounds",
    "open_bed",
    "sweep_home_bed_counts",
    "sweep_home_beds",
    "withdraw_bed",
    "write_round",
]
