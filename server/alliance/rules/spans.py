"""The stretches of time that the board speaks about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.kit.clock import start_of_day

MONTHS_A_QUARTER = 3


class Span(StrEnum):
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"


@dataclass(frozen=True)
class Days:
    """From the first day to the last, both within."""

    first: date
    last: date

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Return the first instant, and the first that is no longer within."""
        return start_of_day(self.first), start_of_day(self.last + timedelta(days=1))

    @property
    def weeks(self) -> int:
        """Return how many calendar weeks the days touch, Monday first."""
        return (self.last - self.first + timedelta(days=self.first.weekday())).days // 7 + 1


def days_of(span: Span, today: date) -> Days:
    """Return the whole month or quarter, also where it has not ended yet."""
    long = span in {Span.THIS_QUARTER, Span.LAST_QUARTER}
    length = MONTHS_A_QUARTER if long else 1
    this = today.year * 12 + (today.month - 1) // length * length
    first = this - length if span in {Span.LAST_MONTH, Span.LAST_QUARTER} else this
    return Days(_first_of(first), _first_of(first + length) - timedelta(days=1))


def _first_of(month: int) -> date:
    """Return the first day of a month counted from the year nought."""
    return date(month // 12, month % 12 + 1, 1)
