"""Assessments: who is due in a home, what is being filled in, what is in dispute, and what is known of one resident."""

from typing import Annotated

from admin.bulk import Picked, one_by_one
from admin.home import waits
from server.assessments import actions, queries
from server.assessments.queries import WorkWish
from server.assessments.rules import AssessmentReason, AssessmentStatus
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import PURPOSE_WORDS, SHAREABLE
from server.web import (
    Ask,
    Clean,
    Form,
    Go,
    MenuEntry,
    PageQuery,
    Purpose,
    Query,
    Routes,
    Show,
    Uid,
    text,
)

routes = Routes("assessments", tag="评估")
menu = MenuEntry("评估", "/admin/assessments", Permission.ASSESSMENT_MAKE, 45)

MAKE, DECIDE = Permission.ASSESSMENT_MAKE, Permission.ASSESSMENT_DECIDE
Code = Annotated[str, text(32), Clean]
Bed = Annotated[str, text(20), Clean]


class DueQuery(PageQuery):
    home: Uid | None = None
    questionnaire: Code = WorkWish.questionnaire
    bed: Bed | None = None

    @property
    def wanted(self) -> WorkWish:
        return WorkWish(self.home, self.questionnaire, self.bed)


class WorkQuery(PageQuery):
    status: AssessmentStatus | None = None


class DisputeQuery(PageQuery):
    all: bool = False


class BlankQuery(Query):
    questionnaire: Code = WorkWish.questionnaire


class KnownQuery(Query):
    purpose: Purpose = Purpose.CARE


class Begin(Form):
    questionnaire: Code
    reason: AssessmentReason


class BeginMany(Begin):
    picked: Picked


waits(
    "份评估等第二位评估员签名",
    "/admin/assessments/work?status=proposed",
    lambda actor, **_: queries.count_to_sign(actor=actor),
    needs=MAKE,
)
waits("件评估异议等答复", "/admin/assessments/disputes", queries.count_disputes, needs=DECIDE)


@routes.get("/assessments", needs=MAKE, summary="Who of a home is to be assessed")
async def due(ask: Ask, query: DueQuery) -> Show:
    board = await queries.work_list(actor=ask.actor, wish=query.wanted, page=query.counted, now=ask.now)
    return Show("assessments/list.html", board=board, chosen=query)


@routes.post("/assessments/begin-many", needs=MAKE, summary="Begin sheets for several residents")
async def begin_many(ask: Ask, body: BeginMany) -> Show:
    async def begun(actor: Actor, uid: str) -> str:
        card = await actions.begin_assessment(
            actor=actor,
            resident_uid=uid,
            questionnaire=body.questionnaire,
            reason=body.reason,
            now=ask.now,
        )
        return f"{card.short}已开始，在“正在填的”里继续。"

    results = await one_by_one(ask, body.picked, begun)
    return Show("bulk.html", results=results, back="/admin/assessments/work", heading="开始评估")


@routes.get("/assessments/work", needs=MAKE, summary="Sheets that my institution fills in or signs")
async def work(ask: Ask, query: WorkQuery) -> Show:
    page = await queries.sheets_under_work(actor=ask.actor, status=query.status, wish=query.counted)
    return Show("assessments/work.html", page=page, chosen=query)


@routes.get("/assessments/disputes", needs=DECIDE, summary="What is said against our results")
async def disputes(ask: Ask, query: DisputeQuery) -> Show:
    page = await queries.disputes(actor=ask.actor, open_only=not query.all, wish=query.counted, now=ask.now)
    return Show("assessments/disputes.html", page=page, everything=query.all)


@routes.get("/assessments/blank", needs=MAKE, summary="A questionnaire on paper, to take along")
async def blank(ask: Ask, query: BlankQuery) -> Show:  # noqa: ARG001  paper is the same for everybody
    return Show(
        "assessments/blank.html",
        questionnaire=queries.blank(questionnaire=query.questionnaire),
        questionnaires=queries.questionnaires(),
    )


@routes.get(
    "/residents/<resident_uid>/assessments",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="What is known of one resident's ability, and their care level",
)
async def of_resident(ask: Ask, resident_uid: str, query: KnownQuery) -> Show:
    known = await queries.of_resident(
        actor=ask.actor, resident_uid=resident_uid, purpose=query.purpose, now=ask.now
    )
    return Show(
        "assessments/resident.html",
        known=known,
        purpose=query.purpose,
        purposes=[(purpose, PURPOSE_WORDS[purpose]) for purpose in Purpose if purpose in SHAREABLE],
    )


@routes.post("/residents/<resident_uid>/assessments", needs=MAKE, summary="Begin a sheet")
async def begin(ask: Ask, resident_uid: str, body: Begin) -> Go:
    card = await actions.begin_assessment(
        actor=ask.actor,
        resident_uid=resident_uid,
        questionnaire=body.questionnaire,
        reason=body.reason,
        now=ask.now,
    )
    return Go(f"/admin/assessments/{card.uid}/work", said="表已打开，填多少存多少，填完再签名。")
