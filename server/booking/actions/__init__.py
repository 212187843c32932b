"""What can be done about seats; each is one transaction."""

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
from server.booking.actions.scheduling import (
    add_extra_session,
    close_day,
    generate_slots,
    open_schedule,
    sweep_slots,
)
from server.booking.actions.sweeping import sweep_holds, sweep_waitlist

__all__ = [
    "accept_offer",
    "add_extra_session",
    "book_slot",
    "cancel_appointment",
    "cancel_by_provider",
    "close_day",
    "confirm_arrival",
    "confirm_arrival_by_code",
    "confirm_hold",
    "decline_offer",
    "describe",
    "enter_in_error",
    "fulfil",
    "generate_slots",
    "hold_slot",
    "join_waitlist",
    "leave_waitlist",
    "mark_noshow",
    "open_schedule",
    "report_error",
    "reschedule",
    "sweep_holds",
    "sweep_no_shows",
    "sweep_reminders",
    "sweep_slots",
    "sweep_waitlist",
]
