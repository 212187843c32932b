"""A whole roster at once: look at what every line would do, then say yes to exactly that."""

import asyncio
from typing import Annotated

from pydantic import StringConstraints

from admin.people import ADMIT, UidText
from server.alliance.queries import own_institutions
from server.people import actions, queries
from server.people.roster import MOST_BYTES, empty_roster, read_roster
from server.web import Ask, Download, Form, Go, Routes, Show, Upload

routes = Routes("roster", tag="长者")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MIB = 1024 * 1024
LARGEST = MOST_BYTES + MIB  # with the other fields
Ticket = Annotated[str, StringConstraints(max_length=MOST_BYTES)]


class RosterForm(Form):
    home: UidText | None = None
    roster: Upload


class RosterYes(Form):
    ticket: Ticket


@routes.get("/residents/roster", needs=ADMIT, summary="The page to hand in a roster")
async def roster_page(ask: Ask) -> Show:
    homes = await own_institutions(actor=ask.actor, permission=ADMIT)
    return Show("people/roster.html", homes=homes)


@routes.get("/residents/roster/template", needs=ADMIT, summary="An empty roster to fill in")
async def roster_template(ask: Ask) -> Download:  # noqa: ARG001  every handler is given the request
    return Download("长者名册模板.xlsx", await asyncio.to_thread(empty_roster), XLSX)


@routes.post(
    "/residents/roster",
    needs=ADMIT,
    largest_body=LARGEST,
    summary="Say what a roster would change, and what is wrong with it",
)
async def preview_roster(ask: Ask, body: RosterForm) -> Show:
    sheet = await asyncio.to_thread(read_roster, body.roster.name, body.roster.content)
    preview = await queries.roster_preview(
        actor=ask.actor, home_uid=body.home, rows=sheet.rows, file_digest=sheet.digest, now=ask.now
    )
    homes = await own_institutions(actor=ask.actor, permission=ADMIT)
    return Show("people/preview.html", preview=preview, homes=homes, home=body.home)


@routes.post(
    "/residents/roster/import",
    needs=ADMIT,
    largest_body=LARGEST,
    summary="Take in the roster as it was shown",
)
async def import_roster(ask: Ask, body: RosterYes) -> Go:
    report = await actions.import_previewed_roster(actor=ask.actor, ticket=body.ticket, now=ask.now)
    return Go("/admin/residents", said=report.sentence)
