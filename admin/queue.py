"""Lines of people: the waiting rooms of today, the screen on their wall, and who waits for a seat to become free."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from admin.booking import Arrival
from admin.home import WAITING, Waiting
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking import actions, queries
from server.web import Ask, Clean, Form, Go, Query, Room, Routes, Show, Uid, text

routes = Routes("queue", tag="候诊叫号")

QUEUE = "/admin/queue"
WAITLIST = "/admin/waitlist"


class QueueQuery(Query):
    department: Uid | None = None
    room: Room | None = None
    whole: bool = False  # everybody of the day, not only the first


class CallNext(Form):
    department: Uid
    room: Room


class Call(Form):
    """`department` is the page one comes from, and goes back to."""

    department: Uid
    room: Room
    appointment: Uid


class InRoom(Form):
    department: Uid | None = None
    room: Annotated[str, text(20, least=0), Clean] = ""


class ArriveHere(InRoom, Arrival):
    """The code box of the waiting room: one stays where one is, ready for the next."""


async def seats_kept(actor: Actor, now: datetime) -> Waiting | None:
    if not actor.institutions_with(Permission.APPOINTMENT_BOOK):
        return None
    count = len(await queries.offers(actor=actor, now=now))
    return Waiting("个号给长者留着，等您回话", count, WAITLIST, urgent=True)


WAITING.append(seats_kept)


def _back(body: CallNext | Call | InRoom, said: str) -> Go:
    where = {name: value for name, value in (("department", body.department), ("room", body.room)) if value}
    return Go(f"{QUEUE}?{urlencode(where)}" if where else QUEUE, said=said)


@routes.get("/queue", needs=Permission.APPOINTMENT_CONFIRM, summary="The waiting rooms of today")
async def queue(ask: Ask, query: QueueQuery) -> Show:
    return Show(
        "booking/queue.html",
        cards=await queries.todays_queue(
            actor=ask.actor, department_uid=query.department, whole=query.whole, now=ask.now
        ),
        departments=await queries.own_departments(actor=ask.actor, permission=Permission.APPOINTMENT_CONFIRM),
        chosen=query,
    )


@routes.get(
    "/queue/screen", needs=Permission.APPOINTMENT_CONFIRM, summary="Numbers and rooms for the wall, no names"
)
async def screen(ask: Ask, query: QueueQuery) -> Show:
    cards = await queries.queue_screen(actor=ask.actor, department_uid=query.department, now=ask.now)
    return Show("booking/screen.html", cards=cards, chosen=query)


@routes.post("/queue/arrivals", needs=Permission.APPOINTMENT_CONFIRM, summary="Register an arrival by code")
async def arrive(ask: Ask, body: ArriveHere) -> Go:
    card = await actions.confirm_arrival_by_code(actor=ask.actor, code=body.code, now=ask.now)
    return _back(body, f"{card.resident_name}已登记到诊，{card.department_name} {card.number} 号。")


@routes.post("/queue/next", needs=Permission.APPOINTMENT_CONFIRM, summary="Call whoever is next")
async def call_next(ask: Ask, body: CallNext) -> Go:
    card = await actions.call_next(
        actor=ask.actor, department_uid=body.department, room=body.room, now=ask.now
    )
    return _back(body, f"请 {card.number} 号{card.resident_name}到{body.room}。")


@routes.post("/queue/call", needs=Permission.APPOINTMENT_CONFIRM, summary="Call somebody, or call again")
async def call(ask: Ask, body: Call) -> Go:
    card = await actions.call_number(
        actor=ask.actor, appointment_uid=body.appointment, room=body.room, now=ask.now
    )
    return _back(body, f"请 {card.number} 号{card.resident_name}到{body.room}。")


@routes.post(
    "/queue/<appointment_uid>/take-back",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Say that the wrong number was called",
)
async def take_back(ask: Ask, appointment_uid: str, body: InRoom) -> Go:
    card = await actions.take_call_back(actor=ask.actor, appointment_uid=appointment_uid, now=ask.now)
    return _back(body, f"已撤回，{card.number} 号{card.resident_name}继续候诊。")


@routes.post(
    "/queue/<appointment_uid>/done",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Say that somebody was seen",
)
async def done(ask: Ask, appointment_uid: str, body: InRoom) -> Go:
    card = await actions.fulfil(actor=ask.actor, appointment_uid=appointment_uid, now=ask.now)
    return _back(body, f"{card.number} 号{card.resident_name}已看完，家人会收到评价邀请。")


@routes.post(
    "/queue/<appointment_uid>/missed",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Say that somebody did not come",
)
async def missed(ask: Ask, appointment_uid: str, body: InRoom) -> Go:
    card = await actions.mark_noshow(actor=ask.actor, appointment_uid=appointment_uid, now=ask.now)
    return _back(body, f"已记下{card.resident_name}没有来。")


@routes.get(
    "/waitlist", needs=Permission.APPOINTMENT_READ, summary="Who waits for a seat, and why in that order"
)
async def waitlist(ask: Ask) -> Show:
    return Show("booking/waitlist.html", line=await queries.line(actor=ask.actor, now=ask.now))


@routes.post(
    "/waitlist/<offer_uid>/accept", needs=Permission.APPOINTMENT_BOOK, summary="Take the seat that is kept"
)
async def accept(ask: Ask, offer_uid: str) -> Go:
    card = await actions.accept_offer(actor=ask.actor, offer_uid=offer_uid, now=ask.now)
    said = f"已为{card.resident_name}约好{card.department_name} {card.number} 号。"
    return Go(f"/admin/bookings/{card.uid}", said=said)


@routes.post(
    "/waitlist/<offer_uid>/decline",
    needs=Permission.APPOINTMENT_BOOK,
    summary="Let the seat go to the next in line and keep waiting",
)
async def decline(ask: Ask, offer_uid: str) -> Go:
    card = await actions.decline_offer(actor=ask.actor, offer_uid=offer_uid, now=ask.now)
    return Go(WAITLIST, said=f"这个号让给下一位了，{card.resident_name}还在排队。")
