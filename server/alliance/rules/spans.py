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
    def months(self) -> tuple[date, ...]:
        """Return the first days of the months that these days are; none where they are not whole months."""
        first, after = _month_of(self.first), _month_of(self.last + timedelta(days=1))
        if (self.first, self.last + timedelta(days=1)) != (_first_of(first), _first_of(after)):
            return ()
        return tuple(_first_of(month) for month in range(first, after))


def days_of(span: Span, today: date) -> Days:
    """Return the whole month or quarter, also where it has not ended yet."""
    long = span in {Span.THIS_QUARTER, Span.LAST_QUARTER}
    length = MONTHS_A_QUARTER if long else 1
    this = _month_of(today) // length * length
    first = this - length if span in {Span.LAST_MONTH, Span.LAST_QUARTER} else this
    return Days(_first_of(first), _first_of(first + length) - timedelta(days=1))


def months_asked_for(today: date) -> tuple[Days, ...]:
    """Return each month that a span may reach today, the one that runs first."""
    return tuple(
        Days(_first_of(month), _first_of(month + 1) - timedelta(days=1))
        for month in range(_month_of(today), _month_of(days_of(Span.LAST_QUARTER, today).first) - 1, -1)
    )


def _month_of(day: date) -> int:
    """Return the number of a day's month, counted from the year nought."""
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
