"""Enroll, follow up, put right, ask back, end: only ever by adding.

Lock order: the episode, then its follow-ups, then the health record, then audit and outbox.
"""

from server.followups.actions.correcting import correct_follow_up
from server.followups.actions.enrolling import end_episode, enroll
from server.followups.actions.judged import Filled
from server.followups.actions.recording import record_follow_up
from server.followups.actions.referred import check_back
from server.followups.actions.sweeps import end_of_the_dead, sweep_follow_ups, sweep_rates

__all__ = [
    "Filled",
    "check_back",
    "correct_follow_up",
    "end_episode",
    "end_of_the_dead",
    "enroll",
    "record_follow_up",
    "sweep_follow_ups",
    "sweep_rates",
]
