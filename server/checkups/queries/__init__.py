"""What may be told of the annual check-up."""

from server.checkups.queries.campaigns import (
    CampaignCard,
    CampaignHead,
    CampaignSheet,
    CoverageLine,
    Pair,
    campaign_card,
    campaign_head,
    campaign_sheet,
    campaigns,
    coverage_page,
    pairs,
)
from server.checkups.queries.facts import FactsLine, facts_lines
from server.checkups.queries.faults import faults
from server.checkups.queries.intake_plans import (
    STEP_WORDS,
    IntakePreview,
    PreviewRow,
    RowFault,
    Step,
    intake_preview,
)
from server.checkups.queries.judged import Found
from server.checkups.queries.reports import (
    CheckupLine,
    DutyCard,
    ReportCard,
    ReportForm,
    ReportSheet,
    checkup_of,
    count_open_duties,
    duties,
    report_form,
    report_sheet,
)

__all__ = [
    "STEP_WORDS",
    "CampaignCard",
    "CampaignHead",
    "CampaignSheet",
    "CheckupLine",
    "CoverageLine",
    "DutyCard",
    "FactsLine",
    "Found",
    "IntakePreview",
    "Pair",
    "PreviewRow",
    "ReportCard",
    "ReportForm",
    "ReportSheet",
    "RowFault",
    "Step",
    "campaign_card",
    "campaign_head",
    "campaign_sheet",
    "campaigns",
    "checkup_of",
    "count_open_duties",
    "coverage_page",
    "duties",
    "facts_lines",
    "faults",
    "intake_preview",
    "pairs",
    "report_form",
    "report_sheet",
]
