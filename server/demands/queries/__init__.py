"""What may be told of demands, and which medical institution could answer them."""

from server.demands.queries.demands import (
    AnswerCard,
    DemandCard,
    DemandSheet,
    DemandWish,
    count_to_answer,
    count_to_choose,
    count_to_urge,
    demand_sheet,
    demands,
)
from server.demands.queries.faults import faults
from server.demands.queries.gaps import Candidate, GapCard, gaps
from server.demands.queries.proposals import Proposal, ProposedLine, homes_to_ask_for, proposal

__all__ = [
    "AnswerCard",
    "Candidate",
    "DemandCard",
    "DemandSheet",
    "DemandWish",
    "GapCard",
    "Proposal",
    "ProposedLine",
    "count_to_answer",
    "count_to_choose",
    "count_to_urge",
    "demand_sheet",
    "demands",
    "faults",
    "gaps",
    "homes_to_ask_for",
    "proposal",
]
