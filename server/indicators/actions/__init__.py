"""What is done: counted, frozen and reopened, reported."""

from server.indicators.actions.counting import sweep_indicators
from server.indicators.actions.projects import add_evidence, report_on_task
from server.indicators.actions.reports import freeze_report, reopen_report, sweep_reports

__all__ = [
    "add_evidence",
    "freeze_report",
    "reopen_report",
    "report_on_task",
    "sweep_indicators",
    "sweep_reports",
]
