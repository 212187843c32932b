"""The desk of the day, and booking for those without a phone."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from admin.home import waits
from server.authority.permissions import Permission
from server.booking import actions, queries
from server.booking.queries.cards import STATUS_WORDS
from server.booking.rules import AppointmentStatus, Source
from server.kit.clock import local_date
from server.web import (
    Ask,
    Clean,
    Form,
    Go,
    Line,
    MenuEntry,
    PageQuery,
    Query,
    Routes,
    Show,
    Uid,
    text,
)

routes = Routes("booking", tag="预约")
menu = MenuEntry("预约到诊", "/admin/appointments", Permission.APPOINTMENT_READ, 30)

DESK = "/admin/appointments"
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)

Day = Annotated[date, Field(ge=EARLIEST, lt=LATEST)]
Note = Annotated[str, text(200, least=0), Clean]
AT_THE_DESK = [
    (status, STATUS_WORDS[status])
    for status in (
        AppointmentStatus.BOOKED,
        AppointmentStatus.ARRIVED,
        AppointmentStatus.FULFILLED,
        AppointmentStatus.NOSHOW,
        AppointmentStatus.CANCELLED,
    )
]
ArrivalCode = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=8, max_length=32, pattern=r"^[ -~]+$")
]


class DeskQuery(PageQuery):
    day: Day | None = None
    department: Uid | None = None
    status: AppointmentStatus | None = None


class CounterQuery(Query):
    resident: Uid | None = None
    institution: Uid | None = None
    day: Day | None = None


class Arrival(Form):
    code: ArrivalCode


class WithReason(Form):
    reason: Line


class Booking(Form):
    resident: Uid
    slot: Uid
    reason: Line
    companion_note: Note = ""
    overlap_reason: Note = ""


waits(
    "位长者今天预约来院，到了请登记",
    DESK,
    lambda actor, now: queries.count_expected(actor=actor, day=local_date(now)),
    needs=Permission.APPOINTMENT_CONFIRM,
)


@routes.get(
    "/appointments", needs=Permission.APPOINTMENT_READ, summary="The day's appointments at my institution"
)
async def desk(ask: Ask, query: DeskQuery) -> Show:
    day = query.day or local_date(ask.now)
    page = await queries.desk(
        actor=ask.actor,
        day=day,
        department_uid=query.department,
        status=query.status,
        wish=query.counted,
        now=ask.now,
    )
    departments = await queries.own_departments(actor=ask.actor, permission=Permission.APPOINTMENT_CONFIRM)
    return Show(
        "booking/desk.html",
        page=page,
        day=day,
        today=local_date(ask.now),
        departments=departments,
        statuses=AT_THE_DESK,
        chosen=query,
    )


@routes.post(
    "/appointments/arrivals", needs=Permission.APPOINTMENT_CONFIRM, summary="Register an arrival by code"
)
async def arrive_by_code(ask: Ask, body: Arrival) -> Go:
    card = await actions.confirm_arrival_by_code(actor=ask.actor, code=body.code, now=ask.now)
    return Go(DESK, said=f"{card.resident_name}已登记到诊，{card.department_name} {card.number} 号。")


@routes.post(
    "/appointments/<appointment_uid>/arrive",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Register an arrival",
)
async def arrive(ask: Ask, appointment_uid: str) -> Go:
    card = await actions.confirm_arrival(actor=ask.actor, appointment_uid=appointment_uid, now=ask.now)
    return Go(DESK, said=f"{card.resident_name}已登记到诊，{card.department_name} {card.number} 号。")


@routes.post(
    "/appointments/<appointment_uid>/fulfil",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Say it took place",
)
async def fulfil(ask: Ask, appointment_uid: str) -> Go:
    card = await actions.fulfil(actor=ask.actor, appointment_uid=appointment_uid, now=ask.now)
    return Go(DESK, said=f"{card.resident_name}的就诊已完成，家人会收到评价邀请。")


@routes.post(
    "/appointments/<appointment_uid>/noshow",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Say that nobody came",
)
async def noshow(ask: Ask, appointment_uid: str) -> Go:
    card = await actions.mark_noshow(actor=ask.actor, appointment_uid=appointment_uid, now=ask.now)
    return Go(DESK, said=f"已记下{card.resident_name}没有来。")


@routes.post(
    "/appointments/<appointment_uid>/cancel",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Cancel as the institution; the resident is put first in line",
)
async def cancel(ask: Ask, appointment_uid: str, body: WithReason) -> Go:
    card = await actions.cancel_by_provider(
        actor=ask.actor, appointment_uid=appointment_uid, reason=body.reason, now=ask.now
    )
    return Go(DESK, said=f"已取消，并已为{card.resident_name}优先候补；有号时家人会收到通知。")


@routes.post(
    "/appointments/<appointment_uid>/error",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Report an appointment that should not have been entered",
)
async def report_error(ask: Ask, appointment_uid: str, body: WithReason) -> Go:
    await actions.report_error(
        actor=ask.actor, appointment_uid=appointment_uid, reason=body.reason, now=ask.now
    )
    return Go(DESK, said="已提交。请另一位同事核对后作废。")


@routes.post(
    "/appointments/<appointment_uid>/strike-out",
    needs=Permission.APPOINTMENT_CONFIRM,
    summary="Strike out what a colleague reported",
)
async def strike_out(ask: Ask, appointment_uid: str) -> Go:
    await actions.enter_in_error(actor=ask.actor, appointment_uid=appointment_uid, now=ask.now)
    return Go(DESK, said="已作废，号源已放回。")


@routes.get(
    "/appointments/new", needs=Permission.APPOINTMENT_CONFIRM, summary="Book at the counter of my institution"
)
async def counter(ask: Ask, query: CounterQuery) -> Show:
    return await _counter(ask, query, Permission.APPOINTMENT_CONFIRM)


@routes.get("/bookings/new", needs=Permission.APPOINTMENT_BOOK, summary="Book for a resident of my home")
async def booking_page(ask: Ask, query: CounterQuery) -> Show:
    return await _counter(ask, query, Permission.APPOINTMENT_BOOK)


async def _counter(ask: Ask, query: CounterQuery, permission: Permission) -> Show:
    view = await queries.counter(
        actor=ask.actor,
        permission=permission,
        resident_uid=query.resident,
        institution_uid=query.institution,
        day=query.day,
        now=ask.now,
    )
    return Show(
        "booking/counter.html",
        residents=[(each.uid, each.text) for each in view.residents],
        institutions=[(each.uid, each.text) for each in view.institutions],
        slots=[slot for slot in view.slots if slot.free > 0 and slot.for_you],
        day=view.day,
        chosen=query,
    )


@routes.post(
    "/appointments", needs=Permission.APPOINTMENT_CONFIRM, summary="Book at the counter of my institution"
)
async def book_at_counter(ask: Ask, body: Booking) -> Go:
    return await _booked(ask, body)


@routes.post("/bookings", needs=Permission.APPOINTMENT_BOOK, summary="Book for a resident of my home")
async def book_for_resident(ask: Ask, body: Booking) -> Go:
    return await _booked(ask, body)


async def _booked(ask: Ask, body: Booking) -> Go:
    card = await actions.book_slot(
        actor=ask.actor,
        slot_uid=body.slot,
        resident_uid=body.resident,
        reason=body.reason,
        companion_note=body.companion_note,
        source=Source.COUNTER,
        overlap_reason=body.overlap_reason or None,
        now=ask.now,
    )
    return Go(
        f"/admin/bookings/{card.uid}",
        said=f"已为{card.resident_name}约好{card.department_name} {card.number} 号。",
    )


@routes.get(
    "/bookings/<appointment_uid>",
    needs=Permission.APPOINTMENT_READ,
    summary="The slip to print for a resident",
)
async def slip(ask: Ask, appointment_uid: str) -> Show:
    return Show(
        "booking/slip.html",
        card=await queries.booking_slip(actor=ask.actor, uid=appointment_uid, now=ask.now),
    )
