"""What may be told of the annual check-up."""

from server.checkups.queries.campaigns import (
    CampaignCard,
    CampaignHead,
    CampaignLines,
    CampaignSheet,
    CoverageLine,
    Pair,
    campaign_card,
    campaign_head,
    campaign_lines,
    campaign_sheet,
    campaigns,
    coverage_page,
    due_beside_beds,
    pairs,
)
from server.checkups.queries.cards import AbnormalStep, CheckupLine, ReportCard
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
    DutyCard,
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
    "AbnormalStep",
    "CampaignCard",
    "CampaignHead",
    "CampaignLines",
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
    "campaign_lines",
    "campaign_sheet",
    "campaigns",
    "checkup_of",
    "count_open_duties",
    "coverage_page",
    "due_beside_beds",
    "duties",
    "facts_lines",
    "faults",
    "intake_preview",
    "pairs",
    "report_form",
    "report_sheet",
]
