"""State facts, plan, list, examine, report, settle.

Lock order: the campaign, then places, then reports, then the health record, then duties, then audit and outbox.
"""

from server.checkups.actions.planning import (
    Facts,
    answer,
    list_who_is_due,
    move_campaign,
    plan_campaign,
    plan_days,
    state_facts,
)
from server.checkups.actions.reporting import Imported, enter_report, import_reports, settle_duty
from server.checkups.actions.sweeps import end_of_the_dead, sweep_checkups
from server.checkups.queries.judged import Found

__all__ = [
    "Facts",
    "Found",
    "Imported",
    "answer",
    "end_of_the_dead",
    "enter_report",
    "import_reports",
    "list_who_is_due",
    "move_campaign",
    "plan_campaign",
    "plan_days",
    "settle_duty",
    "state_facts",
    "sweep_checkups",
]
