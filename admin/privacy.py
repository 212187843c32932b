"""The duties of whoever holds personal information: how long, what for, and what went wrong (PIPL art. 19, 55-57)."""

from typing import Annotated

from pydantic import Field

from admin.home import waits
from admin.visits import CityTime
from server.authority.permissions import Permission
from server.privacy import actions, queries
from server.privacy.actions import Incident
from server.privacy.rules import AUDIENCE_WORDS, DATA_KIND_WORDS, SINCE, VERSION, BreachAudience, DataKind
from server.web import Ask, Clean, Form, Go, Line, MenuEntry, PageQuery, Routes, Show, text

routes = Routes("privacy", tag="个人信息保护")
menu = MenuEntry("个人信息保护", "/admin/privacy", Permission.PRIVACY_READ, 92)

READ, KEEP = Permission.PRIVACY_READ, Permission.BREACH_KEEP
Story = Annotated[str, text(500), Clean]


class NewBreach(Form):
    what: Story
    known_at: CityTime
    happened_at: CityTime | None = None
    kinds: Annotated[tuple[DataKind, ...], Field(min_length=1)]
    people: Annotated[int, Field(ge=0, le=100_000_000)]
    harm: Story
    measures: Story

    @property
    def incident(self) -> Incident:
        return Incident(
            what=self.what,
            known_at=self.known_at,
            happened_at=self.happened_at,
            kinds=self.kinds,
            people=self.people,
            harm=self.harm,
            measures=self.measures,
        )


class Notice(Form):
    audience: BreachAudience
    told_at: CityTime
    how: Line


class Conclusion(Form):
    conclusion: Story


waits(
    "件个人信息泄露事件没有结案",
    "/admin/breaches",
    lambda actor, **_: queries.count_breaches_open(actor=actor),
    needs=KEEP,
    urgent=True,
)


@routes.get("/privacy", needs=READ, summary="How long each kind of data is kept, by which law")
async def clocks(ask: Ask) -> Show:
    return Show("privacy/clocks.html", clocks=await queries.retention_clocks(now=ask.now))


@routes.get("/privacy/processing", needs=READ, summary="The record of processing activities")
async def processing(ask: Ask) -> Show:
    record = await queries.processing_record(now=ask.now)
    kept = await queries.kept_for("privacy.keep_processing_days", now=ask.now)
    return Show("privacy/processing.html", record=record, version=VERSION, since=SINCE, kept=kept)


@routes.get("/breaches", needs=KEEP, summary="The register of incidents")
async def breaches(ask: Ask, query: PageQuery) -> Show:
    page = await queries.breaches(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("privacy/breaches.html", page=page)


@routes.get("/breaches/new", needs=KEEP, summary="The page to record an incident")
async def new_breach(ask: Ask) -> Show:
    return Show("privacy/new_breach.html", kinds=list(DATA_KIND_WORDS.items()), known_at=ask.now)


@routes.post("/breaches", needs=KEEP, summary="Record an incident")
async def record_breach(ask: Ask, body: NewBreach) -> Go:
    uid = await actions.record_breach(actor=ask.actor, incident=body.incident, now=ask.now)
    return Go(
        f"/admin/breaches/{uid}", said="已登记。请按期限通知主管部门和受影响的个人，并把通知登记在这里。"
    )


@routes.get("/breaches/<breach_uid>", needs=KEEP, summary="One incident in full")
async def breach(ask: Ask, breach_uid: str) -> Show:
    sheet = await queries.breach_sheet(actor=ask.actor, uid=breach_uid, now=ask.now)
    return Show("privacy/breach.html", sheet=sheet, audiences=list(AUDIENCE_WORDS.items()))


@routes.post("/breaches/<breach_uid>/notices", needs=KEEP, summary="Write down who was told")
async def note_notice(ask: Ask, breach_uid: str, body: Notice) -> Go:
    await actions.note_breach_notice(
        actor=ask.actor,
        uid=breach_uid,
        audience=body.audience,
        told_at=body.told_at,
        how=body.how,
        now=ask.now,
    )
    return Go(f"/admin/breaches/{breach_uid}", said="通知已登记。")


@routes.post("/breaches/<breach_uid>/close", needs=KEEP, proof=True, summary="Close an incident")
async def close(ask: Ask, breach_uid: str, body: Conclusion) -> Go:
    await actions.close_breach(actor=ask.actor, uid=breach_uid, conclusion=body.conclusion, now=ask.now)
    return Go(f"/admin/breaches/{breach_uid}", said="已结案，登记继续保存。")
