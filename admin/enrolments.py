"""Family doctors in the console: contracts, who has none, teams, and the rate."""

from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import Field

from admin.find import FINDERS, Found
from admin.home import WAITING, Waiting, waits
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.enrolments import actions, queries
from server.enrolments.queries import LISTED_WORDS, Listed
from server.enrolments.rules import (
    BY_STAFF,
    END_WORDS,
    GROUP_WORDS,
    STATED,
    EndReason,
    EnrolmentStatus,
    Group,
    Why,
)
from server.kit.scans import LARGEST_PAPER
from server.web import (
    Ask,
    Clean,
    Download,
    Form,
    Go,
    Line,
    MenuEntry,
    PageQuery,
    Routes,
    Show,
    Uid,
    Upload,
    text,
)

routes = Routes("enrolments", tag="家庭医生")
menu = MenuEntry("家庭医生", "/admin/enrolments", Permission.ENROLMENT_READ, 45)

READ, OFFER, MANAGE = Permission.ENROLMENT_READ, Permission.ENROLMENT_OFFER, Permission.ENROLMENT_MANAGE
ENVELOPE = 64 * 1024
TONES = {
    EnrolmentStatus.APPLIED: "wait", EnrolmentStatus.SIGNED: "note", EnrolmentStatus.ACTIVE: "ok",
    EnrolmentStatus.RENEWED: "done", EnrolmentStatus.ENDED: "done",
}  # fmt: skip
WHY_TONES = {
    Why.WAITS_FOR_TEAM: "stop", Why.WAITS_FOR_FAMILY: "wait", Why.NOT_YET_BEGUN: "note", Why.OWN_WISH: "note",
}  # fmt: skip
Source = Annotated[str, text(100), Clean]
Code = Annotated[str, text(32), Clean]
Name = Annotated[str, text(40), Clean]
People = Annotated[int, Field(ge=1, le=100_000)]
Members = Annotated[list[Uid], Field(default_factory=list, max_length=50)]


class ListQuery(PageQuery):
    listed: Listed = Listed.ACTIVE
    team: Uid | None = None


class MissingQuery(PageQuery):
    home: Uid | None = None


class Offer(Form):
    team: Uid
    package: Code


class Groups(Form):
    groups: list[Group] = Field(default_factory=list, max_length=20)
    source: Source


class Paper(Form):
    signer: Uid | None = None  # a proxy's grant; None: the resident
    evidence: Line
    file: Upload


class End(Form):
    why: EndReason
    text: Line


class Team(Form):
    name: Name
    leader: Uid
    members: Members
    capacity: People


class TeamChange(Form):
    members: Members
    capacity: People


async def find_enrolments(actor: Actor, words: str, now: datetime) -> list[Found]:
    if not actor.may(READ):
        return []
    return [
        Found(
            f"{card.resident_name}　家庭医生签约",
            f"{card.team_name}，{card.status_words}",
            f"/admin/enrolments/{card.uid}",
        )
        for card in await queries.find_enrolments(actor=actor, text=words, now=now)
    ]


async def for_family(actor: Actor, now: datetime) -> Waiting | None:
    if not actor.may(OFFER) or actor.may(MANAGE):
        return None
    count = await queries.count_enrolments(actor=actor, listed=Listed.FOR_FAMILY, now=now)
    return Waiting("份家庭医生协议等长者签字", count, "/admin/enrolments?listed=for_family")


waits(
    "份家庭医生申请等您确认",
    "/admin/enrolments?listed=for_team",
    partial(queries.count_enrolments, listed=Listed.FOR_TEAM),
    needs=MANAGE,
    urgent=True,
)
WAITING.append(for_family)
waits(
    "份家庭医生签约快到期，还没续",
    "/admin/enrolments?listed=expiring",
    partial(queries.count_enrolments, listed=Listed.EXPIRING),
    needs=MANAGE,
)
FINDERS.append(find_enrolments)


@routes.get("/enrolments", needs=READ, summary="Contracts with family doctors")
async def contracts(ask: Ask, query: ListQuery) -> Show:
    page = await queries.enrolment_rows(
        actor=ask.actor, listed=query.listed, team_uid=query.team, wish=query.counted, now=ask.now
    )
    return Show(
        "enrolments/list.html",
        page=page,
        query=query,
        words=LISTED_WORDS,
        teams=await queries.teams_to_filter(actor=ask.actor),
        tones=TONES,
    )


@routes.get("/enrolments/missing", needs=OFFER, summary="Who has no family doctor, why, and what to do next")
async def missing(ask: Ask, query: MissingQuery) -> Show:
    board = await queries.missing_board(actor=ask.actor, home_uid=query.home, wish=query.counted, now=ask.now)
    return Show("enrolments/missing.html", board=board, query=query, tones=WHY_TONES)


@routes.get("/enrolments/rates", needs=Permission.ENROLMENT_COUNT, summary="The rate, against its target")
async def rates(ask: Ask, query: PageQuery) -> Show:
    card = await queries.rates(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("enrolments/rates.html", card=card)


@routes.get("/enrolments/teams", needs=MANAGE, summary="The teams of my center")
async def teams(ask: Ask) -> Show:
    board = await queries.team_board(actor=ask.actor, now=ask.now)
    return Show("enrolments/teams.html", board=board)


@routes.post("/enrolments/teams", needs=MANAGE, summary="Form a team")
async def form_team(ask: Ask, body: Team) -> Go:
    await actions.form_team(
        actor=ask.actor,
        name=body.name,
        leader_uid=body.leader,
        member_uids=body.members,
        capacity=body.capacity,
        now=ask.now,
    )
    return Go("/admin/enrolments/teams", said="团队建好了，可以开始签约。")


@routes.post(
    "/enrolments/teams/<team_uid>", needs=MANAGE, summary="Say anew who belongs to a team, and its limit"
)
async def change_team(ask: Ask, team_uid: str, body: TeamChange) -> Go:
    await actions.change_team(
        actor=ask.actor, uid=team_uid, member_uids=body.members, capacity=body.capacity, now=ask.now
    )
    return Go("/admin/enrolments/teams", said="团队已更新。")


@routes.post("/enrolments/teams/<team_uid>/close", needs=MANAGE, summary="Close a team that has nobody")
async def close_team(ask: Ask, team_uid: str) -> Go:
    await actions.close_team(actor=ask.actor, uid=team_uid, now=ask.now)
    return Go("/admin/enrolments/teams", said="团队已关闭。")


@routes.get("/enrolments/offers/<resident_uid>", needs=OFFER, summary="What may be offered to one resident")
async def offer_form(ask: Ask, resident_uid: str) -> Show:
    sheet = await queries.offer_sheet(actor=ask.actor, resident_uid=resident_uid, now=ask.now)
    stated = [(str(group), GROUP_WORDS[group]) for group in STATED]
    return Show("enrolments/offer.html", sheet=sheet, stated=stated)


@routes.post("/enrolments/offers/<resident_uid>", needs=OFFER, summary="Offer a contract")
async def offer(ask: Ask, resident_uid: str, body: Offer) -> Go:
    card = await actions.offer_doctor(
        actor=ask.actor, resident_uid=resident_uid, team_uid=body.team, package=body.package, now=ask.now
    )
    return Go(f"/admin/enrolments/{card.uid}", said="协议拟好了，等长者或家属签字。")


@routes.post(
    "/enrolments/offers/<resident_uid>/groups", needs=OFFER, summary="State priority groups, with a source"
)
async def groups(ask: Ask, resident_uid: str, body: Groups) -> Go:
    await actions.state_groups(
        actor=ask.actor,
        resident_uid=resident_uid,
        groups=frozenset(body.groups),
        source=body.source,
        now=ask.now,
    )
    return Go(f"/admin/enrolments/offers/{resident_uid}", said="人群登记好了。")


@routes.get("/enrolments/<enrolment_uid>", needs=READ, summary="One contract")
async def contract(ask: Ask, enrolment_uid: str) -> Show:
    sheet = await queries.enrolment_sheet(actor=ask.actor, uid=enrolment_uid, now=ask.now)
    declining = sheet.card.status is EnrolmentStatus.APPLIED
    reasons = [(str(each), END_WORDS[each]) for each in BY_STAFF if (each is EndReason.DECLINED) == declining]
    return Show("enrolments/contract.html", sheet=sheet, card=sheet.card, tones=TONES, reasons=reasons)


@routes.post("/enrolments/<enrolment_uid>/accept", needs=MANAGE, summary="Accept for the team")
async def accept(ask: Ask, enrolment_uid: str) -> Go:
    card = await actions.accept_enrolment(actor=ask.actor, uid=enrolment_uid, now=ask.now)
    return Go(f"/admin/enrolments/{enrolment_uid}", said=f"已确认，现在是“{card.status_words}”。")


@routes.post(
    "/enrolments/<enrolment_uid>/paper",
    needs=OFFER,
    largest_body=LARGEST_PAPER + ENVELOPE,
    summary="File what was signed on paper",
)
async def paper(ask: Ask, enrolment_uid: str, body: Paper) -> Go:
    card = await actions.sign_on_paper(
        actor=ask.actor,
        uid=enrolment_uid,
        grant_uid=body.signer,
        evidence=body.evidence,
        scan=body.file.content,
        now=ask.now,
    )
    return Go(f"/admin/enrolments/{enrolment_uid}", said=f"签字已登记，现在是“{card.status_words}”。")


@routes.get(
    "/enrolments/<enrolment_uid>/papers/<paper_uid>", needs=OFFER, summary="The scan of what was signed"
)
async def scan(ask: Ask, enrolment_uid: str, paper_uid: str) -> Download:
    found = await queries.enrolment_paper(
        actor=ask.actor, uid=enrolment_uid, paper_uid=paper_uid, now=ask.now
    )
    return Download(found.name, found.content, found.media_type)


@routes.post(
    "/enrolments/<enrolment_uid>/end", needs=MANAGE, summary="End a contract, or decline an application"
)
async def end(ask: Ask, enrolment_uid: str, body: End) -> Go:
    await actions.end_enrolment(
        actor=ask.actor, uid=enrolment_uid, reason=body.why, text=body.text, now=ask.now
    )
    return Go(f"/admin/enrolments/{enrolment_uid}", said="已结束，经过继续保存。")
