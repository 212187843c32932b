"""What can be done about seats; each is one transaction."""

from server.booking.actions.calling import call_next, call_number, take_call_back
from server.booking.actions.closing import DayClosed, add_extra_session, close_day
from server.booking.actions.desk import (
    confirm_arrival,
    confirm_arrival_by_code,
    fulfil,
    mark_noshow,
    sweep_no_shows,
)
from server.booking.actions.leaving import (
    cancel_appointment,
    cancel_by_provider,
    enter_in_error,
    report_error,
)
from server.booking.actions.placing import book_slot, confirm_hold, describe, hold_slot, reschedule
from server.booking.actions.queueing import (
    accept_offer,
    decline_offer,
    join_waitlist,
    leave_waitlist,
)
from server.booking.actions.reminding import sweep_reminders
from server.booking.actions.sweeping import sweep_holds, sweep_waitlist, sweep_waits
from server.booking.actions.trips import Rider, add_rider, book_trip, cancel_trip
from server.booking.actions.weekly import (
    HoursChanged,
    copy_hours,
    copy_week,
    end_schedule,
    open_schedule,
    replace_schedule,
    sweep_slots,
)

__all__ = [
    "DayClosed",
    "HoursChanged",
    "Rider",
    "accept_offer",
    "add_extra_session",
    "add_rider",
    "book_slot",
    "book_trip",
    "call_next",
    "call_number",
    "cancel_appointment",
    "cancel_by_provider",
    "cancel_trip",
    "close_day",
    "confirm_arrival",
    "confirm_arrival_by_code",
    "confirm_hold",
    "copy_hours",
    "copy_week",
    "decline_offer",
    "describe",
    "end_schedule",
    "enter_in_error",
    "fulfil",
    "hold_slot",
    "join_waitlist",
    "leave_waitlist",
    "mark_noshow",
    "open_schedule",
    "replace_schedule",
    "report_error",
    "reschedule",
    "sweep_holds",
    "sweep_no_shows",
    "sweep_reminders",
    "sweep_slots",
    "sweep_waitlist",
    "sweep_waits",
    "take_call_back",
]
