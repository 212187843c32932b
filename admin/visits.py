"""Visits in the console: find them, judge them side by side, settle disputes and corrections."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from admin.bulk import Picked, one_by_one
from admin.find import FINDERS, Found
from admin.home import waits
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import SHANGHAI, said_time
from server.visits import actions, queries
from server.visits.queries import VisitFilter
from server.visits.queries.cards import OUTCOME_WORDS, STATUS_WORDS
from server.visits.rules import Outcome, Side, Verdict, VisitStatus
from server.web import (
    Ask,
    Clean,
    Form,
    Go,
    Line,
    MenuEntry,
    PageQuery,
    Purpose,
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


def _in_the_city(value: datetime) -> datetime:
    # A browser's datetime-local field carries no zone: what was typed is the city's time.
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


CityTime = Annotated[datetime, AfterValidator(_in_the_city)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class VisitQuery(PageQuery):
    status: VisitStatus | None = None
    partner: Uid | None = None
    first: Day | None = None
    last: Day | None = None

    def wanted(self) -> VisitFilter:
        return VisitFilter(self.status, self.partner, self.first, self.last)


class ConfirmMany(Form):
    picked: Picked


class Confirm(Form):
    side: Side | None = None
    then: Uid | None = None  # the next one that waits


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


async def find_visits(actor: Actor, words: str, now: datetime) -> list[Found]:
    if not actor.may(Permission.VISIT_READ):
        return []
    return [
        Found(
            f"{found.home_name}　{said_time(found.starts_at, now)}",
            f"{found.kind_text}，{found.status_text}",
            f"/admin/visits/{found.uid}",
        )
        for found in await queries.find_visits(actor=actor, text=words, now=now)
    ]


waits(
    "次巡诊等您确认",
    "/admin/visits/waiting",
    lambda actor, **_: queries.count_waiting_for_confirmation(actor=actor),
    needs=Permission.VISIT_ATTEST,
)
FINDERS.append(find_visits)


@routes.get("/visits", needs=Permission.VISIT_READ, summary="Visits of my institutions")
async def visits(ask: Ask, query: VisitQuery) -> Show:
    page = await queries.visit_rows(actor=ask.actor, wanted=query.wanted(), wish=query.counted, now=ask.now)
    return Show(
        "visits/list.html",
        page=page,
        query=query,
        partners=await queries.visit_partners(actor=ask.actor),
        words=STATUS_WORDS,
        tones=TONES,
    )


@routes.get("/visits/waiting", needs=Permission.VISIT_ATTEST, summary="Visits to confirm")
async def waiting(ask: Ask, query: PageQuery) -> Show:
    page = await queries.waiting_rows(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("visits/waiting.html", page=page, tones=TONES)


@routes.post(
    "/visits/waiting/confirm",
    needs=Permission.VISIT_ATTEST,
    summary="Confirm several visits that need no second look",
)
async def confirm_many(ask: Ask, body: ConfirmMany) -> Show:
    async def confirmed(actor: Actor, uid: str) -> str:
        card = await actions.attest_unopened(actor=actor, visit_uid=uid, now=ask.now)
        return f"{card.status_text}。"

    results = await one_by_one(ask, body.picked, confirmed)
    return Show("bulk.html", results=results, back="/admin/visits/waiting", heading="确认选中的巡诊")


@routes.get("/visits/corrections", needs=Permission.VISIT_CORRECT, summary="Corrections to approve")
async def corrections(ask: Ask, query: PageQuery) -> Show:
    page = await queries.corrections_to_approve(actor=ask.actor, wish=query.counted)
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


@routes.get(
    "/visits/<visit_uid>",
    needs=Permission.VISIT_READ,
    purpose=Purpose.VISIT,
    summary="One visit: what was written beside what proves it",
)
async def visit(ask: Ask, visit_uid: str) -> Show:
    review = await queries.review(actor=ask.actor, visit_uid=visit_uid, now=ask.now)
    return Show("visits/visit.html", review=review, card=review.card, tones=TONES, outcomes=OUTCOME_WORDS)


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
async def confirm(ask: Ask, visit_uid: str, body: Confirm) -> Go:
    card = await actions.attest(actor=ask.actor, visit_uid=visit_uid, side=body.side, now=ask.now)
    return Go(f"/admin/visits/{body.then or visit_uid}", said=f"{card.home_name}：{card.status_text}。")


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
