"""What is told of settlement."""

from server.settlement.queries.faults import faults
from server.settlement.queries.ledger import Balance, EntryCard, PostingCard, balances, ledger
from server.settlement.queries.statements import (
    LineCard,
    LineSheet,
    StatementCard,
    StatementSheet,
    StatementWish,
    count_to_accept,
    count_to_answer,
    count_to_issue,
    count_to_rule,
    statement_line,
    statement_lines,
    statement_sheet,
    statements,
)

__all__ = [
    "Balance",
    "EntryCard",
    "LineCard",
    "LineSheet",
    "PostingCard",
    "StatementCard",
    "StatementSheet",
    "StatementWish",
    "balances",
    "count_to_accept",
    "count_to_answer",
    "count_to_issue",
    "count_to_rule",
    "faults",
    "ledger",
    "statement_line",
    "statement_lines",
    "statement_sheet",
    "statements",
]
