"""Figures as a table to take away: one row a home and indicator, with the words by which it was counted."""

from dataclasses import dataclass
from datetime import date, datetime

from server.authority.actor import Actor
from server.indicators.access import oversees
from server.indicators.queries.boards import Told, board, indicator_sheet
from server.indicators.queries.evaluators.registry import in_force_on
from server.indicators.rules import Definition, Period
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish


@dataclass(frozen=True)
class FigureRow:
    definition: Definition
    period: Period
    place: str
    county: str
    told: Told
    target: int | None
    reached: bool | None


async def figure_rows(
    *, actor: Actor, month: date | None, home_uid: str | None, wish: PageWish, now: datetime
) -> Page[FigureRow]:
    """Return the table behind the board: of the whole city by county and home, or of the reader's own institution."""
    if wish.after is not None:
        return Page((), None)
    if not oversees(actor=actor):
        shown = await board(actor=actor, month=month, home_uid=home_uid, now=now)
        name = shown.home[1] if shown.home else "本机构经手的"
        return Page(
            tuple(
                FigureRow(card.definition, card.period, name, "", card.told, card.target, card.reached)
                for card in shown.cards
            ),
            None,
        )
    rows: list[FigureRow] = []
    for indicator in in_force_on(local_date(now)):
        sheet = await indicator_sheet(
            actor=actor, code=indicator.definition.code, since=month, known=None, now=now
        )
        whole = FigureRow(
            sheet.definition, sheet.period, "全市", "", sheet.whole, sheet.target, sheet.reached
        )
        rows.append(whole)
        for county, homes in sheet.counties:
            rows += [
                FigureRow(
                    sheet.definition,
                    sheet.period,
                    line.name,
                    line.county,
                    line.told,
                    sheet.target,
                    line.reached,
                )
                for line in (county, *homes)
            ]
    return Page(tuple(rows), None)
