"""Consultation hours, the slots they make, and when a visit is spoken of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.booking.errors import ScheduleInvalid
from server.booking.rules.seats import Pool
from server.kit.clock import local_date, start_of_day

MINUTES_A_DAY = 24 * 60
WEEKDAY_WORDS = "一二三四五六日"


class ExceptionKind(StrEnum):
    CLOSED_DAY = "closed_day"
    EXTRA_SESSION = "extra_session"


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


@dataclass(frozen=True)
class WeeklyHours:
    """When in the week, and from which day to which (exclusive), somebody is in."""

    weekday: int
    starts_minute: int
    ends_minute: int
    starts_on: date
    ends_on: date | None

    def overlaps(self, other: "WeeklyHours") -> bool:
        same_hours = self.starts_minute < other.ends_minute and other.starts_minute < self.ends_minute
        return (
            self.weekday == other.weekday
            and same_hours
            and self.begins_before_the_end_of(other)
            and other.begins_before_the_end_of(self)
        )

    def begins_before_the_end_of(self, other: "WeeklyHours") -> bool:
        return other.ends_on is None or self.starts_on < other.ends_on

    @property
    def words(self) -> str:
        return (
            f"星期{WEEKDAY_WORDS[self.weekday]} {clock_of(self.starts_minute)}–{clock_of(self.ends_minute)}"
        )


def clock_of(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
