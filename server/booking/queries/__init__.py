"""What booking tells: seats, appointments, the queue, and whether the counters are right."""

from server.booking.queries.appointments import (
    ReceiptVerdict,
    appointment,
    appointments,
    booking_slip,
    check_receipt,
    count_expected,
    desk,
    next_appointments,
)
from server.booking.queries.cards import AppointmentCard, DeskCard, OfferCard, SlotCard, WaitlistCard
from server.booking.queries.counter import Choice, CounterView, counter, own_departments
from server.booking.queries.exports import Booked, booked_by
from server.booking.queries.faults import faults
from server.booking.queries.slots import (
    ExceptionCard,
    ScheduleCard,
    exceptions_from,
    may_take_green,
    open_slots,
    schedules,
    slots_of_day,
)
from server.booking.queries.waitlist import offers, waitlist

__all__ = [
    "AppointmentCard",
    "Booked",
    "Choice",
    "CounterView",
    "DeskCard",
    "ExceptionCard",
    "OfferCard",
    "ReceiptVerdict",
    "ScheduleCard",
    "SlotCard",
    "WaitlistCard",
    "appointment",
    "appointments",
    "booked_by",
    "booking_slip",
    "check_receipt",
    "count_expected",
    "counter",
    "desk",
    "exceptions_from",
    "faults",
    "may_take_green",
    "next_appointments",
    "offers",
    "open_slots",
    "own_departments",
    "schedules",
    "slots_of_day",
    "waitlist",
]
