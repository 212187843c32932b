"""Reports by file, looked at first, or by hand; and one report as it stands."""

import asyncio
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from admin.checkups.shared import DUTY_TONES, READ, RECORD, Remark, routes
from admin.visits import Day
from server.checkups import actions, queries
from server.checkups.actions import Found
from server.checkups.intake import empty_sheet, read_reports
from server.checkups.queries import STEP_WORDS
from server.checkups.rules import CITATION, EDITIONS
from server.people.roster import MOST_BYTES
from server.web import Ask, Clean, Download, Form, Go, Purpose, Show, Upload, text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MIB = 1024 * 1024
LARGEST = MOST_BYTES + MIB  # with the other fields
Ticket = Annotated[str, StringConstraints(max_length=MOST_BYTES)]
Story = Annotated[str, text(500, least=0), Clean]
Ticked = Annotated[list[Annotated[str, text(4), Clean]], Field(default_factory=list, max_length=30)]
# Several boxes of one name, each declared below: the editions say which.
TICKED = sorted({item.name for edition in EDITIONS.values() for item in edition.items if item.many})


class ReportsForm(Form):
    reports: Upload


class Yes(Form):
    ticket: Ticket


class Report(Form):
    """A report by hand: the edition says the items, everything but what stands here is a value."""

    model_config = ConfigDict(extra="allow")

    examined_on: Day
    symptoms: Ticked
    diet: Ticked
    guidance: Ticked
    risks: Ticked
    conclusion: Story = ""
    advice: Story = ""
    next_on: Day | None = None
    why_corrected: Remark = ""

    def found(self) -> Found:
        values: dict[str, Any] = dict(self.model_extra or {})
        values |= {name: given for name in TICKED if (given := getattr(self, name))}
        return Found(self.examined_on, values, self.conclusion, self.advice, self.next_on)


@routes.get("/checkups/<campaign_uid>/reports", needs=RECORD, summary="The page to hand in a file of reports")
async def intake(ask: Ask, campaign_uid: str) -> Show:
    head = await queries.campaign_head(actor=ask.actor, uid=campaign_uid, now=ask.now)
    return Show("checkups/intake.html", head=head, card=head.card, citation=CITATION)


@routes.get("/checkups/<campaign_uid>/template", needs=RECORD, summary="An empty sheet to fill in")
async def template(ask: Ask, campaign_uid: str) -> Download:
    head = await queries.campaign_head(actor=ask.actor, uid=campaign_uid, now=ask.now)
    content = await asyncio.to_thread(empty_sheet, head.edition)
    return Download(f"体检结果模板-{head.edition.version}.xlsx", content, XLSX)


@routes.post(
    "/checkups/<campaign_uid>/reports",
    needs=RECORD,
    purpose=Purpose.VISIT,
    largest_body=LARGEST,
    summary="Say what every row of a file would do",
)
async def preview(ask: Ask, campaign_uid: str, body: ReportsForm) -> Show:
    head = await queries.campaign_head(actor=ask.actor, uid=campaign_uid, now=ask.now)
    file = await asyncio.to_thread(
        read_reports, body.reports.name, body.reports.content, edition=head.edition, most_rows=head.most_rows
    )
    found = await queries.intake_preview(
        actor=ask.actor,
        campaign_uid=campaign_uid,
        rows=file.rows,
        mapped=file.mapped,
        unknown=file.unknown,
        digest=file.digest,
        now=ask.now,
    )
    return Show("checkups/preview.html", preview=found, card=head.card, words=STEP_WORDS)


@routes.post(
    "/checkups/<campaign_uid>/reports/import",
    needs=RECORD,
    purpose=Purpose.VISIT,
    largest_body=LARGEST,
    summary="Take in the reports as they were shown",
)
async def import_reports(ask: Ask, campaign_uid: str, body: Yes) -> Go:
    done = await actions.import_reports(
        actor=ask.actor, campaign_uid=campaign_uid, ticket=body.ticket, now=ask.now
    )
    return Go(f"/admin/checkups/{campaign_uid}", said=done.sentence)


@routes.get(
    "/checkups/<campaign_uid>/reports/<resident_uid>",
    needs=RECORD,
    purpose=Purpose.VISIT,
    summary="A report to be filled in by hand",
)
async def report_form(ask: Ask, campaign_uid: str, resident_uid: str) -> Show:
    form = await queries.report_form(
        actor=ask.actor, campaign_uid=campaign_uid, resident_uid=resident_uid, now=ask.now
    )
    return Show("checkups/form.html", form=form)


@routes.post(
    "/checkups/<campaign_uid>/reports/<resident_uid>",
    needs=RECORD,
    purpose=Purpose.VISIT,
    summary="Take in a report by hand, or put it right",
)
async def enter_report(ask: Ask, campaign_uid: str, resident_uid: str, body: Report) -> Go:
    uid = await actions.enter_report(
        actor=ask.actor,
        campaign_uid=campaign_uid,
        resident_uid=resident_uid,
        found=body.found(),
        reason=body.why_corrected,
        now=ask.now,
    )
    return Go(f"/admin/checkups/reports/{uid}", said="报告已写入健康档案，家属会收到通知。")


@routes.get("/checkups/reports/<report_uid>", needs=READ, purpose=Purpose.VISIT, summary="One report")
async def report(ask: Ask, report_uid: str) -> Show:
    sheet = await queries.report_sheet(actor=ask.actor, uid=report_uid, now=ask.now)
    return Show("checkups/report.html", sheet=sheet, card=sheet.card, tones=DUTY_TONES)
