"""Referrals: clinicians and nurses write and move them; a family reads where theirs stands."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AwareDatetime, Field

from server.authority.permissions import Permission
from server.people.rules import CareEvent
from server.records.actions import EmergencyPage
from server.records.rules import EmergencyReason
from server.referrals import actions, queries
from server.referrals.actions import Wish
from server.referrals.queries import (
    Box,
    FollowUpCard,
    FormsCard,
    NewReferral,
    PacketSheet,
    ReferralCard,
    ReferralFilter,
    StoryCard,
)
from server.referrals.rules import (
    MOST_ENTRIES,
    Direction,
    FollowUpOutcome,
    ReferralEvent,
    ReferralStatus,
    Urgency,
)
from server.referrals.rules.words import slip_address
from server.web import Ask, Body, Clean, Line, Page, PageQuery, Purpose, Query, Routes, Uid, text
from server.web.qr import modules

routes = Routes("referrals", tag="转诊")

READ = Permission.REFERRAL_READ
SEND = Permission.REFERRAL_SEND

Code = Annotated[str, text(40)]
Answer = Annotated[str, text(500, least=0), Clean]
Slip = Annotated[dict[Code, Answer], Field(max_length=12)]
Entries = Annotated[tuple[Uid, ...], Field(max_length=MOST_ENTRIES)]
Remark = Annotated[str, text(200, least=0), Clean]


@dataclass(frozen=True)
class StorySheet(StoryCard):
    """A story with the slip's code, for the receiving desk to scan."""

    slip_modules: tuple[str, ...] = field(
        repr=False
    )  # rows of a QR code, "1" is dark; none once they are there


class Said(Body):
    """What a referral says; an up-referral brings the slip, a down-referral writes it when it is offered."""

    criteria: Annotated[tuple[Code, ...], Field(max_length=20)]
    urgency: Urgency = Urgency.ROUTINE
    department: Annotated[str, text(60, least=0), Clean] = ""
    contact: Annotated[str, text(60, least=0), Clean] = ""
    slip: Slip = {}
    entries: Entries = ()

    def wish(self) -> Wish:
        return Wish(self.criteria, self.urgency, self.department, self.contact, self.slip, self.entries)


class WriteReferral(Said):
    direction: Direction
    sender: Uid
    receiver: Uid


class Step(Body):
    event: ReferralEvent
    reason: Remark = ""


class Schedule(Body):
    come_at: AwareDatetime
    come_to: Annotated[str, text(100, least=0), Clean] = ""


class Seat(Body):
    slot: Uid


class OfferBack(Body):
    slip: Slip
    entries: Entries = ()


class AcceptBack(Body):
    care: CareEvent


class Emergency(Body):
    reason: EmergencyReason
    explanation: Line


class FollowUp(Body):
    outcome: FollowUpOutcome
    remark: Annotated[str, text(500), Clean]


class Waive(Body):
    reason: Line


class ReferralQuery(PageQuery):
    box: Box | None = None
    status: ReferralStatus | None = None
    open: bool = False


class NewQuery(Query):
    direction: Direction | None = None


@routes.get("/referral-forms", needs=SEND, summary="Check-lists and slips of today")
async def forms(ask: Ask) -> FormsCard:  # noqa: ARG001  one form for all handlers
    return queries.forms()


@routes.get("/referrals", needs=SEND, summary="Referrals between my institution and others")
async def referrals(ask: Ask, query: ReferralQuery) -> Page[ReferralCard]:
    wanted = ReferralFilter(box=query.box, status=query.status, open_only=query.open)
    return await queries.referrals(actor=ask.actor, wanted=wanted, wish=query.wish, now=ask.now)


@routes.get("/referrals/<referral_uid>", needs=SEND, summary="One referral, and what I may do with it")
async def referral(ask: Ask, referral_uid: str) -> ReferralCard:
    return await queries.referral(actor=ask.actor, uid=referral_uid, now=ask.now)


@routes.get(
    "/residents/<resident_uid>/referrals",
    needs=READ,
    summary="Where a resident's referrals stand, in plain words",
)
async def stories(ask: Ask, resident_uid: str) -> tuple[StorySheet, ...]:
    cards = await queries.stories(actor=ask.actor, resident_uid=resident_uid, now=ask.now)
    city = ask.settings.public_url
    return tuple(StorySheet(**vars(card), slip_modules=_slip(card.code, city)) for card in cards)


def _slip(code: str, city: str) -> tuple[str, ...]:
    """Draw what the printed slip carries."""
    return modules(slip_address(code, city=city)) if code else ()


@routes.get(
    "/residents/<resident_uid>/referrals/new",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="Whom a referral may go between, what is asked, and what may go along",
)
async def new(ask: Ask, resident_uid: str, query: NewQuery) -> NewReferral:
    return await queries.new_referral(
        actor=ask.actor, resident_uid=resident_uid, direction=query.direction, now=ask.now
    )


@routes.post(
    "/residents/<resident_uid>/referrals",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    status=201,
    summary="Write a referral: a draft on the way up, a planned discharge on the way down",
)
async def write(ask: Ask, resident_uid: str, body: WriteReferral) -> ReferralCard:
    return await actions.write_referral(
        actor=ask.actor,
        resident_uid=resident_uid,
        direction=body.direction,
        from_uid=body.sender,
        to_uid=body.receiver,
        wish=body.wish(),
        now=ask.now,
    )


@routes.put(
    "/referrals/<referral_uid>",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="Change one that is not sent, or that was returned",
)
async def amend(ask: Ask, referral_uid: str, body: Said) -> ReferralCard:
    return await actions.amend_referral(actor=ask.actor, uid=referral_uid, wish=body.wish(), now=ask.now)


@routes.post("/referrals/<referral_uid>/steps", needs=SEND, summary="Do the next step")
async def step(ask: Ask, referral_uid: str, body: Step) -> ReferralCard:
    return await actions.move_referral(
        actor=ask.actor, uid=referral_uid, event=body.event, reason=body.reason or None, now=ask.now
    )


@routes.post("/referrals/<referral_uid>/schedule", needs=SEND, summary="Say when and where they are expected")
async def schedule(ask: Ask, referral_uid: str, body: Schedule) -> ReferralCard:
    return await actions.schedule_referral(
        actor=ask.actor, uid=referral_uid, come_at=body.come_at, come_to=body.come_to, now=ask.now
    )


@routes.post("/referrals/<referral_uid>/seat", needs=SEND, summary="Book a seat of my institution for it")
async def seat(ask: Ask, referral_uid: str, body: Seat) -> ReferralCard:
    return await actions.book_seat(actor=ask.actor, uid=referral_uid, slot_uid=body.slot, now=ask.now)


@routes.post(
    "/referrals/<referral_uid>/back",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="Write the return slip and ask the other side to take them back",
)
async def offer_back(ask: Ask, referral_uid: str, body: OfferBack) -> ReferralCard:
    return await actions.offer_back(
        actor=ask.actor, uid=referral_uid, slip=body.slip, entries=body.entries, now=ask.now
    )


@routes.post("/referrals/<referral_uid>/homecoming", needs=SEND, summary="Agree to take them back")
async def accept_back(ask: Ask, referral_uid: str, body: AcceptBack) -> ReferralCard:
    return await actions.accept_back(actor=ask.actor, uid=referral_uid, care=body.care, now=ask.now)


@routes.get(
    "/referrals/<referral_uid>/packet",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CONTINUITY,
    summary="What went along, as far as it is shared",
)
async def packet(ask: Ask, referral_uid: str) -> PacketSheet:
    return await queries.packet_sheet(actor=ask.actor, uid=referral_uid, now=ask.now)


@routes.post(
    "/referrals/<referral_uid>/emergency-reads",
    needs=Permission.RECORD_EMERGENCY,
    purpose=Purpose.EMERGENCY,
    status=201,
    summary="Open what went along without consent, to save a life",
)
async def open_in_emergency(ask: Ask, referral_uid: str, body: Emergency) -> EmergencyPage:
    return await actions.open_packet_in_emergency(
        actor=ask.actor,
        uid=referral_uid,
        reason=body.reason,
        explanation=body.explanation,
        now=ask.now,
    )


@routes.get("/referral-follow-ups", needs=SEND, summary="Follow-ups that my institution owes")
async def follow_ups(ask: Ask, query: PageQuery) -> Page[FollowUpCard]:
    return await queries.follow_ups(actor=ask.actor, owed_only=True, wish=query.wish, now=ask.now)


@routes.post(
    "/referral-follow-ups/<follow_up_uid>",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="Write down how it went",
)
async def do_follow_up(ask: Ask, follow_up_uid: str, body: FollowUp) -> FollowUpCard:
    return await actions.do_follow_up(
        actor=ask.actor, uid=follow_up_uid, outcome=body.outcome, remark=body.remark, now=ask.now
    )


@routes.post("/referral-follow-ups/<follow_up_uid>/waiver", needs=SEND, summary="Say why nobody need ask")
async def waive_follow_up(ask: Ask, follow_up_uid: str, body: Waive) -> FollowUpCard:
    return await actions.waive_follow_up(actor=ask.actor, uid=follow_up_uid, reason=body.reason, now=ask.now)
