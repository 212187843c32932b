"""One assessment: filled in, signed by one and by another, read, disputed, answered."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from server.assessments import actions, queries
from server.assessments.rules import AssessmentStatus
from server.authority.permissions import Permission
from server.web import Ask, Clean, Form, Go, Line, Purpose, Query, Routes, Show, text

routes = Routes("assessment", tag="评估")

MAKE, DECIDE = Permission.ASSESSMENT_MAKE, Permission.ASSESSMENT_DECIDE
ONE = "/assessments/<assessment_uid>"
Story = Annotated[str, text(500), Clean]


class Answers(Form):
    """The cells of a sheet; which there are, the questionnaire says (`server.assessments.rules.checked`)."""

    model_config = ConfigDict(extra="allow")

    @property
    def cells(self) -> Mapping[str, Any]:
        return self.model_extra or {}


class Agreement(Form):
    edits: Annotated[int, Field(ge=0)]


class Return(Form):
    reason: Line


class Dispute(Form):
    text: Story


class Uphold(Form):
    answer: Story


class ResultQuery(Query):
    purpose: Purpose = Purpose.CARE


@routes.get(f"{ONE}/work", needs=MAKE, purpose=Purpose.CARE, summary="A sheet to fill in or to sign")
async def work(ask: Ask, assessment_uid: str) -> Show:
    sheet = await queries.work_sheet(actor=ask.actor, uid=assessment_uid, now=ask.now)
    template = "fill" if sheet.card.status is AssessmentStatus.DRAFT else "sign"
    return Show(f"assessments/{template}.html", sheet=sheet, card=sheet.card)


@routes.post(f"{ONE}/answers", needs=MAKE, purpose=Purpose.CARE, summary="Save what is filled in so far")
async def save(ask: Ask, assessment_uid: str, body: Answers) -> Go:
    await actions.save_answers(actor=ask.actor, uid=assessment_uid, answers=body.cells, now=ask.now)
    return Go(f"/admin/assessments/{assessment_uid}/work", said="已存下，可以接着填。")


@routes.post(f"{ONE}/sign", needs=MAKE, purpose=Purpose.CARE, summary="Sign a whole sheet")
async def sign(ask: Ask, assessment_uid: str, body: Answers) -> Go:
    signed = await actions.sign_assessment(
        actor=ask.actor, uid=assessment_uid, answers=body.cells, now=ask.now
    )
    return Go(_next(assessment_uid, signed.status), said=f"已签名：{signed.result}。")


@routes.post(f"{ONE}/agree", needs=MAKE, purpose=Purpose.CARE, summary="Sign as the second assessor")
async def agree(ask: Ask, assessment_uid: str, body: Agreement) -> Go:
    signed = await actions.agree_to_assessment(
        actor=ask.actor, uid=assessment_uid, edits=body.edits, now=ask.now
    )
    return Go(_next(assessment_uid, signed.status), said=f"两位都已签名，结果写入健康档案：{signed.result}。")


@routes.post(
    f"{ONE}/return", needs=MAKE, purpose=Purpose.CARE, summary="Give a sheet back to its first assessor"
)
async def give_back(ask: Ask, assessment_uid: str, body: Return) -> Go:
    await actions.return_assessment(actor=ask.actor, uid=assessment_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/assessments/{assessment_uid}/work", said="已退回重填，理由写在表的上方。")


@routes.post(f"{ONE}/discard", needs=MAKE, purpose=Purpose.CARE, summary="Throw an unsigned sheet away")
async def discard(ask: Ask, assessment_uid: str) -> Go:
    await actions.discard_assessment(actor=ask.actor, uid=assessment_uid, now=ask.now)
    return Go("/admin/assessments/work", said="这张表已作废。")


@routes.get(ONE, needs=Permission.RECORD_READ, purpose=Purpose.CARE, summary="A result in full")
async def result(ask: Ask, assessment_uid: str, query: ResultQuery) -> Show:
    sheet = await queries.result_sheet(
        actor=ask.actor, uid=assessment_uid, purpose=query.purpose, now=ask.now
    )
    return Show("assessments/result.html", sheet=sheet, card=sheet.card)


@routes.post(
    f"{ONE}/dispute", needs=MAKE, purpose=Purpose.CARE, summary="Say for the home that a result is not right"
)
async def dispute(ask: Ask, assessment_uid: str, body: Dispute) -> Go:
    await actions.dispute_assessment(actor=ask.actor, uid=assessment_uid, text=body.text, now=ask.now)
    return Go(f"/admin/assessments/{assessment_uid}", said="异议已提出，作出评估的机构会收到通知。")


@routes.post(f"{ONE}/uphold", needs=DECIDE, purpose=Purpose.CARE, summary="Answer that a result stands")
async def uphold(ask: Ask, assessment_uid: str, body: Uphold) -> Go:
    await actions.uphold_assessment(actor=ask.actor, uid=assessment_uid, answer=body.answer, now=ask.now)
    return Go(f"/admin/assessments/{assessment_uid}", said="已答复：维持原结果。长者和家属会收到通知。")


def _next(uid: str, status: AssessmentStatus) -> str:
    return f"/admin/assessments/{uid}" + ("/work" if status is AssessmentStatus.PROPOSED else "")
