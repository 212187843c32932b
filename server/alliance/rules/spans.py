"""The stretches of time that the board speaks about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.kit.clock import start_of_day
from server.kit.months import Month

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
    def months(self) -> tuple[date, ...]:
        """Return the first days of the months that these days are; none where they are not whole months."""
        after = self.last + timedelta(days=1)
        if {self.first.day, after.day} != {1}:
            return ()
        found, month = [], Month(self.first)
        while month.first < after:
            found.append(month.first)
            month = month.following
        return tuple(found)


def days_of(span: Span, today: date) -> Days:
    """Return the whole month or quarter, also where it has not ended yet."""
    long = span in {Span.THIS_QUARTER, Span.LAST_QUARTER}
    length = MONTHS_A_QUARTER if long else 1
    first = Month.of(today).plus(-((today.month - 1) % length))
    if span in {Span.LAST_MONTH, Span.LAST_QUARTER}:
        first = first.plus(-length)
    return Days(first.first, first.plus(length - 1).last)


def months_asked_for(today: date) -> tuple[Days, ...]:
    """Return each month that a span may reach today, the one that runs first."""
    reached = Days(days_of(Span.LAST_QUARTER, today).first, Month.of(today).last)
    return tuple(Days(first, Month(first).last) for first in reversed(reached.months))
