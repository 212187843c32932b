"""What booking tells: seats, appointments, the queue, and whether the counters are right."""

from server.booking.queries.appointments import (
    BookingFilter,
    ReceiptVerdict,
    appointment,
    appointments,
    booking_slip,
    bookings,
    check_receipt,
    count_expected,
    count_to_come,
    desk,
    next_appointments,
)
from server.booking.queries.cards import AppointmentCard, DeskCard, OfferCard, SlotCard, WaitlistCard
from server.booking.queries.closing import Affected, ClosingPreview, closing_preview
from server.booking.queries.counter import Choice, CounterView, MovingView, counter, moving, own_departments
from server.booking.queries.exports import Booked, booked_by
from server.booking.queries.faults import faults
from server.booking.queries.queue import QueueCard, ScreenCard, Stage, queue_screen, todays_queue
from server.booking.queries.slots import (
    ExceptionCard,
    ScheduleCard,
    may_take_green,
    open_slots,
)
from server.booking.queries.trip_party import RiderWish
from server.booking.queries.trip_search import TripProposal, propose_trip
from server.booking.queries.trips import (
    TripCard,
    TripChoices,
    TripLine,
    residents_to_book_for,
    trip,
    trip_choices,
    trips,
)
from server.booking.queries.waitlist import PlaceInLine, line, offers, waitlist
from server.booking.queries.waits import WaitsBoard, WeekOfWaits, waits_by_week, weeks_of
from server.booking.queries.week import WeekRow, WeekView, schedule, week

__all__ = [
    "Affected",
    "AppointmentCard",
    "Booked",
    "BookingFilter",
    "Choice",
    "ClosingPreview",
    "CounterView",
    "DeskCard",
    "ExceptionCard",
    "MovingView",
    "OfferCard",
    "PlaceInLine",
    "QueueCard",
    "ReceiptVerdict",
    "RiderWish",
    "ScheduleCard",
    "ScreenCard",
    "SlotCard",
    "Stage",
    "TripCard",
    "TripChoices",
    "TripLine",
    "TripProposal",
    "WaitlistCard",
    "WaitsBoard",
    "WeekOfWaits",
    "WeekRow",
    "WeekView",
    "appointment",
    "appointments",
    "booked_by",
    "booking_slip",
    "bookings",
    "check_receipt",
    "closing_preview",
    "count_expected",
    "count_to_come",
    "counter",
    "desk",
    "faults",
    "line",
    "may_take_green",
    "moving",
    "next_appointments",
    "offers",
    "open_slots",
    "own_departments",
    "propose_trip",
    "queue_screen",
    "residents_to_book_for",
    "schedule",
    "todays_queue",
    "trip",
    "trip_choices",
    "trips",
    "waitlist",
    "waits_by_week",
    "week",
    "weeks_of",
]
