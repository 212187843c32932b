"""What may be told of the ledger of work."""

from server.workload.queries.faults import faults
from server.workload.queries.months import (
    MonthCard,
    MonthSheet,
    MyMonth,
    MyWork,
    PersonSum,
    WorkLine,
    count_to_close,
    month_lines,
    month_sheet,
    months,
    my_work,
)

__all__ = [
    "MonthCard",
    "MonthSheet",
    "MyMonth",
    "MyWork",
    "PersonSum",
    "WorkLine",
    "count_to_close",
    "faults",
    "month_lines",
    "month_sheet",
    "months",
    "my_work",
]
