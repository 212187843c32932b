"""Indicators in the console: the figures, who stands behind them, a number tried out, and a period frozen upward."""

from typing import Annotated

from pydantic import Field

from admin.home import waits
from admin.visits import Day
from server.authority.permissions import Permission
from server.indicators import actions, queries
from server.indicators.queries import BehindWish, ReportWish
from server.indicators.rules import (
    LEVEL_WORDS,
    REPORT_WORDS,
    STATE_WORDS,
    Cadence,
    Level,
    ReportStatus,
    State,
    Wanted,
)
from server.web import Ask, Clean, Form, Go, Line, MenuEntry, PageQuery, Query, Routes, Show, Uid, text

routes = Routes("indicators", tag="指标")
menu = MenuEntry("指标", "/admin/indicators", Permission.INDICATOR_READ, 21)

READ, FREEZE = Permission.INDICATOR_READ, Permission.INDICATOR_FREEZE
Code = Annotated[str, text(20), Clean]
Name = Annotated[str, text(80), Clean]
Value = Annotated[int, Field(ge=0, le=1_000_000)]
WANTED_WORDS = {Wanted.HIGH: "不低于", Wanted.LOW: "不高于", Wanted.TOLD: ""}
CADENCE_WORDS = {Cadence.MONTH: "月度", Cadence.YEAR: "年度"}


class BoardQuery(Query):
    month: Day | None = None
    home: Uid | None = None


class SheetQuery(Query):
    since: Day | None = None
    known: Day | None = None


class PeopleQuery(PageQuery):
    since: Day | None = None
    state: State | None = None
    reason: Code | None = None
    home: Uid | None = None

    def wanted(self, code: str) -> BehindWish:
        return BehindWish(code, self.since, self.state, self.reason, self.home)


class TrialQuery(Query):
    parameter: Name | None = None
    value: Value | None = None


class ReportsQuery(PageQuery):
    cadence: Cadence | None = None
    since: Day | None = None
    level: Level | None = None
    status: ReportStatus | None = None

    def wanted(self) -> ReportWish:
        return ReportWish(self.cadence, self.since, self.level, self.status)


class EditionQuery(Query):
    edition: Annotated[int, Field(ge=1, le=999)] | None = None


class Freeze(Form):
    reason: Annotated[str, text(200, least=0), Clean] = ""


class Reopen(Form):
    reason: Line


waits("期指标等您核对冻结", "/admin/indicators/reports?status=open", queries.count_to_freeze, needs=FREEZE)


@routes.get("/indicators", needs=READ, summary="Every figure: the city's, or my institution's own")
async def board(ask: Ask, query: BoardQuery) -> Show:
    found = await queries.board(actor=ask.actor, month=query.month, home_uid=query.home, now=ask.now)
    return Show("indicators/board.html", board=found, query=query, wanted=WANTED_WORDS)


@routes.get("/indicators/<code>", needs=READ, summary="One indicator by county and home, as known on a day")
async def sheet(ask: Ask, code: str, query: SheetQuery) -> Show:
    found = await queries.indicator_sheet(
        actor=ask.actor, code=code, since=query.since, known=query.known, now=ask.now
    )
    return Show("indicators/sheet.html", sheet=found, query=query, wanted=WANTED_WORDS)


@routes.get("/indicators/<code>/people", needs=READ, summary="Who stands behind a figure, why, and what next")
async def people(ask: Ask, code: str, query: PeopleQuery) -> Show:
    found = await queries.people_behind(
        actor=ask.actor, wish=query.wanted(code), page=query.counted, now=ask.now
    )
    return Show("indicators/people.html", behind=found, query=query, states=STATE_WORDS)


@routes.get(
    "/indicators/<code>/trial",
    needs=Permission.INDICATOR_TRY,
    summary="Another number, and who falls in or out",
)
async def trial(ask: Ask, code: str, query: TrialQuery) -> Show:
    found = await queries.trial(
        actor=ask.actor, code=code, parameter_code=query.parameter, value=query.value, now=ask.now
    )
    return Show("indicators/trial.html", trial=found, query=query)


@routes.get("/indicators/reports", needs=READ, summary="Periods that are open or frozen")
async def reports(ask: Ask, query: ReportsQuery) -> Show:
    page = await queries.reports(actor=ask.actor, wanted=query.wanted(), wish=query.counted, now=ask.now)
    return Show(
        "indicators/reports.html",
        page=page,
        query=query,
        levels=LEVEL_WORDS,
        statuses=REPORT_WORDS,
        cadences=CADENCE_WORDS,
    )


@routes.get("/indicators/reports/<period_uid>", needs=READ, summary="One period's figures, frozen or not")
async def report(ask: Ask, period_uid: str, query: EditionQuery) -> Show:
    found = await queries.report_sheet(actor=ask.actor, uid=period_uid, edition=query.edition, now=ask.now)
    return Show("indicators/report.html", sheet=found, card=found.card, wanted=WANTED_WORDS)


@routes.post("/indicators/reports/<period_uid>/freeze", needs=FREEZE, summary="Freeze what is known now")
async def freeze(ask: Ask, period_uid: str, body: Freeze) -> Go:
    await actions.freeze_report(actor=ask.actor, uid=period_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/indicators/reports/{period_uid}", said="已冻结。以后数据再变，这里的数也不会变。")


@routes.post("/indicators/reports/<period_uid>/reopen", needs=FREEZE, summary="Open a frozen period again")
async def reopen(ask: Ask, period_uid: str, body: Reopen) -> Go:
    await actions.reopen_report(actor=ask.actor, uid=period_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/indicators/reports/{period_uid}", said="已重新打开，原来冻结的数仍然可以看。")
