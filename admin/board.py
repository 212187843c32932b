"""The coverage board: four questions about the city's alliances, each opening to the lines behind its number."""

from datetime import datetime
from typing import Any

from server.alliance.queries import coverage
from server.alliance.rules import Days, Span, days_of
from server.authority.permissions import Permission
from server.booking.queries import WaitsBoard, waits_by_week
from server.consent.queries import asked_by_institution
from server.kit.clock import local_date
from server.visits.queries import kept_by_home, not_counted
from server.web import Ask, MenuEntry, PageQuery, Query, Routes, Show, Uid

routes = Routes("board", tag="覆盖看板")
menu = MenuEntry("覆盖看板", "/admin/board", Permission.BOARD_READ, 20)

NEEDS = Permission.BOARD_READ
SPAN_WORDS = {
    Span.THIS_MONTH: "本月", Span.LAST_MONTH: "上月", Span.THIS_QUARTER: "本季度", Span.LAST_QUARTER: "上季度",
}  # fmt: skip


class BoardQuery(Query):
    span: Span = Span.THIS_MONTH

    def days(self, now: datetime) -> Days:
        return days_of(self.span, local_date(now))


class VisitsQuery(PageQuery, BoardQuery):
    home: Uid | None = None


def _shown(template: str, ask: Ask, query: BoardQuery, **context: Any) -> Show:
    return Show(template, span=query.span, spans=SPAN_WORDS, days=query.days(ask.now), **context)


async def _waits(ask: Ask, query: BoardQuery) -> WaitsBoard:
    days, today = query.days(ask.now), local_date(ask.now)
    return await waits_by_week(
        actor=ask.actor, first_day=days.first, last_day=min(days.last, today), now=ask.now
    )


@routes.get("/board", needs=NEEDS, summary="Agreements, visits, waits and consents at a glance")
async def board(ask: Ask, query: BoardQuery) -> Show:
    return _shown(
        "board/board.html",
        ask,
        query,
        homes=await coverage(actor=ask.actor, now=ask.now),
        visits=await kept_by_home(actor=ask.actor, days=query.days(ask.now), now=ask.now),
        waits=await _waits(ask, query),
        consents=await asked_by_institution(actor=ask.actor, days=query.days(ask.now), now=ask.now),
    )


@routes.get("/board/agreements", needs=NEEDS, summary="Which homes are signed, and what keeps the others")
async def agreements(ask: Ask) -> Show:
    return Show("board/agreements.html", homes=await coverage(actor=ask.actor, now=ask.now))


@routes.get(
    "/board/visits", needs=NEEDS, summary="Rounds that were due, by home, and those that do not count"
)
async def visits(ask: Ask, query: VisitsQuery) -> Show:
    days = query.days(ask.now)
    return _shown(
        "board/visits.html",
        ask,
        query,
        kept=await kept_by_home(actor=ask.actor, days=days, now=ask.now),
        page=await not_counted(
            actor=ask.actor, days=days, home_uid=query.home, wish=query.counted, now=ask.now
        ),
        home=query.home,
    )


@routes.get("/board/waits", needs=NEEDS, summary="Days of waiting, green channel beside public queue")
async def waits(ask: Ask, query: BoardQuery) -> Show:
    return _shown("board/waits.html", ask, query, waits=await _waits(ask, query))


@routes.get("/board/consents", needs=NEEDS, summary="Who asked for consent, and was answered")
async def consents(ask: Ask, query: BoardQuery) -> Show:
    found = await asked_by_institution(actor=ask.actor, days=query.days(ask.now), now=ask.now)
    return _shown("board/consents.html", ask, query, found=found)
