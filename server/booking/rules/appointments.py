"""What an appointment may become, who asked for it and who ended it."""

from datetime import datetime
from enum import StrEnum

from server.kit.moves import Moves


class AppointmentStatus(StrEnum):
    """FHIR Appointment.status where it has the word; held, released, rescheduled and lapsed are our own."""

    HELD = "held"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    RELEASED = "released"  # only ever held, and given back by the resident's side
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    NOSHOW = "noshow"
    LAPSED = "lapsed"
    ENTERED_IN_ERROR = "entered_in_error"


class AppointmentEvent(StrEnum):
    CONFIRM = "confirm"
    LAPSE = "lapse"
    RELEASE = "release"
    ARRIVE = "arrive"
    FULFIL = "fulfil"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    MISS = "miss"
    ENTER_IN_ERROR = "enter_in_error"


_S = AppointmentStatus
_E = AppointmentEvent
APPOINTMENT_MOVES: Moves[AppointmentStatus, AppointmentEvent] = Moves(
    {
        (_S.HELD, _E.CONFIRM): _S.BOOKED,
        (_S.HELD, _E.LAPSE): _S.LAPSED,
        (_S.HELD, _E.RELEASE): _S.RELEASED,
        (_S.HELD, _E.CANCEL): _S.CANCELLED,  # by the provider, who has to offer anew
        (_S.BOOKED, _E.ARRIVE): _S.ARRIVED,
        (_S.BOOKED, _E.CANCEL): _S.CANCELLED,
        (_S.BOOKED, _E.RESCHEDULE): _S.RESCHEDULED,
        (_S.BOOKED, _E.MISS): _S.NOSHOW,
        (_S.ARRIVED, _E.FULFIL): _S.FULFILLED,
        **{(state, _E.ENTER_IN_ERROR): _S.ENTERED_IN_ERROR for state in _S if state != _S.ENTERED_IN_ERROR},
    }
)


# Whose seat is counted in `slot.booked` (I23). A seat stays spent after a no-show: nobody can use it any more.
BOOKED_STATUSES = frozenset({_S.BOOKED, _S.ARRIVED, _S.FULFILLED, _S.NOSHOW})
# What keeps a resident from being in two places at once (I24), and what counts towards the limit.
LIVE_STATUSES = frozenset({_S.HELD, _S.BOOKED, _S.ARRIVED})
OPEN_STATUSES = frozenset({_S.HELD, _S.BOOKED})


def giving_up(status: AppointmentStatus) -> AppointmentEvent:
    """Return what it means when the resident's side gives a place up: what was only held was no appointment yet."""
    return _E.RELEASE if status == _S.HELD else _E.CANCEL


def may_give_up(status: AppointmentStatus, *, starts_at: datetime, now: datetime) -> bool:
    return now < starts_at and APPOINTMENT_MOVES.allows(status, giving_up(status))


def may_move(status: AppointmentStatus, *, starts_at: datetime, now: datetime) -> bool:
    return now < starts_at and APPOINTMENT_MOVES.allows(status, _E.RESCHEDULE)


class Source(StrEnum):
    """Through whom the place was asked for (State Council 2020 no. 45: keep phone, counter and companion)."""

    APP = "app"
    COUNTER = "counter"
    HOTLINE = "hotline"
    COMPANION = "companion"


class CancelledBy(StrEnum):
    RESIDENT = "resident"  # themselves, their family or their home
    PROVIDER = "provider"  # never counts against the resident (I27)
    SYSTEM = "system"
