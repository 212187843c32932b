"""Home beds on the phone: what the family sees and may ask for, and the clinician's list and rounds."""

from typing import Annotated

from pydantic import AwareDatetime

from server.authority.permissions import Permission
from server.home_beds import actions, queries
from server.home_beds.actions import RoundNote
from server.home_beds.queries import BedCard, BedFilter, BedStory, Work
from server.home_beds.rules import RoundLevel
from server.web import Ask, Body, Clean, Line, Page, PageQuery, Purpose, Routes, Uid, text

routes = Routes("home_beds", tag="家庭病床")

READ, APPLY, WORK = Permission.HOME_BED_READ, Permission.HOME_BED_APPLY, Permission.HOME_BED_WORK
Story = Annotated[str, text(500), Clean]


class WorkQuery(PageQuery):
    work: Work = Work.LIVE


class Apply(Body):
    institution: Uid


class Withdraw(Body):
    reason: Line


class Round(Body):
    complaint: Story
    examination: Story
    plan: Story
    talked: Story | None = None
    level: RoundLevel = RoundLevel.FIRST


class Emergency(Body):
    happened_at: AwareDatetime
    taken_to: Annotated[str, text(100), Clean]


@routes.get("/residents/<resident_uid>/home-beds", needs=READ, summary="How it stands with my home bed")
async def mine(ask: Ask, resident_uid: str) -> tuple[BedStory, ...]:
    return await queries.stories(actor=ask.actor, resident_uid=resident_uid, now=ask.now)


@routes.post("/residents/<resident_uid>/home-beds", needs=APPLY, status=201, summary="Ask for a home bed")
async def apply(ask: Ask, resident_uid: str, body: Apply) -> BedCard:
    return await actions.apply_for_bed(
        actor=ask.actor, resident_uid=resident_uid, institution_uid=body.institution, now=ask.now
    )


@routes.post("/home-beds/<bed_uid>/withdraw", needs=APPLY, summary="Take an application back")
async def withdraw(ask: Ask, bed_uid: str, body: Withdraw) -> BedCard:
    return await actions.withdraw_bed(actor=ask.actor, uid=bed_uid, reason=body.reason, now=ask.now)


@routes.get("/home-beds", needs=READ, summary="Home beds of my institution, and what each waits for")
async def work(ask: Ask, query: WorkQuery) -> Page[BedCard]:
    return await queries.bed_rows(actor=ask.actor, wanted=BedFilter(query.work), wish=query.wish, now=ask.now)


@routes.post(
    "/home-beds/<bed_uid>/rounds",
    needs=WORK,
    purpose=Purpose.VISIT,
    status=201,
    summary="Write a round into the record",
)
async def write_round(ask: Ask, bed_uid: str, body: Round) -> BedCard:
    note = RoundNote(body.complaint, body.examination, body.plan, body.talked or "")
    return await actions.write_round(actor=ask.actor, uid=bed_uid, note=note, level=body.level, now=ask.now)


@routes.post(
    "/home-beds/<bed_uid>/emergency",
    needs=APPLY,
    status=201,
    summary="Note a transfer to hospital from the bed",
)
async def emergency(ask: Ask, bed_uid: str, body: Emergency) -> BedCard:
    return await actions.mark_emergency(
        actor=ask.actor, uid=bed_uid, happened_at=body.happened_at, taken_to=body.taken_to, now=ask.now
    )
