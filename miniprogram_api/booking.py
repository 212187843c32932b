"""Find a seat, keep it, move it, give it back; wait for one and answer an offer."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from server.authority.permissions import Permission
from server.booking import actions, queries
from server.booking.actions.together import Asked, book_together
from server.booking.queries import AppointmentCard, OfferCard, ReceiptVerdict, SlotCard, WaitlistCard
from server.booking.rules import Urgency
from server.web import Ask, Body, Clean, Line, Page, PageQuery, Query, Routes, Uid, text
from server.web.qr import modules

routes = Routes("booking", tag="预约")

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)

Day = Annotated[date, Field(ge=EARLIEST, lt=LATEST)]
Note = Annotated[str, text(200, least=0), Clean]
Digest = Annotated[str, StringConstraints(min_length=16, max_length=128, pattern=r"^[!-~]+$")]


@dataclass(frozen=True)
class AppointmentSheet(AppointmentCard):
    """One appointment with its arrival code, which the desk scans, to be drawn."""

    arrival_modules: tuple[str, ...] = field(repr=False)  # rows of a QR code, "1" is dark


class SlotQuery(PageQuery):
    department: Uid | None = None
    day: Day | None = None
    resident: Uid | None = None  # for whom; cards then say whether a green seat is theirs


class AppointmentQuery(PageQuery):
    resident: Uid | None = None
    live: bool = False


class ReceiptQuery(Query):
    slot: Uid
    resident: Uid
    starts_at: AwareDatetime
    receipt: Digest


class BookSlot(Body):
    resident: Uid
    reason: Line
    companion_note: Note = ""


class HoldSlot(Body):
    resident: Uid
    reason: Note = ""  # may be said later
    companion_note: Note = ""


class Details(Body):
    reason: Line
    companion_note: Note = ""


class Reschedule(Body):
    slot: Uid


class Cancel(Body):
    reason: Note = ""


class JoinWaitlist(Body):
    resident: Uid
    department: Uid
    first_day: Day
    last_day: Day
    reason: Line
    urgency: Urgency = Urgency.ROUTINE


@routes.get(
    "/institutions/<institution_uid>/slots", needs=Permission.SCHEDULE_READ, summary="Slots one may book"
)
async def open_slots(ask: Ask, institution_uid: str, query: SlotQuery) -> Page[SlotCard]:
    return await queries.open_slots(
        actor=ask.actor,
        institution_uid=institution_uid,
        department_uid=query.department,
        day=query.day,
        resident_uid=query.resident,
        wish=query.wish,
        now=ask.now,
    )


@routes.post(
    "/slots/<slot_uid>/appointments",
    needs=Permission.APPOINTMENT_BOOK,
    status=201,
    summary="Book a place for a resident",
)
async def book_slot(ask: Ask, slot_uid: str, body: BookSlot) -> AppointmentCard:
    asked = Asked(ask.actor, body.resident, body.reason, body.companion_note, now=ask.now)
    return await book_together(slot_uid=slot_uid, asked=asked)


@routes.post(
    "/slots/<slot_uid>/holds",
    needs=Permission.APPOINTMENT_BOOK,
    status=201,
    summary="Keep a place for some minutes",
)
async def hold_slot(ask: Ask, slot_uid: str, body: HoldSlot) -> AppointmentCard:
    return await actions.hold_slot(
        actor=ask.actor,
        slot_uid=slot_uid,
        resident_uid=body.resident,
        reason=body.reason,
        companion_note=body.companion_note,
        now=ask.now,
    )


@routes.get(
    "/appointments", needs=Permission.APPOINTMENT_READ, summary="My appointments, and those I look after"
)
async def appointments(ask: Ask, query: AppointmentQuery) -> Page[AppointmentCard]:
    return await queries.appointments(
        actor=ask.actor,
        resident_uid=query.resident,
        live_only=query.live,
        wish=query.wish,
        now=ask.now,
    )


@routes.get(
    "/appointments/<appointment_uid>",
    needs=Permission.APPOINTMENT_READ,
    summary="One appointment with its arrival code",
)
async def appointment(ask: Ask, appointment_uid: str) -> AppointmentSheet:
    card = await queries.appointment(actor=ask.actor, uid=appointment_uid, now=ask.now)
    return AppointmentSheet(**vars(card), arrival_modules=modules(card.arrival_code, error="q"))


@routes.get(
    "/appointments/<appointment_uid>/receipt",
    needs=Permission.APPOINTMENT_READ,
    summary="Whether a receipt kept on the phone still stands",
)
async def check_receipt(ask: Ask, appointment_uid: str, query: ReceiptQuery) -> ReceiptVerdict:
    return await queries.check_receipt(
        actor=ask.actor,
        uid=appointment_uid,
        slot_uid=query.slot,
        resident_uid=query.resident,
        starts_at=query.starts_at,
        receipt=query.receipt,
        now=ask.now,
    )


@routes.post(
    "/appointments/<appointment_uid>/confirm",
    needs=Permission.APPOINTMENT_BOOK,
    summary="Confirm a place that is kept",
)
async def confirm_hold(ask: Ask, appointment_uid: str) -> AppointmentCard:
    return await actions.confirm_hold(actor=ask.actor, appointment_uid=appointment_uid, now=ask.now)


@routes.put(
    "/appointments/<appointment_uid>/details",
    needs=Permission.APPOINTMENT_BOOK,
    summary="Say what a place is for and who comes along",
)
async def describe(ask: Ask, appointment_uid: str, body: Details) -> AppointmentCard:
    return await actions.describe(
        actor=ask.actor,
        appointment_uid=appointment_uid,
        reason=body.reason,
        companion_note=body.companion_note,
        now=ask.now,
    )


@routes.post(
    "/appointments/<appointment_uid>/reschedule",
    needs=Permission.APPOINTMENT_BOOK,
    summary="Move to another slot",
)
async def reschedule(ask: Ask, appointment_uid: str, body: Reschedule) -> AppointmentCard:
    return await actions.reschedule(
        actor=ask.actor, appointment_uid=appointment_uid, slot_uid=body.slot, now=ask.now
    )


@routes.post(
    "/appointments/<appointment_uid>/cancel", needs=Permission.APPOINTMENT_BOOK, summary="Give a place back"
)
async def cancel(ask: Ask, appointment_uid: str, body: Cancel) -> AppointmentCard:
    return await actions.cancel_appointment(
        actor=ask.actor, appointment_uid=appointment_uid, reason=body.reason, now=ask.now
    )


@routes.get(
    "/waitlist", needs=Permission.APPOINTMENT_READ, summary="For what I wait, and how many are before me"
)
async def waitlist(ask: Ask) -> tuple[WaitlistCard, ...]:
    return await queries.waitlist(actor=ask.actor, now=ask.now)


@routes.post(
    "/waitlist", needs=Permission.APPOINTMENT_BOOK, status=201, summary="Wait for a seat of a department"
)
async def join_waitlist(ask: Ask, body: JoinWaitlist) -> WaitlistCard:
    return await actions.join_waitlist(
        actor=ask.actor,
        resident_uid=body.resident,
        department_uid=body.department,
        first_day=body.first_day,
        last_day=body.last_day,
        reason=body.reason,
        urgency=body.urgency,
        now=ask.now,
    )


@routes.delete("/waitlist/<entry_uid>", needs=Permission.APPOINTMENT_BOOK, status=204, summary="Stop waiting")
async def leave_waitlist(ask: Ask, entry_uid: str) -> None:
    await actions.leave_waitlist(actor=ask.actor, entry_uid=entry_uid, now=ask.now)


@routes.get("/offers", needs=Permission.APPOINTMENT_READ, summary="Seats that wait for my answer")
async def offers(ask: Ask) -> tuple[OfferCard, ...]:
    return await queries.offers(actor=ask.actor, now=ask.now)


@routes.post(
    "/offers/<offer_uid>/accept", needs=Permission.APPOINTMENT_BOOK, status=201, summary="Take the seat"
)
async def accept_offer(ask: Ask, offer_uid: str) -> AppointmentCard:
    return await actions.accept_offer(actor=ask.actor, offer_uid=offer_uid, now=ask.now)


@routes.post(
    "/offers/<offer_uid>/decline", needs=Permission.APPOINTMENT_BOOK, summary="Let the seat go to the next"
)
async def decline_offer(ask: Ask, offer_uid: str) -> WaitlistCard:
    return await actions.decline_offer(actor=ask.actor, offer_uid=offer_uid, now=ask.now)
