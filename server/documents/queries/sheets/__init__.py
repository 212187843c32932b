"""The lists that may leave as tables."""

from collections.abc import Mapping
from typing import Any

from server.documents.queries.sheets.alliance import AGREEMENTS, COVERAGE
from server.documents.queries.sheets.assessments import ASSESSMENTS
from server.documents.queries.sheets.beds import CLINICS, HOME_BEDS
from server.documents.queries.sheets.columns import Column, Sheet, Value
from server.documents.queries.sheets.demands import BED_CENSUS, COVERAGE_GAPS, DEMANDS
from server.documents.queries.sheets.feedback import CASES, RATINGS
from server.documents.queries.sheets.health import CHECKUPS, FOLLOW_UPS
from server.documents.queries.sheets.indicators import INDICATORS
from server.documents.queries.sheets.medicines import PRESCRIPTIONS, WITHOUT_DOCTOR
from server.documents.queries.sheets.people import CONSENTS, RESIDENTS
from server.documents.queries.sheets.referrals import REFERRALS
from server.documents.queries.sheets.services import APPOINTMENTS, VISITS
from server.documents.queries.sheets.settlement import STATEMENT_LINES, STATEMENTS
from server.documents.queries.sheets.staffing import TRAINING_RATES, WORKLOAD_LINES
from server.documents.rules import SheetKind

SHEETS: Mapping[SheetKind, Sheet[Any]] = {
    sheet.kind: sheet
    for sheet in (
        RESIDENTS,
        VISITS,
        APPOINTMENTS,
        CONSENTS,
        RATINGS,
        CASES,
        AGREEMENTS,
        COVERAGE,
        STATEMENTS,
        STATEMENT_LINES,
        ASSESSMENTS,
        REFERRALS,
        CLINICS,
        HOME_BEDS,
        FOLLOW_UPS,
        CHECKUPS,
        DEMANDS,
        COVERAGE_GAPS,
        BED_CENSUS,
        INDICATORS,
        WORKLOAD_LINES,
        TRAINING_RATES,
        WITHOUT_DOCTOR,
        PRESCRIPTIONS,
    )
}

__all__ = ["SHEETS", "Column", "Sheet", "Value"]
