"""A home's check-ups of a year: plan, list, days, open and close, and who does not want it."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from admin.checkups.shared import PLAN, READ, STANDING_TONES, Remark, routes
from admin.visits import Day
from server.checkups import actions, queries
from server.checkups.rules import STANDING_WORDS, CampaignEvent, CampaignStatus, days_between
from server.web import Ask, Form, Go, PageQuery, Show, text

Year = Annotated[int, Field(ge=2000, le=2100)]
CAMPAIGN_TONES = {
    CampaignStatus.PLANNED: "note", CampaignStatus.OPEN: "wait", CampaignStatus.CLOSED: "done",
}  # fmt: skip


def _minute(value: str) -> str:
    hours, _, minutes = value.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):  # noqa: PLR2004  a day
        msg = "not a time of day"
        raise ValueError(msg)
    return value


TimeOfDay = Annotated[str, text(5, least=4), AfterValidator(_minute)]


class CampaignQuery(PageQuery):
    year: Year | None = None


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


class Answer(Form):
    wants: bool
    note: Remark = ""


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
    sheet = await queries.campaign_lines(actor=ask.actor, uid=campaign_uid, now=ask.now)
    return Show("checkups/days.html", sheet=sheet, card=sheet.card)


@routes.get("/checkups/<campaign_uid>/labels", needs=READ, summary="Labels for tubes and forms")
async def labels(ask: Ask, campaign_uid: str) -> Show:
    sheet = await queries.campaign_lines(actor=ask.actor, uid=campaign_uid, now=ask.now)
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
