"""Home beds in the console: who asked for one, what each waits for, its rounds and days, and how many there are."""

from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import Field

from admin.find import FINDERS, Found
from admin.home import waits
from admin.visits import CityTime
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.home_beds import actions, queries
from server.home_beds.actions import Opening, RoundNote
from server.home_beds.queries import WORK_WORDS, BedFilter, Work
from server.home_beds.rules import (
    BED_KIND_WORDS,
    BY_ITSELF,
    END_WORDS,
    LEVEL_WORDS,
    BedKind,
    EndReason,
    HomeBedStatus,
    RoundLevel,
)
from server.web import (
    Ask,
    Clean,
    Form,
    Go,
    Line,
    MenuEntry,
    PageQuery,
    Purpose,
    Query,
    Routes,
    Show,
    Uid,
    text,
)

routes = Routes("home_beds", tag="家庭病床")
menu = MenuEntry("家庭病床", "/admin/home-beds", Permission.HOME_BED_READ, 44)

READ, APPLY = Permission.HOME_BED_READ, Permission.HOME_BED_APPLY
WORK, COUNT = Permission.HOME_BED_WORK, Permission.HOME_BED_COUNT
TONES = {
    HomeBedStatus.APPLIED: "wait",
    HomeBedStatus.ASSESSED: "wait",
    HomeBedStatus.OPENED: "ok",
    HomeBedStatus.SUSPENDED: "note",
    HomeBedStatus.CLOSED: "done",
    HomeBedStatus.DECLINED: "done",
    HomeBedStatus.WITHDRAWN: "done",
}
ENDS = {reason: words for reason, words in END_WORDS.items() if reason not in BY_ITSELF}
Code = Annotated[str, text(16), Clean]
Number = Annotated[str, text(40), Clean]
Filing = Annotated[str, text(60), Clean]
Story = Annotated[str, text(500), Clean]
Talked = Annotated[str, text(500, least=0), Clean]
Whole = Annotated[str, text(1800), Clean]
Maybe = Annotated[str, text(1800, least=0), Clean]
Remark = Annotated[str, text(200, least=0), Clean]


class WorkQuery(PageQuery):
    work: Work = Work.LIVE


class NewQuery(Query):
    resident: Uid


class Apply(Form):
    resident: Uid
    institution: Uid


class Assess(Form):
    version: Code
    ticked: list[Code] = Field(default_factory=list, max_length=30)
    kind: BedKind
    doctor: Uid
    nurse: Uid
    findings: Whole


class Open(Form):
    number: Number
    filing_number: Filing
    rounds_a_week: Annotated[int, Field(ge=1, le=7)]


class Round(Form):
    complaint: Story
    examination: Story
    plan: Story
    talked: Talked = ""
    level: RoundLevel = RoundLevel.FIRST


class Emergency(Form):
    happened_at: CityTime
    taken_to: Annotated[str, text(100), Clean]


class Close(Form):
    why: EndReason
    summary: Maybe = ""
    note: Remark = ""


class Reasoned(Form):
    reason: Line


async def find(actor: Actor, words: str, now: datetime) -> list[Found]:
    if not actor.may(READ):
        return []
    return [
        Found(
            f"{card.resident_name}　家庭病床",
            f"{card.institution_name}，{card.status_words}",
            f"/admin/home-beds/{card.uid}",
        )
        for card in await queries.find_beds(actor=actor, text=words, now=now)
    ]


waits(
    "张家庭病床今天要办或已逾期",
    "/admin/home-beds?work=due",
    partial(queries.count_beds, work=Work.DUE, working=True),
    needs=WORK,
    urgent=True,
)
FINDERS.append(find)


@routes.get("/home-beds", needs=READ, summary="Home beds of my institution, and what each waits for")
async def beds(ask: Ask, query: WorkQuery) -> Show:
    board = await queries.bed_board(
        actor=ask.actor, wanted=BedFilter(query.work), wish=query.counted, now=ask.now
    )
    return Show("home_beds/list.html", board=board, work=query.work, words=WORK_WORDS, tones=TONES)


@routes.get("/home-beds/numbers", needs=COUNT, summary="Beds and bed-days by institution, without a person")
async def numbers(ask: Ask) -> Show:
    return Show("home_beds/numbers.html", counts=await queries.bed_counts(actor=ask.actor, now=ask.now))


@routes.get("/home-beds/new", needs=APPLY, summary="Where a home bed may be asked for")
async def new(ask: Ask, query: NewQuery) -> Show:
    sheet = await queries.new_bed_sheet(actor=ask.actor, resident_uid=query.resident, now=ask.now)
    return Show("home_beds/new.html", sheet=sheet)


@routes.post("/home-beds", needs=APPLY, summary="Ask for a home bed")
async def apply(ask: Ask, body: Apply) -> Go:
    card = await actions.apply_for_bed(
        actor=ask.actor, resident_uid=body.resident, institution_uid=body.institution, now=ask.now
    )
    return Go(f"/admin/home-beds/{card.uid}", said=f"已向{card.institution_name}申请，等上门评估。")


@routes.get(
    "/home-beds/<bed_uid>", needs=READ, purpose=Purpose.VISIT, summary="One home bed with everything at it"
)
async def bed(ask: Ask, bed_uid: str) -> Show:
    sheet = await queries.bed_sheet(actor=ask.actor, uid=bed_uid, now=ask.now)
    return Show(
        "home_beds/bed.html",
        sheet=sheet,
        card=sheet.card,
        kinds=BED_KIND_WORDS,
        levels=LEVEL_WORDS,
        ends=ENDS,
        tones=TONES,
    )


@routes.post(
    "/home-beds/<bed_uid>/assess", needs=WORK, purpose=Purpose.VISIT, summary="Go through the check-list"
)
async def assess(ask: Ask, bed_uid: str, body: Assess) -> Go:
    await actions.assess_bed(
        actor=ask.actor,
        uid=bed_uid,
        version=body.version,
        ticked=body.ticked,
        kind=body.kind,
        doctor_uid=body.doctor,
        nurse_uid=body.nurse,
        findings=body.findings,
        now=ask.now,
    )
    return Go(f"/admin/home-beds/{bed_uid}", said="评估通过，请办医保备案后建床。")


@routes.post("/home-beds/<bed_uid>/open", needs=WORK, summary="Open the bed")
async def open_it(ask: Ask, bed_uid: str, body: Open) -> Go:
    opening = Opening(body.number, body.filing_number, body.rounds_a_week)
    await actions.open_bed(actor=ask.actor, uid=bed_uid, opening=opening, now=ask.now)
    return Go(f"/admin/home-beds/{bed_uid}", said="已建床，从今天起计床日。请按时写首次查床记录。")


@routes.post("/home-beds/<bed_uid>/rounds", needs=WORK, purpose=Purpose.VISIT, summary="Write a round down")
async def write_round(ask: Ask, bed_uid: str, body: Round) -> Go:
    note = RoundNote(body.complaint, body.examination, body.plan, body.talked)
    await actions.write_round(actor=ask.actor, uid=bed_uid, note=note, level=body.level, now=ask.now)
    return Go(f"/admin/home-beds/{bed_uid}", said="查床已写入健康档案，下次日期已更新。")


@routes.post(
    "/home-beds/<bed_uid>/emergency", needs=APPLY, summary="Note a transfer to hospital from the bed"
)
async def emergency(ask: Ask, bed_uid: str, body: Emergency) -> Go:
    await actions.mark_emergency(
        actor=ask.actor, uid=bed_uid, happened_at=body.happened_at, taken_to=body.taken_to, now=ask.now
    )
    said = "已登记。请让陪同的人带上医保备案号，到医院按门急诊结算。"
    return Go(f"/admin/home-beds/{bed_uid}", said=said)


@routes.post(
    "/home-beds/<bed_uid>/close", needs=WORK, purpose=Purpose.VISIT, summary="End the bed with its summary"
)
async def close(ask: Ask, bed_uid: str, body: Close) -> Go:
    await actions.close_bed(
        actor=ask.actor, uid=bed_uid, why=body.why, summary=body.summary, note=body.note, now=ask.now
    )
    return Go(f"/admin/home-beds/{bed_uid}", said="已撤床，记录继续保存。")


@routes.post("/home-beds/<bed_uid>/decline", needs=WORK, summary="Say that somebody cannot be taken in")
async def decline(ask: Ask, bed_uid: str, body: Reasoned) -> Go:
    await actions.decline_bed(actor=ask.actor, uid=bed_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/home-beds/{bed_uid}", said="已告知没有收治，写明了原因。")


@routes.post("/home-beds/<bed_uid>/withdraw", needs=APPLY, summary="Take an application back")
async def withdraw(ask: Ask, bed_uid: str, body: Reasoned) -> Go:
    await actions.withdraw_bed(actor=ask.actor, uid=bed_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/home-beds/{bed_uid}", said="申请已撤回。")
