"""What may be done to the ledger of work."""

from server.workload.actions.booking import HEARD, book_visit
from server.workload.actions.months import close_month, count_month, recount_month, sweep_months

__all__ = ["HEARD", "book_visit", "close_month", "count_month", "recount_month", "sweep_months"]
