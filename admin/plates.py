"""Plates in the console: where one hangs and where none does; print, and end."""

from typing import Annotated, Any

import segno
from markupsafe import Markup
from pydantic import Field

from server.authority.permissions import Permission
from server.documents.queries import PlateLabel, plates_pdf
from server.visits import actions, queries
from server.visits.actions import PlateWish
from server.visits.codes import code_keys, new_plate
from server.visits.rules import MOST_PLATES, PlateKind
from server.web import Ask, Bed, Download, Form, Go, PageQuery, Routes, Show, Uid

routes = Routes("plates", tag="床牌")

DOOR = "door"


class PlateQuery(PageQuery):
    home: Uid | None = None
    bed: Bed | None = None  # or how it begins
    state: queries.PlateState | None = None


class PrintPlates(Form):
    home: Uid
    # Bed numbers; DOOR for the door.
    spots: Annotated[list[Bed], Field(min_length=1, max_length=MOST_PLATES)]


@routes.get("/plates", needs=Permission.PLATE_PRINT, summary="Plates of my home")
async def plates(ask: Ask, query: PlateQuery) -> Show:
    walls = await queries.plate_walls(actor=ask.actor, home_uid=query.home, bed=query.bed, now=ask.now)
    page = await queries.plates(
        actor=ask.actor,
        home_uid=query.home,
        bed=query.bed,
        state=query.state,
        wish=query.counted,
        now=ask.now,
    )
    return Show("visits/plates.html", page=page, walls=walls, door=DOOR, query=query)


@routes.post("/plates", needs=Permission.PLATE_PRINT, summary="Print plates")
async def print_plates(ask: Ask, body: PrintPlates) -> Show:
    wishes = [_wish(spot) for spot in body.spots]
    sheet = await actions.issue_plates(actor=ask.actor, home_uid=body.home, wishes=wishes, now=ask.now)
    drawn = [(plate, _qr(plate.text)) for plate in sheet.plates(wishes)]
    return Show("visits/print.html", home_name=sheet.home_name, batch=sheet.batch, plates=drawn)


@routes.post("/plates/labels", needs=Permission.PLATE_PRINT, summary="Print plates as a sheet of labels")
async def print_labels(ask: Ask, body: PrintPlates) -> Download:
    wishes = [_wish(spot) for spot in body.spots]
    sheet = await actions.issue_plates(actor=ask.actor, home_uid=body.home, wishes=wishes, now=ask.now)
    labels = [PlateLabel(plate.bed or "大门", plate.text) for plate in sheet.plates(wishes)]
    content = await plates_pdf(home=sheet.home_name, batch=sheet.batch, plates=labels)
    return Download(f"扫码牌-{sheet.batch[-6:]}.pdf", content, "application/pdf")


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
