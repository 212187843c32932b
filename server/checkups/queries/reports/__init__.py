"""Reports, what was found abnormal, and how it stands with one resident: through the health record and its trail."""

from server.checkups.queries.reports.cards import DutyCard, ReportCard
from server.checkups.queries.reports.duties import count_open_duties, duties
from server.checkups.queries.reports.own import AbnormalStep, CheckupLine, checkup_of
from server.checkups.queries.reports.sheets import ReportForm, ReportSheet, report_form, report_sheet

__all__ = [
    "AbnormalStep",
    "CheckupLine",
    "DutyCard",
    "ReportCard",
    "ReportForm",
    "ReportSheet",
    "checkup_of",
    "count_open_duties",
    "duties",
    "report_form",
    "report_sheet",
]
