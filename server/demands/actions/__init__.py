"""What is done with demands: published, answered, chosen, brought about.

Lock order: the demand's row (every move of it is a conditional UPDATE), then its answers, lowest id first, then an agreement.
"""

from server.demands.actions.answering import answer_demand, withdraw_answer
from server.demands.actions.choosing import choose_answer, draft_from_demand, settle_demand
from server.demands.actions.publishing import Line, publish_list, withdraw_demand
from server.demands.actions.sweeps import sweep_demands

__all__ = [
    "Line",
    "answer_demand",
    "choose_answer",
    "draft_from_demand",
    "publish_list",
    "settle_demand",
    "sweep_demands",
    "withdraw_answer",
    "withdraw_demand",
]
