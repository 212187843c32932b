"""Figures as a table to take away: one row a home and indicator, with the words by which it was counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.indicators.access import oversees
from server.indicators.queries.boards import board
from server.indicators.queries.counts import counties, tile_of
from server.indicators.queries.evaluators.indicator import Indicator
from server.indicators.queries.evaluators.registry import indicators_in
from server.indicators.queries.places import Told, places_of
from server.indicators.rules import LEAST, Cadence, Definition, Period, period_of
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish
from server.kit.rollups import Sums, sums_of_tiles


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
    if oversees(actor=actor):
        today = local_date(now)
        return Page(await _of_city(min(month or today, today), today), None)
    shown = await board(actor=actor, month=month, home_uid=home_uid, now=now)
    name = shown.home[1] if shown.home else "本机构经手的"
    return Page(
        tuple(
            FigureRow(card.definition, card.period, name, "", card.told, card.target, card.reached)
            for card in shown.cards
        ),
        None,
    )


async def _of_city(day: date, today: date) -> tuple[FigureRow, ...]:
    everything = indicators_in(day, today=today)
    targets = [each.definition.target.code for each in everything if each.definition.target]
    numbers = await parameters((LEAST, *targets), on=today)
    sums, by_county = await _sums(everything, day), await counties()
    rows: list[FigureRow] = []
    for each in everything:
        definition = each.definition
        period = period_of(definition.cadence, day)
        target = numbers[definition.target.code] if definition.target else None
        least = numbers[LEAST] if definition.about_people else 0
        places = places_of(definition, sums[tile_of(definition)], by_county, least=least, target=target)
        lines = [places.whole, *(line for county, homes in places.counties for line in (county, *homes))]
        rows += [
            FigureRow(definition, period, line.name, line.county, line.told, target, line.reached)
            for line in lines
        ]
    return tuple(rows)


async def _sums(everything: tuple[Indicator, ...], day: date) -> Mapping[str, Sums]:
    found: dict[str, Sums] = {}
    for cadence in Cadence:
        tiles = [tile_of(each.definition) for each in everything if each.definition.cadence is cadence]
        found |= await sums_of_tiles(tiles, period_of(cadence, day).first)
    return found
