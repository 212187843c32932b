"""What can be done with feedback."""

from server.feedback.actions.cases import (
    answer_callback,
    complain,
    handle_case,
    sweep_overdue_cases,
    uphold_rating,
)
from server.feedback.actions.checking import check_text
from server.feedback.actions.clocks import sweep_clocks
from server.feedback.actions.ratings import (
    Opinion,
    assist_rating,
    edit_text,
    rate,
    sweep_counted_ratings,
    take_back,
)
from server.feedback.actions.replies import reply
from server.feedback.actions.texts import Ruling, apply_verdict, moderate
from server.feedback.actions.tokens import issue_rating_tokens, sweep_expired_tokens
from server.feedback.actions.voids import decide_void, propose_case_void, propose_void

__all__ = [
    "Opinion",
    "Ruling",
    "answer_callback",
    "apply_verdict",
    "assist_rating",
    "check_text",
    "complain",
    "decide_void",
    "edit_text",
    "handle_case",
    "issue_rating_tokens",
    "moderate",
    "propose_case_void",
    "propose_void",
    "rate",
    "reply",
    "sweep_clocks",
    "sweep_counted_ratings",
    "sweep_expired_tokens",
    "sweep_overdue_cases",
    "take_back",
    "uphold_rating",
]
