"""What can be done with statements. Lock order: the statement, its lines, the ledger, then audit and outbox."""

from server.settlement.actions.drawing import sweep_statements
from server.settlement.actions.lines import (
    dispute_line,
    escalate_line,
    keep_line,
    rule_on_line,
    withdraw_line,
    withdraw_uncounted,
)
from server.settlement.actions.reminding import sweep_unanswered
from server.settlement.actions.statements import (
    accept_statement,
    issue_statement,
    record_payment,
    take_back_payment,
)

__all__ = [
    "accept_statement",
    "dispute_line",
    "escalate_line",
    "issue_statement",
    "keep_line",
    "record_payment",
    "rule_on_line",
    "sweep_statements",
    "sweep_unanswered",
    "take_back_payment",
    "withdraw_line",
    "withdraw_uncounted",
]
