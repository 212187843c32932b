"""Visits in the console: plan them, confirm them, settle disputes and corrections, print the plates."""

from datetime import datetime
from typing import Annotated, Any

import segno
from markupsafe import Markup
from pydantic import AfterValidator, Field

from admin.home import WAITING, Waiting
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import SHANGHAI
from server.visits import actions, queries
from server.visits.actions import PlannedItem, PlateWish
from server.visits.codes import code_keys, new_plate
from server.visits.queries.cards import OUTCOME_WORDS, STATUS_WORDS
from server.visits.rules import Outcome, PlateKind, Side, Verdict, VisitKind, VisitStatus
from server.web import (
    Ask,
    Clean,
    Form,
    Go,
    Line,
    MenuEntry,
    PageQuery,
    PageWish,
    Purpose,
    Query,
    Routes,
    Show,
    Uid,
    text,
)

routes = Routes("visits", tag="巡诊")
menu = MenuEntry("巡诊", "/admin/visits", Permission.VISIT_READ, 40)

TONES = {
    VisitStatus.PLANNED: "note",
    VisitStatus.STARTED: "wait",
    VisitStatus.FINISHED: "wait",
    VisitStatus.ATTESTED_PROVIDER: "wait",
    VisitStatus.ATTESTED_HOST: "wait",
    VisitStatus.CONFIRMED: "ok",
    VisitStatus.DISPUTED: "stop",
    VisitStatus.CORRECTION_REQUESTED: "wait",
    VisitStatus.VOID: "done",
    VisitStatus.CANCELLED: "done",
    VisitStatus.MISSED: "stop",
}
DOOR = "door"


def _in_the_city(value: datetime) -> datetime:
    # A browser's datetime-local field carries no zone: what was typed is the city's time.
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


CityTime = Annotated[datetime, AfterValidator(_in_the_city)]
Bed = Annotated[str, text(20), Clean]


class VisitQuery(PageQuery):
    status: VisitStatus | None = None


class PlanQuery(Query):
    agreement: Uid | None = None


class Plan(Form):
    home: Uid
    provider: Uid
    kind: VisitKind
    starts_at: CityTime
    ends_at: CityTime
    service: Annotated[str, text(40), Clean]
    residents: Annotated[list[Uid], Field(min_length=1, max_length=60)]
    clinicians: list[Uid] = Field(default_factory=list, max_length=10)
    due: Annotated[str, text(200, least=0), Clean] = ""


class Spoken(Form):
    side: Side | None = None


class Reasoned(Form):
    reason: Line
    side: Side | None = None


class Resolve(Reasoned):
    verdict: Verdict


class Correct(Reasoned):
    started_at: CityTime | None = None
    finished_at: CityTime | None = None
    item: Uid | None = None
    outcome: Outcome | None = None


class Approve(Form):
    reason: Annotated[str, text(200, least=0), Clean] = ""


class Refuse(Form):
    reason: Line


class PrintPlates(Form):
    home: Uid
    spots: Annotated[list[Bed], Field(min_length=1, max_length=60)]  # bed numbers; DOOR for the door


async def waiting_for_word(actor: Actor, now: datetime) -> Waiting | None:  # noqa: ARG001  one form for all
    if not actor.may(Permission.VISIT_ATTEST):
        return None
    count = await queries.count_waiting_for_confirmation(actor=actor)
    return Waiting("次巡诊等您确认", count, "/admin/visits/waiting")


WAITING.append(waiting_for_word)


@routes.get("/visits", needs=Permission.VISIT_READ, summary="Visits of my institutions")
async def visits(ask: Ask, query: VisitQuery) -> Show:
    wish = PageWish(query.after, query.limit)
    page = await queries.visits(actor=ask.actor, status=query.status, wish=wish, now=ask.now)
    return Show("visits/list.html", page=page, chosen=query.status, words=STATUS_WORDS, tones=TONES)


@routes.get("/visits/waiting", needs=Permission.VISIT_ATTEST, summary="Visits to confirm")
async def waiting(ask: Ask, query: PageQuery) -> Show:
    wish = PageWish(query.after, query.limit)
    page = await queries.visits_waiting_for_confirmation(actor=ask.actor, wish=wish, now=ask.now)
    return Show("visits/waiting.html", page=page, tones=TONES)


@routes.get("/visits/plan", needs=Permission.VISIT_PLAN, summary="Plan a visit")
async def plan_form(ask: Ask, query: PlanQuery) -> Show:
    if query.agreement is None:
        return Show("visits/pairs.html", pairs=await queries.plannable(actor=ask.actor, now=ask.now))
    sheet = await queries.planning_sheet(actor=ask.actor, agreement_uid=query.agreement, now=ask.now)
    return Show("visits/plan.html", sheet=sheet)


@routes.post("/visits", needs=Permission.VISIT_PLAN, summary="Plan a visit")
async def plan(ask: Ask, body: Plan) -> Go:
    card = await actions.plan_visit(
        actor=ask.actor,
        home_uid=body.home,
        provider_uid=body.provider,
        kind=body.kind,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        clinician_uids=body.clinicians,
        items=[PlannedItem(resident, body.service, body.due) for resident in body.residents],
        now=ask.now,
    )
    return Go(f"/admin/visits/{card.uid}", said="已列入计划，双方都能看到。")


@routes.get("/visits/corrections", needs=Permission.VISIT_CORRECT, summary="Corrections to approve")
async def corrections(ask: Ask, query: PageQuery) -> Show:
    wish = PageWish(query.after, query.limit)
    page = await queries.corrections_to_approve(actor=ask.actor, wish=wish)
    return Show("visits/corrections.html", page=page)


@routes.post(
    "/visits/corrections/<correction_uid>/approve",
    needs=Permission.VISIT_CORRECT,
    summary="Approve a correction",
)
async def approve(ask: Ask, correction_uid: str, body: Approve) -> Go:
    await actions.approve_correction(
        actor=ask.actor, correction_uid=correction_uid, reason=body.reason, now=ask.now
    )
    return Go("/admin/visits/corrections", said="已核准，新版本从现在起生效。")


@routes.post(
    "/visits/corrections/<correction_uid>/refuse",
    needs=Permission.VISIT_CORRECT,
    summary="Refuse a correction",
)
async def refuse(ask: Ask, correction_uid: str, body: Refuse) -> Go:
    await actions.refuse_correction(
        actor=ask.actor, correction_uid=correction_uid, reason=body.reason, now=ask.now
    )
    return Go("/admin/visits/corrections", said="已退回，原记录继续有效。")


@routes.get("/visits/<visit_uid>", needs=Permission.VISIT_READ, summary="One visit with its evidence")
async def visit(ask: Ask, visit_uid: str) -> Show:
    card = await queries.visit(actor=ask.actor, visit_uid=visit_uid, now=ask.now)
    scans = await queries.scans_of(actor=ask.actor, visit_uid=visit_uid)
    return Show("visits/visit.html", card=card, scans=scans, tones=TONES, outcomes=OUTCOME_WORDS)


@routes.get(
    "/visits/<visit_uid>/residents/<resident_uid>",
    needs=Permission.RECORD_READ,
    purpose=Purpose.VISIT,
    summary="What was found for one resident",
)
async def findings(ask: Ask, visit_uid: str, resident_uid: str) -> Show:
    entries = await queries.findings_of(
        actor=ask.actor, visit_uid=visit_uid, resident_uid=resident_uid, now=ask.now
    )
    return Show("visits/findings.html", entries=entries, visit_uid=visit_uid)


@routes.post("/visits/<visit_uid>/confirm", needs=Permission.VISIT_ATTEST, summary="Confirm for my side")
async def confirm(ask: Ask, visit_uid: str, body: Spoken) -> Go:
    card = await actions.attest(actor=ask.actor, visit_uid=visit_uid, side=body.side, now=ask.now)
    return Go(f"/admin/visits/{visit_uid}", said=f"已确认：{card.status_text}。")


@routes.post("/visits/<visit_uid>/dispute", needs=Permission.VISIT_ATTEST, summary="Say that it was not so")
async def dispute(ask: Ask, visit_uid: str, body: Reasoned) -> Go:
    await actions.dispute(
        actor=ask.actor, visit_uid=visit_uid, reason=body.reason, side=body.side, now=ask.now
    )
    return Go(f"/admin/visits/{visit_uid}", said="已提出异议，对方会看到原因。")


@routes.post(
    "/visits/<visit_uid>/resolve", needs=Permission.VISIT_CORRECT, summary="Say how a dispute should end"
)
async def resolve(ask: Ask, visit_uid: str, body: Resolve) -> Go:
    card = await actions.resolve(
        actor=ask.actor,
        visit_uid=visit_uid,
        verdict=body.verdict,
        reason=body.reason,
        side=body.side,
        now=ask.now,
    )
    return Go(f"/admin/visits/{visit_uid}", said=f"意见已记录：{card.status_text}。")


@routes.post("/visits/<visit_uid>/cancel", needs=Permission.VISIT_PLAN, summary="Call a visit off")
async def cancel(ask: Ask, visit_uid: str, body: Refuse) -> Go:
    card = await actions.cancel_visit(actor=ask.actor, visit_uid=visit_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/visits/{visit_uid}", said=f"{card.status_text}。")


@routes.post(
    "/visits/<visit_uid>/corrections", needs=Permission.VISIT_CORRECT, summary="Ask for a correction"
)
async def correct(ask: Ask, visit_uid: str, body: Correct) -> Go:
    await actions.request_correction(
        actor=ask.actor,
        visit_uid=visit_uid,
        reason=body.reason,
        started_at=body.started_at,
        finished_at=body.finished_at,
        outcomes={body.item: body.outcome} if body.item and body.outcome else {},
        side=body.side,
        now=ask.now,
    )
    return Go(f"/admin/visits/{visit_uid}", said="更正已提交，等对方机构核准。")


@routes.get("/plates", needs=Permission.PLATE_PRINT, summary="Plates of my home")
async def plates(ask: Ask, query: PageQuery) -> Show:
    page = await queries.plates(actor=ask.actor, wish=PageWish(query.after, query.limit))
    spots = await queries.plate_spots(actor=ask.actor, now=ask.now)
    homes = {spot.home_uid: spot.home_name for spot in spots}
    return Show("visits/plates.html", page=page, spots=spots, homes=homes, door=DOOR, now=ask.now)


@routes.post("/plates", needs=Permission.PLATE_PRINT, summary="Print plates")
async def print_plates(ask: Ask, body: PrintPlates) -> Show:
    wishes = [_wish(spot) for spot in body.spots]
    sheet = await actions.issue_plates(actor=ask.actor, home_uid=body.home, wishes=wishes, now=ask.now)
    printed = [
        {"bed": wish.bed, "door": wish.kind is PlateKind.DOOR, "qr": _qr(wish.fresh.text)} for wish in wishes
    ]
    return Show("visits/print.html", home_name=sheet.home_name, batch=sheet.batch, plates=printed)


@routes.post("/plates/<plate_uid>/retire", needs=Permission.PLATE_PRINT, summary="End a plate at once")
async def retire(ask: Ask, plate_uid: str) -> Go:
    await actions.retire_plate(actor=ask.actor, plate_uid=plate_uid, now=ask.now)
    return Go("/admin/plates", said="床牌已停用，再扫会被拒绝。")


def _wish(spot: str) -> PlateWish:
    kind, bed = (PlateKind.DOOR, "") if spot == DOOR else (PlateKind.BED, spot)
    return PlateWish(kind=kind, bed=bed, fresh=new_plate(code_keys()))


def _qr(code: str) -> Any:
    # Level Q still reads with a quarter of the plate scratched or under a wet glove.
    drawing = segno.make(code, error="q", micro=False)
    return Markup(drawing.svg_inline(border=4, svgclass="code", lineclass=None, omitsize=True))  # noqa: S704  our own drawing
