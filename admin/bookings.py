"""What the residents of my home have booked: to come and past, cancelled or moved for them."""

from enum import StrEnum

from admin.booking import AT_THE_DESK, Day, WithReason
from server.authority.permissions import Permission
from server.booking import actions, queries
from server.booking.queries import BookingFilter
from server.booking.rules import AppointmentStatus
from server.web import Ask, Go, PageQuery, Query, Routes, Show, Uid

routes = Routes("bookings", tag="长者的预约")

BOOKINGS = "/admin/bookings"


class When(StrEnum):
    COMING = "coming"
    PAST = "past"


class BookingQuery(PageQuery):
    when: When = When.COMING
    resident: Uid | None = None
    status: AppointmentStatus | None = None

    def wanted(self) -> BookingFilter:
        return BookingFilter(self.when is When.PAST, self.resident, self.status)


class MoveQuery(Query):
    day: Day | None = None


class MoveTo(WithReason):
    slot: Uid


@routes.get(
    "/bookings", needs=Permission.APPOINTMENT_BOOK, summary="What the residents of my home have booked"
)
async def bookings(ask: Ask, query: BookingQuery) -> Show:
    return Show(
        "booking/bookings.html",
        page=await queries.bookings(actor=ask.actor, which=query.wanted(), wish=query.counted, now=ask.now),
        residents=await queries.residents_to_book_for(actor=ask.actor, now=ask.now),
        statuses=AT_THE_DESK,
        chosen=query,
    )


@routes.post(
    "/bookings/<appointment_uid>/cancel",
    needs=Permission.APPOINTMENT_BOOK,
    summary="Cancel for a resident of my home",
)
async def cancel(ask: Ask, appointment_uid: str, body: WithReason) -> Go:
    card = await actions.cancel_appointment(
        actor=ask.actor, appointment_uid=appointment_uid, reason=body.reason, now=ask.now
    )
    return Go(BOOKINGS, said=f"已取消{card.resident_name}在{card.department_name}的预约，家人会收到通知。")


@routes.get(
    "/bookings/<appointment_uid>/move",
    needs=Permission.APPOINTMENT_BOOK,
    summary="Seats of the same department to which an appointment could be moved",
)
async def move_page(ask: Ask, appointment_uid: str, query: MoveQuery) -> Show:
    view = await queries.moving(actor=ask.actor, appointment_uid=appointment_uid, day=query.day, now=ask.now)
    return Show("booking/move.html", view=view)


@routes.post(
    "/bookings/<appointment_uid>/move",
    needs=Permission.APPOINTMENT_BOOK,
    summary="Move an appointment to another seat",
)
async def move(ask: Ask, appointment_uid: str, body: MoveTo) -> Go:
    card = await actions.reschedule(
        actor=ask.actor,
        appointment_uid=appointment_uid,
        slot_uid=body.slot,
        reason=body.reason,
        now=ask.now,
    )
    return Go(f"{BOOKINGS}/{card.uid}", said=f"{card.resident_name}的号已改期，请换用这张新的预约单。")
