"""Beds over time: what was kept at the end of each day, and what was put right afterwards."""

from typing import Annotated

from pydantic import Field

from admin.people import ADMIT
from admin.visits import Day
from server.authority.permissions import Permission
from server.people import actions, queries
from server.people.rules import CensusSpan, Figures
from server.web import Ask, Form, Go, Line, Query, Routes, Show, Uid

routes = Routes("census", tag="床位与利用率")

SPAN_WORDS = {CensusSpan.MONTH: "近 30 天", CensusSpan.QUARTER: "近 3 个月", CensusSpan.YEAR: "近 12 个月"}
Number = Annotated[int, Field(ge=0, le=100_000)]


class CensusQuery(Query):
    home: Uid | None = None
    span: CensusSpan = CensusSpan.MONTH


class Correction(Form):
    day: Day
    beds: Number
    nursing_beds: Number
    residents: Number
    inpatient: Number
    convalescent: Number
    reason: Line

    @property
    def figures(self) -> Figures:
        return Figures(self.beds, self.nursing_beds, self.residents, self.inpatient, self.convalescent)


@routes.get("/census", needs=Permission.BOARD_READ, summary="Beds, nursing share and utilisation over time")
async def census(ask: Ask, query: CensusQuery) -> Show:
    board = await queries.census_board(actor=ask.actor, home_uid=query.home, span=query.span, now=ask.now)
    return Show("beds/census.html", board=board, query=query, spans=SPAN_WORDS)


@routes.post("/census/<institution_uid>/corrections", needs=ADMIT, summary="Put a kept day right")
async def correct(ask: Ask, institution_uid: str, body: Correction) -> Go:
    await actions.correct_census(
        actor=ask.actor,
        home_uid=institution_uid,
        day=body.day,
        figures=body.figures,
        reason=body.reason,
        now=ask.now,
    )
    return Go(f"/admin/census?home={institution_uid}", said="已更正。原来的数字仍然留着。")
