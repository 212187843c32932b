"""Form teams, ask and offer, sign, accept, end.

Lock order: contracts, the older one first, then the team that gives or takes a place, then papers, audit and outbox;
a contract that is new comes after its team.
"""

from server.enrolments.actions.asking import (
    accept_enrolment,
    ask_for_doctor,
    end_enrolment,
    leave_doctor,
    offer_doctor,
    sign_enrolment,
    sign_on_paper,
)
from server.enrolments.actions.sweeps import end_of_the_dead, sweep_enrolment_rates, sweep_enrolments
from server.enrolments.actions.teams import change_team, close_team, form_team, state_groups

__all__ = [
    "accept_enrolment",
    "ask_for_doctor",
    "change_team",
    "close_team",
    "end_enrolment",
    "end_of_the_dead",
    "form_team",
    "leave_doctor",
    "offer_doctor",
    "sign_enrolment",
    "sign_on_paper",
    "state_groups",
    "sweep_enrolment_rates",
    "sweep_enrolments",
]
