"""Months and years of the city's calendar, and what an evaluator is asked about one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from server.indicators.rules.definitions import Cadence

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A month or a year of the city's calendar, by its first day."""

    cadence: Cadence
    first: date

    @property
    def after(self) -> date:
        """Return the first day that is not in it."""
        if self.cadence is Cadence.YEAR:
            return date(self.first.year + 1, 1, 1)
        year, month = divmod(self.first.year * 12 + self.first.month, 12)
        return date(year, month + 1, 1)

    @property
    def before(self) -> "Period":
        if self.cadence is Cadence.YEAR:
            return Period(self.cadence, date(self.first.year - 1, 1, 1))
        year, month = divmod(self.first.year * 12 + self.first.month - 2, 12)
        return Period(self.cadence, date(year, month + 1, 1))

    def as_of(self, today: date) -> date:
        """Return the day as of which it is counted: today, and its last day once it is over."""
        return min(today, self.after - ONE_DAY)

    @property
    def words(self) -> str:
        month = f" {self.first.month} 月" if self.cadence is Cadence.MONTH else ""
        return f"{self.first.year} 年{month}"


def period_of(cadence: Cadence, day: date) -> Period:
    first = day.replace(day=1)
    return Period(cadence, first.replace(month=1) if cadence is Cadence.YEAR else first)


@dataclass(frozen=True)
class Scope:
    """What an evaluator is asked: which homes, which period, by which numbers, as things stand when."""

    period: Period
    homes: tuple[int, ...]
    asked: date  # the day on which it is asked
    numbers: Mapping[str, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Return the day as of which it is counted."""
        return self.period.as_of(self.asked)

    @property
    def over_before(self) -> date:
        """Return the first day that is not over yet: what is due by a day is not late on that day."""
        return min(self.asked, self.period.after)
