"""Referrals at the desk: what waits for us, one with all that belongs to it, a new one, what is late, what is owed."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from admin.find import FINDERS, Found
from admin.home import waits
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.queries import open_slots
from server.kit.clock import SHANGHAI
from server.kit.pages import PageWish
from server.people.rules import CareEvent
from server.records.rules import EMERGENCY_WORDS, EmergencyReason
from server.referrals import actions, queries
from server.referrals.actions import Wish
from server.referrals.queries import Box, ReferralFilter
from server.referrals.rules import (
    BACK,
    DIRECTION_WORDS,
    EVENT_WORDS,
    MOST_ENTRIES,
    NEEDS_REASON,
    OUTCOME_WORDS,
    STATUS_WORDS,
    URGENCY_WORDS,
    Direction,
    FollowUpOutcome,
    ReferralEvent,
    ReferralStatus,
    Urgency,
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

routes = Routes("referrals", tag="转诊")

READ = Permission.REFERRAL_READ
SEND = Permission.REFERRAL_SEND
WATCH = Permission.REFERRAL_WATCH
menu = MenuEntry("转诊", "/admin/referrals", SEND, 35)

TONES = {
    ReferralStatus.DRAFT: "note",
    ReferralStatus.SUBMITTED: "wait",
    ReferralStatus.RETURNED: "wait",
    ReferralStatus.DECLINED: "stop",
    ReferralStatus.ACCEPTED: "ok",
    ReferralStatus.SCHEDULED: "ok",
    ReferralStatus.IN_TRANSIT: "wait",
    ReferralStatus.RECEIVED: "ok",
    ReferralStatus.IN_TREATMENT: "ok",
    ReferralStatus.DISCHARGE_PLANNED: "wait",
    ReferralStatus.BACK_OFFERED: "wait",
    ReferralStatus.BACK_ACCEPTED: "ok",
    ReferralStatus.RETURNED_HOME: "ok",
    ReferralStatus.CLOSED: "done",
    ReferralStatus.CANCELLED: "done",
}
# The way as a row of steps; what went wrong on it is said by the tag.
STAGES = {
    Direction.UP: tuple(
        (status, STATUS_WORDS[status])
        for status in (
            ReferralStatus.SUBMITTED,
            ReferralStatus.ACCEPTED,
            ReferralStatus.SCHEDULED,
            ReferralStatus.RECEIVED,
            ReferralStatus.IN_TREATMENT,
            ReferralStatus.BACK_OFFERED,
            ReferralStatus.RETURNED_HOME,
            ReferralStatus.CLOSED,
        )
    ),
    Direction.DOWN: tuple(
        (status, STATUS_WORDS[status])
        for status in (
            ReferralStatus.DISCHARGE_PLANNED,
            ReferralStatus.BACK_OFFERED,
            ReferralStatus.BACK_ACCEPTED,
            ReferralStatus.RETURNED_HOME,
            ReferralStatus.CLOSED,
        )
    ),
}
QUESTIONS = {
    ReferralEvent.SUBMIT: "发出后对方和家属都看得到；随附的资料凭长者的同意给对方看。",
    ReferralEvent.ACCEPT: "受理后请尽快约好来的时间。",
    ReferralEvent.RETURN: "还缺什么？对方补好会重新发来。",
    ReferralEvent.DECLINE: "为什么不能接收？对方和家属会看到。",
    ReferralEvent.DEPART: "长者已经出发，对方会准备接收。",
    ReferralEvent.RECEIVE: "登记收到，长者的照护状态同时转为住院：养老院停餐，巡诊暂停。",
    ReferralEvent.TREAT: "收下住院治疗。",
    ReferralEvent.STAY: "说明最近的情况，养老院和家属看得到。",
    ReferralEvent.PLAN_DISCHARGE: "可以出院或看完了，接着写回转单。",
    ReferralEvent.ASK_MORE: "还缺什么，或者为什么现在接不了？",
    ReferralEvent.ARRIVE_HOME: "人已经接回来了。",
    ReferralEvent.CLOSE: "后续照护都落实了，就可以结案。随附的资料过些天自动关闭。",
    ReferralEvent.CANCEL: "为什么取消？对方和家属会看到。约好的号要另外取消。",
}
BOXES = {Box.MINE: "等我们处理的", Box.IN: "转来的", Box.OUT: "转出的"}
SLOTS = 80  # as many as one looks through


def _in_the_city(value: datetime) -> datetime:
    # A browser's datetime-local field carries no zone: what was typed is the city's time.
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


CityTime = Annotated[datetime, AfterValidator(_in_the_city)]
Code = Annotated[str, text(40)]
Short = Annotated[str, text(60, least=0), Clean]
Brief = Annotated[str, text(200, least=0), Clean]
Answer = Annotated[str, text(500, least=0), Clean]
Entries = Annotated[list[Uid], Field(max_length=MOST_ENTRIES)]


class ReferralQuery(PageQuery):
    box: Box | None = None
    status: ReferralStatus | None = None
    urgency: Urgency | None = None
    late: bool = False

    def wanted(self) -> ReferralFilter:
        return ReferralFilter(self.box, self.status, self.urgency, self.late)

    def kept(self) -> dict[str, str]:
        return self.model_dump(mode="json", exclude={"after", "limit"}, exclude_defaults=True)


class NewQuery(Query):
    direction: Direction | None = None


class LookUp(Form):
    code: Annotated[str, text(200), Clean]


class Said(Form):
    criteria: Annotated[list[Code], Field(max_length=20)] = []
    urgency: Urgency = Urgency.ROUTINE
    department: Short = ""
    contact: Short = ""
    impression: Brief = ""
    present: Answer = ""
    past: Answer = ""
    course: Answer = ""
    entries: Entries = []

    def wish(self) -> Wish:
        slip = {
            "impression": self.impression,
            "present": self.present,
            "past": self.past,
            "course": self.course,
        }
        return Wish(
            tuple(self.criteria), self.urgency, self.department, self.contact, slip, tuple(self.entries)
        )


class Write(Said):
    direction: Direction
    sender: Uid
    receiver: Uid


class Step(Form):
    event: ReferralEvent
    reason: Brief = ""


class Schedule(Form):
    come_at: CityTime
    come_to: Annotated[str, text(100, least=0), Clean] = ""


class Seat(Form):
    slot: Uid


class OfferBack(Form):
    diagnosis: Brief = ""
    admission_number: Annotated[str, text(40, least=0), Clean] = ""
    findings: Answer = ""
    course: Answer = ""
    advice: Answer = ""
    entries: Entries = []

    def slip(self) -> dict[str, str]:
        return self.model_dump(exclude={"entries"})


class AcceptBack(Form):
    care: CareEvent


class Emergency(Form):
    reason: EmergencyReason
    explanation: Line


class FollowUpQuery(PageQuery):
    all: bool = False


class FollowUp(Form):
    outcome: FollowUpOutcome
    remark: Annotated[str, text(500), Clean]


class Waive(Form):
    reason: Line


class LateQuery(PageQuery):
    all: bool = False


MOST_HOURS = 240  # of a new date: ten days


class Settle(Form):
    remark: Line
    hours: Annotated[int, Field(ge=1, le=MOST_HOURS)]


async def find_referrals(actor: Actor, words: str, now: datetime) -> list[Found]:
    if not actor.may(SEND):
        return []
    return [
        Found(
            f"{each.resident_name}　{each.direction_text}转诊",
            f"{each.lower_name}，{each.upper_name}：{each.status_text}",
            f"/admin/referrals/{each.uid}",
        )
        for each in await queries.find_referrals(actor=actor, text=words, now=now)
    ]


waits("件转诊等我们处理", "/admin/referrals?box=mine", queries.count_in_turn, needs=SEND)
waits("位长者紧急转诊后要随访", "/admin/referrals/follow-ups", queries.count_owed, needs=SEND)
waits(
    "件转诊超时，等督办",
    "/admin/referrals/late",
    lambda actor, **_: queries.count_open_escalations(actor=actor),
    needs=WATCH,
    urgent=True,
)
FINDERS.append(find_referrals)


@routes.get("/referrals", needs=SEND, summary="Referrals between my institutions and others")
async def referrals(ask: Ask, query: ReferralQuery) -> Show:
    return Show(
        "referrals/list.html",
        page=await queries.referrals(actor=ask.actor, wanted=query.wanted(), wish=query.counted, now=ask.now),
        query=query,
        boxes=BOXES,
        words=STATUS_WORDS,
        urgencies=URGENCY_WORDS,
        tones=TONES,
    )


@routes.post("/referrals/slip", needs=SEND, keyed=False, summary="Look a slip up by its number or QR code")
async def look_up(ask: Ask, body: LookUp) -> Go:
    card = await queries.referral_by_code(actor=ask.actor, code=body.code, now=ask.now)
    return Go(f"/admin/referrals/{card.uid}")


@routes.get("/referrals/slip/<code>", needs=SEND, summary="Where the QR code of a slip leads")
async def look_up_scanned(ask: Ask, code: str) -> Go:
    card = await queries.referral_by_code(actor=ask.actor, code=code, now=ask.now)
    return Go(f"/admin/referrals/{card.uid}")


@routes.get("/referrals/follow-ups", needs=SEND, summary="Follow-ups after urgent referrals")
async def follow_ups(ask: Ask, query: FollowUpQuery) -> Show:
    page = await queries.follow_ups(actor=ask.actor, owed_only=not query.all, wish=query.counted, now=ask.now)
    return Show("referrals/follow_ups.html", page=page, everything=query.all, outcomes=OUTCOME_WORDS)


@routes.post(
    "/referrals/follow-ups/<follow_up_uid>",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="Write down how it went",
)
async def do_follow_up(ask: Ask, follow_up_uid: str, body: FollowUp) -> Go:
    card = await actions.do_follow_up(
        actor=ask.actor, uid=follow_up_uid, outcome=body.outcome, remark=body.remark, now=ask.now
    )
    return Go("/admin/referrals/follow-ups", said=f"{card.resident_name}的随访已写入健康档案。")


@routes.post("/referrals/follow-ups/<follow_up_uid>/waive", needs=SEND, summary="Say why nobody need ask")
async def waive_follow_up(ask: Ask, follow_up_uid: str, body: Waive) -> Go:
    await actions.waive_follow_up(actor=ask.actor, uid=follow_up_uid, reason=body.reason, now=ask.now)
    return Go("/admin/referrals/follow-ups", said="已写明不用随访的原因。")


@routes.get("/referrals/late", needs=WATCH, summary="Referrals of the city that are late")
async def late(ask: Ask, query: LateQuery) -> Show:
    board = await queries.escalations(
        actor=ask.actor, open_only=not query.all, wish=query.counted, now=ask.now
    )
    return Show("referrals/late.html", board=board, everything=query.all, tones=TONES, most=MOST_HOURS)


@routes.post(
    "/referrals/late/<escalation_uid>", needs=WATCH, summary="Write down what was done, and give a new date"
)
async def settle(ask: Ask, escalation_uid: str, body: Settle) -> Go:
    await actions.settle_escalation(
        actor=ask.actor, uid=escalation_uid, remark=body.remark, hours=body.hours, now=ask.now
    )
    return Go("/admin/referrals/late", said="已督办，机构会收到新的时限；再超时会重新报上来。")


@routes.get(
    "/residents/<resident_uid>/referrals/new",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="The page to refer a resident",
)
async def new(ask: Ask, resident_uid: str, query: NewQuery) -> Show:
    found = await queries.new_referral(
        actor=ask.actor, resident_uid=resident_uid, direction=query.direction, now=ask.now
    )
    return Show("referrals/new.html", found=found, directions=DIRECTION_WORDS, urgencies=URGENCY_WORDS)


@routes.post(
    "/residents/<resident_uid>/referrals",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="Write a referral for a resident",
)
async def write(ask: Ask, resident_uid: str, body: Write) -> Go:
    card = await actions.write_referral(
        actor=ask.actor,
        resident_uid=resident_uid,
        direction=body.direction,
        from_uid=body.sender,
        to_uid=body.receiver,
        wish=body.wish(),
        now=ask.now,
    )
    return Go(f"/admin/referrals/{card.uid}", said=f"已写好，下一步：{card.next_text}。")


@routes.get(
    "/referrals/<referral_uid>", needs=SEND, summary="One referral: where it stands and whose turn it is"
)
async def referral(ask: Ask, referral_uid: str) -> Show:
    sheet = await queries.referral_sheet(actor=ask.actor, uid=referral_uid, now=ask.now)
    return Show(
        "referrals/referral.html",
        sheet=sheet,
        card=sheet.card,
        tones=TONES,
        stages=STAGES[sheet.card.direction],
        event_words=EVENT_WORDS,
        questions=QUESTIONS,
        with_reason=NEEDS_REASON,
        back=BACK,
        outcomes=OUTCOME_WORDS,
    )


@routes.get(
    "/referrals/<referral_uid>/edit",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="The page to change one that is not sent, or that was returned",
)
async def edit(ask: Ask, referral_uid: str) -> Show:
    sheet = await queries.draft_sheet(actor=ask.actor, uid=referral_uid, now=ask.now)
    return Show("referrals/edit.html", sheet=sheet, card=sheet.card, urgencies=URGENCY_WORDS)


@routes.post(
    "/referrals/<referral_uid>/edit",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="Change one that is not sent, or that was returned",
)
async def amend(ask: Ask, referral_uid: str, body: Said) -> Go:
    card = await actions.amend_referral(actor=ask.actor, uid=referral_uid, wish=body.wish(), now=ask.now)
    return Go(f"/admin/referrals/{card.uid}", said="已改好，还没有发出。")


@routes.post("/referrals/<referral_uid>/steps", needs=SEND, summary="Do the next step")
async def step(ask: Ask, referral_uid: str, body: Step) -> Go:
    card = await actions.move_referral(
        actor=ask.actor, uid=referral_uid, event=body.event, reason=body.reason or None, now=ask.now
    )
    return Go(f"/admin/referrals/{referral_uid}", said=f"现在是：{card.status_text}。")


@routes.post("/referrals/<referral_uid>/schedule", needs=SEND, summary="Say when and where they are expected")
async def schedule(ask: Ask, referral_uid: str, body: Schedule) -> Go:
    await actions.schedule_referral(
        actor=ask.actor, uid=referral_uid, come_at=body.come_at, come_to=body.come_to, now=ask.now
    )
    return Go(f"/admin/referrals/{referral_uid}", said="时间约好了，对方和家属会收到通知。")


@routes.get("/referrals/<referral_uid>/seat", needs=SEND, summary="Seats of my institution for a referral")
async def seats(ask: Ask, referral_uid: str) -> Show:
    card = await queries.referral(actor=ask.actor, uid=referral_uid, now=ask.now)
    page = await open_slots(
        actor=ask.actor,
        institution_uid=card.upper_uid,
        resident_uid=card.resident_uid,
        wish=PageWish(limit=SLOTS),
        now=ask.now,
    )
    return Show("referrals/seat.html", card=card, page=page)


@routes.post(
    "/referrals/<referral_uid>/seat", needs=SEND, summary="Book a seat of my institution for a referral"
)
async def seat(ask: Ask, referral_uid: str, body: Seat) -> Go:
    await actions.book_seat(actor=ask.actor, uid=referral_uid, slot_uid=body.slot, now=ask.now)
    return Go(f"/admin/referrals/{referral_uid}", said="号约好了，对方和家属会收到通知。")


@routes.post(
    "/referrals/<referral_uid>/back",
    needs=SEND,
    purpose=Purpose.CONTINUITY,
    summary="Write the return slip and ask the other side to take them back",
)
async def offer_back(ask: Ask, referral_uid: str, body: OfferBack) -> Go:
    await actions.offer_back(
        actor=ask.actor, uid=referral_uid, slip=body.slip(), entries=tuple(body.entries), now=ask.now
    )
    return Go(f"/admin/referrals/{referral_uid}", said="回转单已发出，等对方答复。")


@routes.post("/referrals/<referral_uid>/homecoming", needs=SEND, summary="Agree to take them back")
async def accept_back(ask: Ask, referral_uid: str, body: AcceptBack) -> Go:
    await actions.accept_back(actor=ask.actor, uid=referral_uid, care=body.care, now=ask.now)
    return Go(f"/admin/referrals/{referral_uid}", said="已同意接回，照护状态同时更新。")


@routes.get(
    "/referrals/<referral_uid>/packet",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CONTINUITY,
    summary="What went along, as far as it is shared",
)
async def packet(ask: Ask, referral_uid: str) -> Show:
    sheet = await queries.packet_sheet(actor=ask.actor, uid=referral_uid, now=ask.now)
    return Show("referrals/packet.html", sheet=sheet, card=sheet.card, reasons=EMERGENCY_WORDS)


@routes.post(
    "/referrals/<referral_uid>/packet",
    needs=Permission.RECORD_EMERGENCY,
    purpose=Purpose.EMERGENCY,
    summary="Open what went along without consent, to save a life",
)
async def open_in_emergency(ask: Ask, referral_uid: str, body: Emergency) -> Show:
    page = await actions.open_packet_in_emergency(
        actor=ask.actor,
        uid=referral_uid,
        reason=body.reason,
        explanation=body.explanation,
        now=ask.now,
    )
    return Show("referrals/emergency.html", page=page, referral_uid=referral_uid)
