"""Appointments, seats and queues as pure tables and functions."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.alliance.rules import Parameter
from server.booking.errors import GreenSeatsReserved, ScheduleInvalid, SlotClosed, SlotFull, TooLate
from server.kit.clock import local_date, start_of_day
from server.kit.errors import DomainError
from server.kit.moves import Moves

MINUTES_A_DAY = 24 * 60

# No text found names these numbers; the bureau may set its own versions (R7).
PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "booking.closes_minutes_before", 30, "minutes", "structure.md §5 示例；待与医院约定", "assumed"
    ),
    Parameter("booking.hold_minutes", 10, "minutes", "业务参数：确认前保留号源的时间", "assumed"),
    Parameter("booking.offer_minutes", 30, "minutes", "业务参数：候补号源的确认时限", "assumed"),
    Parameter("booking.noshow_grace_minutes", 60, "minutes", "业务参数：时段结束后多久记为未到", "assumed"),
    Parameter(
        "booking.open_per_resident",
        3,
        "appointments",
        "reliability.md §2.3F 每人最多 3 个未就诊预约",
        "assumed",
    ),
    Parameter("booking.horizon_days", 14, "days", "业务参数：提前放号天数", "assumed"),
    Parameter("booking.reoffer_days", 14, "days", "业务参数：医院取消后为长者补号的期限", "assumed"),
    Parameter("booking.reminder_days", 1, "days", "业务参数：就诊前几天提醒", "assumed"),
    Parameter(
        "booking.reminder_minute", 18 * 60, "minute_of_day", "业务参数：提醒时刻 18:00（本市时间）", "assumed"
    ),
)


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


class Pool(StrEnum):
    PUBLIC = "public"
    GREEN = "green"  # for residents of homes with an agreement in force, until `release_at`


class SlotState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


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


class ExceptionKind(StrEnum):
    CLOSED_DAY = "closed_day"
    EXTRA_SESSION = "extra_session"


class WaitStatus(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REMOVED = "removed"


class WaitEvent(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    RETURN = "return"  # declined or timed out: back into the queue
    REMOVE = "remove"


WAIT_MOVES: Moves[WaitStatus, WaitEvent] = Moves(
    {
        (WaitStatus.WAITING, WaitEvent.OFFER): WaitStatus.OFFERED,
        (WaitStatus.OFFERED, WaitEvent.ACCEPT): WaitStatus.ACCEPTED,
        (WaitStatus.OFFERED, WaitEvent.RETURN): WaitStatus.WAITING,
        (WaitStatus.WAITING, WaitEvent.REMOVE): WaitStatus.REMOVED,
        (WaitStatus.OFFERED, WaitEvent.REMOVE): WaitStatus.REMOVED,
    }
)


class OfferStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class OfferEvent(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"


OFFER_MOVES: Moves[OfferStatus, OfferEvent] = Moves(
    {
        (OfferStatus.OFFERED, OfferEvent.ACCEPT): OfferStatus.ACCEPTED,
        (OfferStatus.OFFERED, OfferEvent.DECLINE): OfferStatus.DECLINED,
        (OfferStatus.OFFERED, OfferEvent.LAPSE): OfferStatus.LAPSED,
    }
)


class Urgency(StrEnum):
    DISPLACED = "displaced"  # the provider cancelled on them: first in line (I27)
    SOON = "soon"  # staff say it should not wait
    ROUTINE = "routine"


URGENCY_RANK: Mapping[Urgency, int] = {Urgency.DISPLACED: 0, Urgency.SOON: 1, Urgency.ROUTINE: 2}
URGENCY_WORDS: Mapping[Urgency, str] = {
    Urgency.DISPLACED: "，医院取消过这位老人的号，所以先补",
    Urgency.SOON: "，医生护士说了要尽快看",
    Urgency.ROUTINE: "",
}


def tie_break(*, slot_uid: str, entry_uid: str) -> int:
    """Draw a lot for those who joined in the same moment: nobody can choose it, anybody can recompute it (I29)."""
    return int.from_bytes(hashlib.sha256(f"{slot_uid}|{entry_uid}".encode()).digest()[:6])


def queue_order(
    *, urgency: Urgency, joined_at: datetime, slot_uid: str, entry_uid: str
) -> tuple[int, datetime, int]:
    """Sort the waiting: urgency, then who has waited longest, then the lot (I29)."""
    return URGENCY_RANK[urgency], joined_at, tie_break(slot_uid=slot_uid, entry_uid=entry_uid)


def queue_explained(*, urgency: Urgency, joined: str, ahead: int) -> str:
    place = "排在第一位" if ahead == 0 else f"前面还有 {ahead} 位"
    return (
        f"{place}，{joined} 登记的{URGENCY_WORDS[urgency]}。"
        "有人退号，先登记的先得；医院取消过号的、医生护士说要尽快看的，排在前面。"
        "正好同时登记的，由电脑抽签，谁也做不了手脚。"
    )


@dataclass(frozen=True)
class DayRule:
    """Consultation hours of one day, minutes after midnight in the city's time."""

    starts_minute: int
    ends_minute: int
    slot_minutes: int
    capacity: int
    green_capacity: int

    def __post_init__(self) -> None:
        hours_fit = 0 <= self.starts_minute < self.ends_minute <= MINUTES_A_DAY
        slots_fit = 0 < self.slot_minutes <= self.ends_minute - self.starts_minute
        if not (hours_fit and slots_fit and 0 <= self.green_capacity <= self.capacity and self.capacity > 0):
            raise ScheduleInvalid


@dataclass(frozen=True)
class PlannedSlot:
    starts_at: datetime
    ends_at: datetime
    pool: Pool
    capacity: int


def planned_slots(rule: DayRule, day: date) -> Iterator[PlannedSlot]:
    """Yield the slots of one day; a remainder too short for a whole slot is left out."""
    midnight = start_of_day(day)
    pools = ((Pool.PUBLIC, rule.capacity - rule.green_capacity), (Pool.GREEN, rule.green_capacity))
    for minute in range(rule.starts_minute, rule.ends_minute - rule.slot_minutes + 1, rule.slot_minutes):
        starts_at = midnight + timedelta(minutes=minute)
        ends_at = starts_at + timedelta(minutes=rule.slot_minutes)
        for pool, capacity in pools:
            if capacity:
                yield PlannedSlot(starts_at=starts_at, ends_at=ends_at, pool=pool, capacity=capacity)


def reminder_due(day: date, *, days: int, minute: int) -> datetime:
    """Return when a visit on this day is spoken of: some days before, at a minute of the city's day."""
    return start_of_day(day - timedelta(days=days)) + timedelta(minutes=minute)


def last_day_to_remind(now: datetime, *, days: int, minute: int) -> date:
    """Return the last day whose reminders are due; the inverse of `reminder_due`."""
    return local_date(now - timedelta(minutes=minute)) + timedelta(days=days)


def green_is_reserved(*, pool: Pool, release_at: datetime | None, now: datetime) -> bool:
    return pool == Pool.GREEN and (release_at is None or now < release_at)


@dataclass(frozen=True)
class SlotFacts:
    """What a slot looked like when it gave no seat."""

    state: SlotState
    pool: Pool
    closes_at: datetime
    release_at: datetime | None


def why_no_seat(slot: SlotFacts, *, may_green: bool, now: datetime) -> DomainError:
    if slot.state != SlotState.OPEN:
        return SlotClosed()
    if slot.closes_at <= now:
        return TooLate()
    if not may_green and green_is_reserved(pool=slot.pool, release_at=slot.release_at, now=now):
        return GreenSeatsReserved()
    return SlotFull()
