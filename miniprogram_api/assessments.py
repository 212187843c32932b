"""Assessments on the phone: the family reads results in plain words and may disagree; assessors fill in and sign."""

from typing import Annotated, Any

from pydantic import Field

from server.assessments import actions, queries
from server.assessments.actions import SignedSheet
from server.assessments.queries import (
    DisputeCard,
    QuestionnaireCard,
    ResidentAssessments,
    ResultSheet,
    WorkCard,
    WorkSheet,
)
from server.assessments.rules import AssessmentReason
from server.authority.permissions import Permission
from server.web import Ask, Body, Int, Line, Page, PageQuery, Paragraph, Purpose, Query, Routes, Uid

routes = Routes("assessments", tag="评估")

MAKE = Permission.ASSESSMENT_MAKE
ONE = "/assessments/<assessment_uid>"
# By the item's code: "B-1-1": "4", "A-4-1": ["diabetes"], "height": 165; the questionnaire says which there are.
Answers = Annotated[dict[Annotated[str, Field(max_length=32)], Any], Field(max_length=80)]


class PurposeQuery(Query):
    """For what staff read; a family reads for itself, whatever is said here."""

    purpose: Purpose = Purpose.CARE


class BeginAssessment(Body):
    questionnaire: Annotated[str, Field(min_length=1, max_length=32)]
    reason: AssessmentReason
    institution: Uid | None = None


class FillIn(Body):
    answers: Answers


class SignSheet(Body):
    answers: Answers | None = None  # without: as they were saved


class AgreeToSheet(Body):
    edits: Annotated[Int, Field(ge=0)]  # of the sheet as it was read


class ReturnSheet(Body):
    reason: Line


class DisputeResult(Body):
    text: Annotated[Paragraph, Field(max_length=500)]


@routes.get("/questionnaires", needs=MAKE, summary="Every questionnaire, with items and options")
async def questionnaires(ask: Ask) -> tuple[QuestionnaireCard, ...]:  # noqa: ARG001  the same for everybody
    return queries.questionnaires()


@routes.get(
    "/residents/<resident_uid>/assessments",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="Results and the care level, as far as I may see them",
)
async def of_resident(ask: Ask, resident_uid: str, query: PurposeQuery) -> ResidentAssessments:
    return await queries.of_resident(
        actor=ask.actor, resident_uid=resident_uid, purpose=query.purpose, now=ask.now
    )


@routes.post(
    "/residents/<resident_uid>/assessments",
    needs=MAKE,
    purpose=Purpose.CARE,
    status=201,
    summary="Begin a sheet",
)
async def begin(ask: Ask, resident_uid: str, body: BeginAssessment) -> WorkCard:
    return await actions.begin_assessment(
        actor=ask.actor,
        resident_uid=resident_uid,
        questionnaire=body.questionnaire,
        reason=body.reason,
        institution_uid=body.institution,
        now=ask.now,
    )


@routes.get("/assessments", needs=MAKE, summary="Sheets that my institution fills in or signs")
async def under_work(ask: Ask, query: PageQuery) -> Page[WorkCard]:
    return await queries.sheets_under_work(actor=ask.actor, wish=query.wish)


@routes.get(ONE, needs=Permission.RECORD_READ, purpose=Purpose.CARE, summary="A result in full")
async def result(ask: Ask, assessment_uid: str, query: PurposeQuery) -> ResultSheet:
    return await queries.result_sheet(actor=ask.actor, uid=assessment_uid, purpose=query.purpose, now=ask.now)


@routes.get(f"{ONE}/work", needs=MAKE, purpose=Purpose.CARE, summary="A sheet to fill in or to sign")
async def work(ask: Ask, assessment_uid: str) -> WorkSheet:
    return await queries.work_sheet(actor=ask.actor, uid=assessment_uid, now=ask.now)


@routes.put(f"{ONE}/answers", needs=MAKE, purpose=Purpose.CARE, summary="Save what is filled in so far")
async def save(ask: Ask, assessment_uid: str, body: FillIn) -> WorkCard:
    return await actions.save_answers(actor=ask.actor, uid=assessment_uid, answers=body.answers, now=ask.now)


@routes.post(f"{ONE}/signature", needs=MAKE, purpose=Purpose.CARE, summary="Sign a whole sheet")
async def sign(ask: Ask, assessment_uid: str, body: SignSheet) -> SignedSheet:
    return await actions.sign_assessment(
        actor=ask.actor, uid=assessment_uid, answers=body.answers, now=ask.now
    )


@routes.post(f"{ONE}/agreement", needs=MAKE, purpose=Purpose.CARE, summary="Sign as the second assessor")
async def agree(ask: Ask, assessment_uid: str, body: AgreeToSheet) -> SignedSheet:
    return await actions.agree_to_assessment(
        actor=ask.actor, uid=assessment_uid, edits=body.edits, now=ask.now
    )


@routes.post(f"{ONE}/return", needs=MAKE, purpose=Purpose.CARE, summary="Give a sheet back")
async def give_back(ask: Ask, assessment_uid: str, body: ReturnSheet) -> WorkCard:
    return await actions.return_assessment(
        actor=ask.actor, uid=assessment_uid, reason=body.reason, now=ask.now
    )


@routes.post(
    f"{ONE}/discard", needs=MAKE, purpose=Purpose.CARE, status=204, summary="Throw an unsigned sheet away"
)
async def discard(ask: Ask, assessment_uid: str) -> None:
    await actions.discard_assessment(actor=ask.actor, uid=assessment_uid, now=ask.now)


@routes.post(
    f"{ONE}/disputes",
    needs=Permission.RECORD_OBJECT,
    purpose=Purpose.SELF,
    status=201,
    summary="Say that a result is not right",
)
async def dispute(ask: Ask, assessment_uid: str, body: DisputeResult) -> DisputeCard:
    return await actions.dispute_assessment(actor=ask.actor, uid=assessment_uid, text=body.text, now=ask.now)
