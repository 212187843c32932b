"""What may be told of assessments. Every answer about a resident's results leaves its line in their access trail."""

from server.assessments.queries.cards import (
    CareCard,
    DisputeCard,
    ResultCard,
    WorkCard,
    work_card,
)
from server.assessments.queries.faults import faults
from server.assessments.queries.forms import QuestionnaireCard, blank, questionnaires
from server.assessments.queries.long_term_care import EnteredGrade, EnteredGrades, entered_grades
from server.assessments.queries.residents import ResidentAssessments, of_resident, visits_a_month_in
from server.assessments.queries.sheets import (
    ResultSheet,
    WorkSheet,
    result_sheet,
    work_sheet,
)
from server.assessments.queries.work import (
    WorkBoard,
    WorkLine,
    WorkWish,
    count_disputes,
    count_to_sign,
    disputes,
    sheets_under_work,
    work_list,
)

__all__ = [
    "CareCard",
    "DisputeCard",
    "EnteredGrade",
    "EnteredGrades",
    "QuestionnaireCard",
    "ResidentAssessments",
    "ResultCard",
    "ResultSheet",
    "WorkBoard",
    "WorkCard",
    "WorkLine",
    "WorkSheet",
    "WorkWish",
    "blank",
    "count_disputes",
    "count_to_sign",
    "disputes",
    "entered_grades",
    "faults",
    "of_resident",
    "questionnaires",
    "result_sheet",
    "sheets_under_work",
    "visits_a_month_in",
    "work_card",
    "work_list",
    "work_sheet",
]
