"""The register: residents of my home, who may act for them, and rosters taken in at once."""

import asyncio
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from admin.home import WAITING, Waiting
from server.alliance.queries import own_institutions
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import start_of_day
from server.people import actions, queries
from server.people.roster import empty_roster, read_roster
from server.people.rules import CareCause, CareEvent, EndReason, Relation, Sex, StayEnd
from server.web import (
    Ask,
    Clean,
    Download,
    Form,
    Go,
    MenuEntry,
    PageQuery,
    PageWish,
    Routes,
    Show,
    Upload,
    text,
)

routes = Routes("people", tag="长者")
menu = MenuEntry("长者", "/admin/residents", Permission.RESIDENT_READ, 10)

ADMIT = Permission.RESIDENT_ADMIT
REVIEW = Permission.PROXY_REVIEW
MIB = 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)

UidText = Annotated[
    str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
]
Name = Annotated[str, text(60), Clean]
Bed = Annotated[str, text(20), Clean]
Reason = Annotated[str, text(200, least=2), Clean]
Day = Annotated[date, Field(ge=EARLIEST, lt=LATEST)]
NumberText = Annotated[str, text(24), Clean]
Phone = Annotated[str, text(20), Clean]


class ResidentQuery(PageQuery):
    bed: Bed | None = None


class Search(Form):
    national_id: NumberText


class Admit(Form):
    home: UidText
    name: Name
    sex: Sex
    birth_date: Day
    national_id: NumberText | None = None
    phone: Phone | None = None
    bed: Bed | None = None


class Discharge(Form):
    reason: StayEnd


class ChangeBed(Form):
    bed: Bed


class Died(Form):
    day: Day

    def died_at(self) -> datetime:
        return start_of_day(self.day)


class Change(Form):
    event: CareEvent
    cause: CareCause


class BindAccount(Form):
    account: UidText


class Kin(Form):
    name: Name
    relation: Relation
    phone: Phone | None = None
    emergency: bool = False


class RosterForm(Form):
    home: UidText | None = None
    roster: Upload


class WithDocument(Form):
    document_ref: Annotated[str, text(80), Clean]


class WithEndReason(Form):
    reason: EndReason


class Merge(Form):
    survivor: UidText
    absorbed: UidText
    reason: Reason


class Unmerge(Form):
    absorbed: UidText
    reason: Reason


async def proxies_waiting(actor: Actor, now: datetime) -> Waiting | None:
    if not actor.may(REVIEW):
        return None
    return Waiting(
        "份代办申请等您审核", len(await queries.proxies_to_review(actor=actor, now=now)), "/admin/proxies"
    )


WAITING.append(proxies_waiting)


@routes.get("/residents", needs=Permission.RESIDENT_READ, summary="Residents whom I may reach")
async def residents(ask: Ask, query: ResidentQuery) -> Show:
    wish = PageWish(query.after, query.limit)
    page = await queries.residents(actor=ask.actor, bed=query.bed, wish=wish, now=ask.now)
    return Show("people/list.html", page=page, bed=query.bed or "")


@routes.post(
    "/residents/search", needs=Permission.RESIDENT_READ, summary="Find a resident by the exact number"
)
async def search(ask: Ask, body: Search) -> Go:
    card = await queries.resident_by_national_id(actor=ask.actor, national_id=body.national_id, now=ask.now)
    return Go(f"/admin/residents/{card.uid}")


@routes.get("/residents/new", needs=ADMIT, summary="The page to admit a resident")
async def admit_page(ask: Ask) -> Show:
    return Show("people/new.html", homes=await own_institutions(actor=ask.actor, permission=ADMIT))


@routes.post("/residents", needs=ADMIT, summary="Admit a resident")
async def admit(ask: Ask, body: Admit) -> Go:
    card = await actions.admit(
        actor=ask.actor,
        home_uid=body.home,
        name=body.name,
        sex=body.sex,
        birth_date=body.birth_date,
        national_id=body.national_id,
        phone=body.phone,
        bed=body.bed,
        now=ask.now,
    )
    return Go(f"/admin/residents/{card.uid}", said="已办理入住。")


@routes.get("/residents/roster", needs=ADMIT, summary="The page to take in a roster")
async def roster_page(ask: Ask) -> Show:
    return Show(
        "people/roster.html", homes=await own_institutions(actor=ask.actor, permission=ADMIT), report=None
    )


@routes.get("/residents/roster/template", needs=ADMIT, summary="An empty roster to fill in")
async def roster_template(ask: Ask) -> Download:  # noqa: ARG001  every handler is given the request
    return Download("长者名册模板.xlsx", await asyncio.to_thread(empty_roster), XLSX)


@routes.post(
    "/residents/roster",
    needs=ADMIT,
    largest_body=11 * MIB,
    summary="Take in a roster, or say what is wrong with it",
)
async def import_roster(ask: Ask, body: RosterForm) -> Show:
    sheet = await asyncio.to_thread(read_roster, body.roster.name, body.roster.content)
    report = await actions.import_roster(
        actor=ask.actor, home_uid=body.home, rows=sheet.rows, file_digest=sheet.digest, now=ask.now
    )
    homes = await own_institutions(actor=ask.actor, permission=ADMIT)
    return Show("people/roster.html", homes=homes, report=report)


@routes.get("/residents/<resident_uid>", needs=Permission.RESIDENT_READ, summary="One resident")
async def resident(ask: Ask, resident_uid: str) -> Show:
    sheet = await queries.resident_sheet(actor=ask.actor, uid=resident_uid, now=ask.now)
    return Show("people/resident.html", sheet=sheet)


@routes.post("/residents/<resident_uid>/discharge", needs=ADMIT, summary="Discharge a resident")
async def discharge(ask: Ask, resident_uid: str, body: Discharge) -> Go:
    await actions.discharge(actor=ask.actor, resident_uid=resident_uid, reason=body.reason, now=ask.now)
    return Go("/admin/residents", said="已办理退住。本机构从现在起不能再查看这位长者。")


@routes.post("/residents/<resident_uid>/bed", needs=ADMIT, summary="Give a resident another bed")
async def change_bed(ask: Ask, resident_uid: str, body: ChangeBed) -> Go:
    await actions.change_bed(actor=ask.actor, resident_uid=resident_uid, bed=body.bed, now=ask.now)
    return Go(f"/admin/residents/{resident_uid}", said="床位已调换。")


@routes.post("/residents/<resident_uid>/care-state", needs=ADMIT, summary="Change the care state")
async def transition(ask: Ask, resident_uid: str, body: Change) -> Go:
    await actions.transition(
        actor=ask.actor, resident_uid=resident_uid, event=body.event, cause=body.cause, now=ask.now
    )
    return Go(f"/admin/residents/{resident_uid}", said="照护状态已更新。")


@routes.post("/residents/<resident_uid>/death", needs=ADMIT, summary="Record a death")
async def record_death(ask: Ask, resident_uid: str, body: Died) -> Go:
    await actions.record_death(
        actor=ask.actor, resident_uid=resident_uid, died_at=body.died_at(), now=ask.now
    )
    return Go("/admin/residents", said="已登记离世，所有代办权限同时结束。请向家属致以慰问。")


@routes.post(
    "/residents/<resident_uid>/account", needs=ADMIT, summary="Tie a resident's own phone, face to face"
)
async def bind_account(ask: Ask, resident_uid: str, body: BindAccount) -> Go:
    await actions.bind_account(
        actor=ask.actor, resident_uid=resident_uid, account_uid=body.account, now=ask.now
    )
    return Go(f"/admin/residents/{resident_uid}", said="已绑定长者本人的微信。")


@routes.post("/residents/<resident_uid>/kin", needs=ADMIT, summary="Write down a relative")
async def record_kinship(ask: Ask, resident_uid: str, body: Kin) -> Go:
    await actions.record_kinship(
        actor=ask.actor,
        resident_uid=resident_uid,
        name=body.name,
        relation=body.relation,
        phone=body.phone,
        emergency=body.emergency,
        now=ask.now,
    )
    return Go(f"/admin/residents/{resident_uid}", said="亲属已登记。登记亲属不等于代办授权。")


@routes.get("/proxies", needs=REVIEW, summary="Applications to act for residents")
async def proxies(ask: Ask) -> Show:
    return Show("people/proxies.html", cards=await queries.proxies_to_review(actor=ask.actor, now=ask.now))


@routes.post("/proxies/<grant_uid>/verify", needs=REVIEW, summary="The applicant's papers were compared")
async def verify_proxy(ask: Ask, grant_uid: str) -> Go:
    await actions.verify_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)
    return Go("/admin/proxies", said="身份已核对。接下来请长者本人确认，或见证、核对文件。")


@routes.post("/proxies/<grant_uid>/reject", needs=REVIEW, summary="Turn an application down")
async def reject_proxy(ask: Ask, grant_uid: str, body: WithEndReason) -> Go:
    await actions.reject_proxy(actor=ask.actor, uid=grant_uid, reason=body.reason, now=ask.now)
    return Go("/admin/proxies", said="申请已退回。")


@routes.post("/proxies/<grant_uid>/document", needs=REVIEW, summary="Accept a guardian's document")
async def confirm_by_document(ask: Ask, grant_uid: str, body: WithDocument) -> Go:
    await actions.confirm_by_document(
        actor=ask.actor, uid=grant_uid, document_ref=body.document_ref, now=ask.now
    )
    return Go("/admin/proxies", said="文件已核对，代办权限生效。")


@routes.post(
    "/proxies/<grant_uid>/witness", needs=Permission.PROXY_CONFIRM, summary="Witness a resident's yes"
)
async def witness_proxy(ask: Ask, grant_uid: str, body: WithDocument) -> Go:
    await actions.witness_proxy(actor=ask.actor, uid=grant_uid, document_ref=body.document_ref, now=ask.now)
    return Go("/admin/proxies", said="见证已记录。两位工作人员都见证后，代办权限生效。")


@routes.post(
    "/proxies/<grant_uid>/suspend", needs=Permission.PROXY_SUSPEND, summary="Pause an authority at once"
)
async def suspend_proxy(ask: Ask, grant_uid: str, body: WithEndReason) -> Go:
    card = await actions.suspend_proxy(actor=ask.actor, uid=grant_uid, reason=body.reason, now=ask.now)
    return Go(_back_to(card), said="代办权限已暂停，立即生效。")


@routes.post(
    "/proxies/<grant_uid>/resume", needs=Permission.PROXY_SUSPEND, summary="Give a paused authority back"
)
async def resume_proxy(ask: Ask, grant_uid: str) -> Go:
    card = await actions.resume_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)
    return Go(_back_to(card), said="代办权限已恢复。")


@routes.post("/proxies/<grant_uid>/end", needs=Permission.PROXY_SUSPEND, summary="End an authority")
async def end_proxy(ask: Ask, grant_uid: str, body: WithEndReason) -> Go:
    card = await actions.end_proxy(actor=ask.actor, uid=grant_uid, reason=body.reason, now=ask.now)
    return Go(_back_to(card), said="代办权限已结束。")


@routes.get("/merges", needs=Permission.RESIDENT_MERGE, summary="The page to merge two entries of one person")
async def merge_page(ask: Ask) -> Show:  # noqa: ARG001  every handler is given the request
    return Show("people/merges.html")


@routes.post("/merges", needs=Permission.RESIDENT_MERGE, summary="Merge two entries of one person")
async def merge(ask: Ask, body: Merge) -> Go:
    await actions.merge_residents(
        actor=ask.actor,
        survivor_uid=body.survivor,
        absorbed_uid=body.absorbed,
        reason=body.reason,
        now=ask.now,
    )
    return Go("/admin/merges", said="两份登记已合并。如果合并错了，可以在本页撤销。")


@routes.post("/merges/undo", needs=Permission.RESIDENT_MERGE, summary="Undo a merge")
async def unmerge(ask: Ask, body: Unmerge) -> Go:
    await actions.unmerge_residents(
        actor=ask.actor, absorbed_uid=body.absorbed, reason=body.reason, now=ask.now
    )
    return Go("/admin/merges", said="合并已撤销，两份登记各自恢复。")


def _back_to(card: queries.ProxyCard) -> str:
    return f"/admin/residents/{card.resident_uid}" if card.resident_uid else "/admin/proxies"
