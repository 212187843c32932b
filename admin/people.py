"""The register: who lives in my home, where, and how they are."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from admin.find import FINDERS, Found
from server.alliance.queries import own_institutions, parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import start_of_day
from server.people import actions, queries
from server.people.rules import (
    CARE_WORDS,
    STATES_OF_A_STAY,
    CareCause,
    CareEvent,
    CareState,
    Relation,
    Sex,
    StayEnd,
)
from server.web import Ask, Bed, Clean, Form, Go, MenuEntry, PageQuery, Routes, Show, Uid, text

routes = Routes("people", tag="长者")
menu = MenuEntry("长者", "/admin/residents", Permission.RESIDENT_READ, 10)

READ = Permission.RESIDENT_READ
ADMIT = Permission.RESIDENT_ADMIT
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)

UidText = Annotated[
    str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
]
Name = Annotated[str, text(60), Clean]
Reason = Annotated[str, text(200, least=2), Clean]
Day = Annotated[date, Field(ge=EARLIEST, lt=LATEST)]
NumberText = Annotated[str, text(24), Clean]
Phone = Annotated[str, text(20), Clean]


class ResidentQuery(PageQuery):
    home: Uid | None = None
    care_state: CareState | None = None
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


class Transfer(Form):
    home: UidText
    bed: Bed | None = None
    reason: Reason


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


async def find_residents(actor: Actor, text: str, now: datetime) -> list[Found]:
    if not actor.may(READ):
        return []
    return [
        Found(
            f"{each.name}，{each.age} 岁",
            f"{each.home} {each.bed or '未定床位'}",
            f"/admin/residents/{each.uid}",
        )
        for each in await queries.find_residents(actor=actor, text=text, now=now)
    ]


FINDERS.append(find_residents)


@routes.get("/residents", needs=READ, summary="Residents whom I may reach")
async def residents(ask: Ask, query: ResidentQuery) -> Show:
    page = await queries.residents(
        actor=ask.actor,
        home_uid=query.home,
        care_state=query.care_state,
        bed=query.bed,
        wish=query.counted,
        now=ask.now,
    )
    return Show(
        "people/list.html",
        page=page,
        chosen=query,
        in_a_stay=[(state, CARE_WORDS[state]) for state in STATES_OF_A_STAY],
        homes=await own_institutions(actor=ask.actor, permission=ADMIT),
        advanced_age=await parameter("people.advanced_age", on=ask.now),
    )


@routes.post("/residents/search", needs=READ, summary="Find a resident by the exact number")
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


@routes.get("/residents/<resident_uid>", needs=READ, summary="One resident")
async def resident(ask: Ask, resident_uid: str) -> Show:
    return Show(
        "people/resident.html",
        sheet=await queries.resident_sheet(actor=ask.actor, uid=resident_uid, now=ask.now),
        advanced_age=await parameter("people.advanced_age", on=ask.now),
    )


@routes.post("/residents/<resident_uid>/discharge", needs=ADMIT, summary="Discharge a resident")
async def discharge(ask: Ask, resident_uid: str, body: Discharge) -> Go:
    await actions.discharge(actor=ask.actor, resident_uid=resident_uid, reason=body.reason, now=ask.now)
    return Go("/admin/residents", said="已办理退住。本机构从现在起不能再查看这位长者。")


@routes.post(
    "/residents/<resident_uid>/transfer", needs=ADMIT, summary="Move a resident to another home of mine"
)
async def transfer(ask: Ask, resident_uid: str, body: Transfer) -> Go:
    card = await actions.transfer(
        actor=ask.actor,
        resident_uid=resident_uid,
        home_uid=body.home,
        bed=body.bed,
        reason=body.reason,
        now=ask.now,
    )
    return Go(f"/admin/residents/{card.uid}", said=f"已转到{card.home}，档案、同意和代办人都一起过去。")


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
