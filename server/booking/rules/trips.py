"""One bus, one half-day."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from server.kit.clock import start_of_day


class HalfDay(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"


class TripStatus(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"


HALF_DAY_WORDS = {HalfDay.MORNING: "上午", HalfDay.AFTERNOON: "下午"}
MOST_RIDERS = 60  # the largest coach; one transaction stays short for who books elsewhere


def half_day_words(day: date, half: HalfDay) -> str:
    return f"{day.month}月{day.day}日{HALF_DAY_WORDS[half]}"


def half_day_bounds(day: date, half: HalfDay) -> tuple[datetime, datetime]:
    """Return the first instant of the half-day and the first after it; a consultation belongs to where it begins."""
    midnight = start_of_day(day)
    noon = midnight + timedelta(hours=12)
    return (midnight, noon) if half == HalfDay.MORNING else (noon, midnight + timedelta(days=1))


def half_days_near(day: date, half: HalfDay, *, first: date, reach: int) -> list[tuple[date, HalfDay]]:
    """List the other half-days within `reach` days and not before `first`, the nearest to the wished one first."""
    wished = _position(day, half)
    days = [day + timedelta(days=away) for away in range(-reach, reach + 1)]
    others = [
        (each, part) for each in days if each >= first for part in HalfDay if (each, part) != (day, half)
    ]
    return sorted(others, key=lambda other: (abs(_position(*other) - wished), _position(*other)))


def _position(day: date, half: HalfDay) -> int:
    return day.toordinal() * 2 + (half == HalfDay.AFTERNOON)
