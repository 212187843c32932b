"""The annual check-up in the console: who is due, the days, reports by file or by hand, and what was found abnormal."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from admin.home import WAITING, Waiting
from admin.visits import Day
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups import actions, queries
from server.checkups.actions import Facts, Found
from server.checkups.intake import empty_sheet, read_reports
from server.checkups.queries import STEP_WORDS
from server.checkups.rules import (
    CITATION,
    DUTY_WORDS,
    INSURANCE_WORDS,
    SETTLED_WORDS,
    STANDING_WORDS,
    CampaignEvent,
    CampaignStatus,
    DutyStatus,
    Insurance,
    Settled,
    Standing,
    days_between,
)
from server.people.roster import MOST_BYTES
from server.web import (
    Ask,
    Clean,
    Download,
    Form,
    Go,
    MenuEntry,
    PageQuery,
    Purpose,
    Routes,
    Show,
    Upload,
    text,
)

routes = Routes("checkups", tag="年度体检")
menu = MenuEntry("年度体检", "/admin/checkups", Permission.CHECKUP_READ, 44)

READ, PLAN, RECORD = Permission.CHECKUP_READ, Permission.CHECKUP_PLAN, Permission.CHECKUP_RECORD
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MIB = 1024 * 1024
LARGEST = MOST_BYTES + MIB  # with the other fields
Ticket = Annotated[str, StringConstraints(max_length=MOST_BYTES)]
Remark = Annotated[str, text(200, least=0), Clean]
Story = Annotated[str, text(500, least=0), Clean]
Year = Annotated[int, Field(ge=2000, le=2100)]
CAMPAIGN_TONES = {
    CampaignStatus.PLANNED: "note", CampaignStatus.OPEN: "wait", CampaignStatus.CLOSED: "done",
}  # fmt: skip
STANDING_TONES = {
    Standing.DUE: "wait", Standing.EXAMINED: "ok", Standing.PARTLY: "wait", Standing.ELSEWHERE: "ok", Standing.DECLINED: "note",
    Standing.PAUSED: "note", Standing.TOO_NEW: "note", Standing.TOO_YOUNG: "done", Standing.GONE: "done",
}  # fmt: skip
DUTY_TONES = {DutyStatus.OPEN: "wait", DutyStatus.DONE: "ok", DutyStatus.VOID: "done"}


def _minute(value: str) -> str:
    hours, _, minutes = value.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):  # noqa: PLR2004  a day
        msg = "not a time of day"
        raise ValueError(msg)
    return value


Ticked = Annotated[list[Annotated[str, text(4), Clean]], Field(default_factory=list, max_length=30)]
TimeOfDay = Annotated[str, text(5, least=4), AfterValidator(_minute)]


class CampaignQuery(PageQuery):
    year: Year | None = None

    def kept(self) -> dict[str, str]:
        return {"year": str(self.year)} if self.year else {}


class DutyQuery(PageQuery):
    status: DutyStatus | None = None

    def kept(self) -> dict[str, str]:
        return {"status": self.status} if self.status else {}


class FactsQuery(PageQuery):
    name: Annotated[str, text(20, least=0), Clean] = ""

    def kept(self) -> dict[str, str]:
        return {"name": self.name} if self.name else {}


class NewCampaign(Form):
    pair: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}\|[0-9A-Z]{26}$")]
    starts_on: Day
    ends_on: Day


class Move(Form):
    event: CampaignEvent


class Days(Form):
    first_on: Day
    last_on: Day
    weekends: bool = False
    per_day: Annotated[int, Field(ge=1, le=100)]
    first_at: TimeOfDay = "08:00"

    @property
    def first_minute(self) -> int:
        hours, _, minutes = self.first_at.partition(":")
        return int(hours) * 60 + int(minutes)


TICKED = (
    "symptoms",
    "diet",
    "guidance",
    "risks",
)  # several boxes of one name: said here, all else by the edition


class Answer(Form):
    wants: bool
    note: Remark = ""


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


class Settle(Form):
    settled: Settled
    note: Annotated[str, text(300), Clean]


class FactsForm(Form):
    insurance: Insurance
    extreme_poverty: bool = False
    employer_exam_on: Day | None = None
    employer_exam_where: Annotated[str, text(60, least=0), Clean] = ""
    source: Annotated[str, text(100), Clean]


async def open_duties(actor: Actor, now: datetime) -> Waiting | None:
    if not actor.may(RECORD):
        return None
    count, late = await queries.count_open_duties(actor=actor, now=now)
    return Waiting("项体检异常等您办", count, "/admin/checkups/duties?status=open", urgent=late > 0)


WAITING.append(open_duties)


@routes.get("/checkups", needs=READ, summary="Check-up campaigns of my institutions")
async def campaigns(ask: Ask, query: CampaignQuery) -> Show:
    page = await queries.campaigns(actor=ask.actor, year=query.year, wish=query.counted, now=ask.now)
    return Show("checkups/list.html", page=page, query=query, tones=CAMPAIGN_TONES)


@routes.get("/checkups/new", needs=PLAN, summary="The page to plan a campaign")
async def new_campaign(ask: Ask) -> Show:
    return Show("checkups/new.html", pairs=await queries.pairs(actor=ask.actor, now=ask.now))


@routes.post("/checkups", needs=PLAN, summary="Plan a home's check-ups of a year")
async def plan(ask: Ask, body: NewCampaign) -> Go:
    home, _, provider = body.pair.partition("|")
    uid = await actions.plan_campaign(
        actor=ask.actor,
        home_uid=home,
        provider_uid=provider,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        now=ask.now,
    )
    return Go(f"/admin/checkups/{uid}", said="已计划，该查的长者都在名单上。接着排日程。")


@routes.get(
    "/checkups/duties",
    needs=READ,
    purpose=Purpose.VISIT,
    summary="What was found abnormal, and who owes what",
)
async def duties(ask: Ask, query: DutyQuery) -> Show:
    page = await queries.duties(actor=ask.actor, status=query.status, wish=query.counted, now=ask.now)
    return Show(
        "checkups/duties.html",
        page=page,
        query=query,
        words=DUTY_WORDS,
        tones=DUTY_TONES,
        settled=SETTLED_WORDS,
    )


@routes.post(
    "/checkups/duties/<duty_uid>", needs=RECORD, purpose=Purpose.VISIT, summary="Write down what was done"
)
async def settle(ask: Ask, duty_uid: str, body: Settle) -> Go:
    await actions.settle_duty(
        actor=ask.actor, duty_uid=duty_uid, settled=body.settled, note=body.note, now=ask.now
    )
    return Go("/admin/checkups/duties?status=open", said="已记下怎样办的。")


@routes.get("/checkups/facts", needs=Permission.CHECKUP_FACTS, summary="Insurance and extreme poverty")
async def facts(ask: Ask, query: FactsQuery) -> Show:
    page = await queries.facts_lines(actor=ask.actor, name=query.name, wish=query.counted, now=ask.now)
    return Show(
        "checkups/facts.html", page=page, query=query, insurances=INSURANCE_WORDS, tones=STANDING_TONES
    )


@routes.post(
    "/checkups/facts/<resident_uid>", needs=Permission.CHECKUP_FACTS, summary="State what decides who is due"
)
async def state_facts(ask: Ask, resident_uid: str, body: FactsForm) -> Go:
    said = Facts(
        body.insurance, body.extreme_poverty, body.source, body.employer_exam_on, body.employer_exam_where
    )
    await actions.state_facts(actor=ask.actor, resident_uid=resident_uid, facts=said, now=ask.now)
    return Go("/admin/checkups/facts", said="已登记，该不该查已经按新的情况算过。")


@routes.get("/checkups/<campaign_uid>", needs=READ, summary="One home's check-ups of a year")
async def campaign(ask: Ask, campaign_uid: str) -> Show:
    sheet = await queries.campaign_sheet(actor=ask.actor, uid=campaign_uid, now=ask.now)
    return Show(
        "checkups/campaign.html",
        sheet=sheet,
        card=sheet.card,
        tones=CAMPAIGN_TONES,
        standing_tones=STANDING_TONES,
        words=STANDING_WORDS,
    )


@routes.get("/checkups/<campaign_uid>/days", needs=READ, summary="The plan of the days, on paper")
async def day_sheet(ask: Ask, campaign_uid: str) -> Show:
    sheet = await queries.campaign_sheet(actor=ask.actor, uid=campaign_uid, now=ask.now)
    return Show("checkups/days.html", sheet=sheet, card=sheet.card)


@routes.get("/checkups/<campaign_uid>/labels", needs=READ, summary="Labels for tubes and forms")
async def labels(ask: Ask, campaign_uid: str) -> Show:
    sheet = await queries.campaign_sheet(actor=ask.actor, uid=campaign_uid, now=ask.now)
    return Show("checkups/labels.html", sheet=sheet, card=sheet.card)


@routes.post("/checkups/<campaign_uid>/list", needs=PLAN, summary="Add who has become due since")
async def list_again(ask: Ask, campaign_uid: str) -> Go:
    added = await actions.list_who_is_due(actor=ask.actor, campaign_uid=campaign_uid, now=ask.now)
    return Go(f"/admin/checkups/{campaign_uid}", said=f"名单已更新，新增 {added} 位。")


@routes.post("/checkups/<campaign_uid>/move", needs=PLAN, summary="Open, close or reopen a campaign")
async def move(ask: Ask, campaign_uid: str, body: Move) -> Go:
    await actions.move_campaign(actor=ask.actor, campaign_uid=campaign_uid, event=body.event, now=ask.now)
    said = {"open": "体检开始了，可以录入报告。", "close": "体检已结束。", "reopen": "已重新打开，可以补录。"}
    return Go(f"/admin/checkups/{campaign_uid}", said=said[body.event])


@routes.post("/checkups/<campaign_uid>/days", needs=PLAN, summary="Give everybody a day and a time")
async def plan_days(ask: Ask, campaign_uid: str, body: Days) -> Go:
    count = await actions.plan_days(
        actor=ask.actor,
        campaign_uid=campaign_uid,
        days=days_between(body.first_on, body.last_on, weekends=body.weekends),
        per_day=body.per_day,
        first_minute=body.first_minute,
        now=ask.now,
    )
    return Go(f"/admin/checkups/{campaign_uid}", said=f"{count} 位长者的日程排好了，按房间顺序。")


@routes.post("/checkups/places/<place_uid>", needs=PLAN, summary="Write down whether somebody wants it")
async def answer(ask: Ask, place_uid: str, body: Answer) -> Go:
    uid = await actions.answer(
        actor=ask.actor, place_uid=place_uid, wants=body.wants, note=body.note, now=ask.now
    )
    return Go(f"/admin/checkups/{uid}", said="已记下本人的意愿。")


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
