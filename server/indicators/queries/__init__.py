"""What is told of indicators and of the project table."""

from server.indicators.queries.boards import (
    Board,
    FigureCard,
    IndicatorSheet,
    ReasonLine,
    board,
    indicator_sheet,
)
from server.indicators.queries.evaluators.registry import INDICATORS, TARGETS
from server.indicators.queries.exports import FigureRow, figure_rows
from server.indicators.queries.faults import faults
from server.indicators.queries.people import Behind, BehindWish, PersonLine, people_behind
from server.indicators.queries.places import PlaceLine, Told
from server.indicators.queries.projects import (
    EvidenceCard,
    EvidenceFile,
    ProjectTable,
    ReportedCard,
    TaskCard,
    TaskSheet,
    evidence_file,
    project_table,
    task_sheet,
)
from server.indicators.queries.reports import (
    EditionCard,
    ReportCard,
    ReportSheet,
    ReportWish,
    ValueLine,
    count_to_freeze,
    report_sheet,
    reports,
)
from server.indicators.queries.trials import Trial, trial
from server.indicators.rules import PARAMETERS as OWN

PARAMETERS = (*OWN, *TARGETS)  # a target stands beside its definition

__all__ = [
    "INDICATORS",
    "PARAMETERS",
    "Behind",
    "BehindWish",
    "Board",
    "EditionCard",
    "EvidenceCard",
    "EvidenceFile",
    "FigureCard",
    "FigureRow",
    "IndicatorSheet",
    "PersonLine",
    "PlaceLine",
    "ProjectTable",
    "ReasonLine",
    "ReportCard",
    "ReportSheet",
    "ReportWish",
    "ReportedCard",
    "TaskCard",
    "TaskSheet",
    "Told",
    "Trial",
    "ValueLine",
    "board",
    "count_to_freeze",
    "evidence_file",
    "faults",
    "figure_rows",
    "indicator_sheet",
    "people_behind",
    "project_table",
    "report_sheet",
    "reports",
    "task_sheet",
    "trial",
]
