"""Clinics inside homes in the console: who should have one, how far each has come, and whom the insurance pays."""

from datetime import datetime
from typing import Annotated

from admin.home import WAITING, Waiting, waits
from admin.visits import Day
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.clinics import actions, queries
from server.clinics.actions import Paper
from server.clinics.queries import STANDING_WORDS, Standing
from server.clinics.rules import (
    DESIGNATION_WORDS,
    EVENT_WORDS,
    KIND_WORDS,
    NEEDS_PAPER,
    NEEDS_REASON,
    ClinicEvent,
    ClinicKind,
    ClinicStatus,
    DesignationKind,
)
from server.web import Ask, Clean, Form, Go, Line, MenuEntry, PageQuery, Query, Routes, Show, Uid, text

routes = Routes("clinics", tag="内设医疗机构")
menu = MenuEntry("内设医疗机构", "/admin/clinics", Permission.CLINIC_READ, 60)

READ, KEEP, LICENSE = Permission.CLINIC_READ, Permission.CLINIC_KEEP, Permission.CLINIC_LICENSE
TONES = {
    ClinicStatus.INTENDED: "wait",
    ClinicStatus.APPLIED: "wait",
    ClinicStatus.LICENSED: "ok",
    ClinicStatus.INSURED: "ok",
    ClinicStatus.OPERATING: "ok",
    ClinicStatus.LAPSED: "stop",
    ClinicStatus.WITHDRAWN: "done",
    ClinicStatus.CLOSED: "done",
}
Number = Annotated[str, text(60), Clean]
Remark = Annotated[str, text(200, least=0), Clean]


class BoardQuery(Query):
    standing: Standing = Standing.GAP


class Intend(Form):
    kind: ClinicKind
    partner: Uid | None = None
    note: Remark = ""


class Step(Form):
    event: ClinicEvent
    paper_number: Number | None = None
    paper_on: Day | None = None
    until: Day | None = None
    reason: Remark = ""

    @property
    def paper(self) -> Paper:
        return Paper(self.paper_number or "", self.paper_on, self.until)


class Designate(Form):
    institution: Uid
    kind: DesignationKind
    filing_number: Number
    first_day: Day
    last_day: Day | None = None


class End(Form):
    ended_on: Day
    reason: Line


async def to_answer(actor: Actor, now: datetime) -> Waiting | None:  # noqa: ARG001  every part is asked alike
    count = await queries.count_to_answer(actor=actor)
    return Waiting("件内设医疗机构的申请等您登记结果", count, "/admin/clinics?standing=on_the_way")


WAITING.append(to_answer)
waits(
    "个内设医疗机构有一步逾期或许可过期",
    "/admin/clinics?standing=all",
    queries.count_to_do,
    needs=KEEP,
    urgent=True,
)


@routes.get("/clinics", needs=READ, summary="Which homes should have a clinic, and why some have none")
async def board(ask: Ask, query: BoardQuery) -> Show:
    asked = query.standing if "standing" in query.model_fields_set or _is_bureau(ask.actor) else Standing.ALL
    board = await queries.clinic_board(actor=ask.actor, standing=asked, now=ask.now)
    return Show(
        "clinics/list.html",
        board=board,
        standing=asked,
        words=STANDING_WORDS,
        kinds=KIND_WORDS,
        tones=TONES,
    )


@routes.get("/clinics/designations", needs=READ, summary="Whom the insurance pays")
async def designations(ask: Ask, query: PageQuery) -> Show:
    board = await queries.designation_board(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("clinics/designations.html", board=board, kinds=DESIGNATION_WORDS)


@routes.post("/clinics/designations", needs=LICENSE, summary="Note that an insurance pays an institution")
async def designate(ask: Ask, body: Designate) -> Go:
    card = await actions.record_designation(
        actor=ask.actor,
        institution_uid=body.institution,
        kind=body.kind,
        filing_number=body.filing_number,
        first_day=body.first_day,
        last_day=body.last_day,
        now=ask.now,
    )
    return Go("/admin/clinics/designations", said=f"已登记{card.institution_name}的{card.kind_words}。")


@routes.post(
    "/clinics/designations/<designation_uid>/end", needs=LICENSE, summary="Note that it pays no longer"
)
async def end(ask: Ask, designation_uid: str, body: End) -> Go:
    await actions.end_designation(
        actor=ask.actor, uid=designation_uid, ended_on=body.ended_on, reason=body.reason, now=ask.now
    )
    return Go("/admin/clinics/designations", said="已登记结束。那天以前的服务照原样结算。")


@routes.get("/clinics/homes/<institution_uid>", needs=READ, summary="One home's clinics and its next step")
async def home(ask: Ask, institution_uid: str) -> Show:
    sheet = await queries.home_sheet(actor=ask.actor, home_uid=institution_uid, now=ask.now)
    return Show(
        "clinics/home.html",
        sheet=sheet,
        line=sheet.line,
        kinds=KIND_WORDS,
        events=EVENT_WORDS,
        with_paper=NEEDS_PAPER,
        with_reason=NEEDS_REASON,
        tones=TONES,
    )


@routes.post("/clinics/homes/<institution_uid>", needs=KEEP, summary="Say that the home wants a clinic")
async def intend(ask: Ask, institution_uid: str, body: Intend) -> Go:
    card = await actions.intend_clinic(
        actor=ask.actor,
        home_uid=institution_uid,
        kind=body.kind,
        partner_uid=body.partner,
        note=body.note,
        now=ask.now,
    )
    return Go(f"/admin/clinics/homes/{institution_uid}", said=f"已登记意向：{card.kind_words}。")


@routes.post("/clinics/<clinic_uid>/steps", needs=KEEP, summary="Do a step of the home's own")
async def step(ask: Ask, clinic_uid: str, body: Step) -> Go:
    card = await actions.move_clinic(
        actor=ask.actor, uid=clinic_uid, event=body.event, paper=body.paper, reason=body.reason, now=ask.now
    )
    return Go(f"/admin/clinics/homes/{card.home_uid}", said=f"已登记，现在是：{card.status_words}。")


@routes.post(
    "/clinics/<clinic_uid>/decision", needs=LICENSE, summary="Note a licence, a renewal or a refusal"
)
async def decide(ask: Ask, clinic_uid: str, body: Step) -> Go:
    card = await actions.decide_clinic(
        actor=ask.actor, uid=clinic_uid, event=body.event, paper=body.paper, reason=body.reason, now=ask.now
    )
    return Go(f"/admin/clinics/homes/{card.home_uid}", said=f"已登记，现在是：{card.status_words}。")


def _is_bureau(actor: Actor) -> bool:
    return not actor.institutions_with(KEEP)
