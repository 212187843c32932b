"""Everything that is due at one home, out of every room that knows of something, packed into half a day (B05).

Each room says who is due for it by its own access; what an actor may not know of is not packed. Nothing is kept: what
people make of the proposal is planned by `visits.actions.plan_visit` like any other visit.
"""

from server.half_days.queries.gathering import Due
from server.half_days.queries.proposing import (
    DoneBy,
    HalfDayForm,
    HalfDayProposal,
    NotDone,
    Walk,
    half_day_form,
    propose_half_day,
)

__all__ = [
    "DoneBy",
    "Due",
    "HalfDayForm",
    "HalfDayProposal",
    "NotDone",
    "Walk",
    "half_day_form",
    "propose_half_day",
]
