"""The months of the city's calendar."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from server.kit.clock import local_date, start_of_day


@dataclass(frozen=True, order=True)
class Month:
    """A month by its first day."""

    first: date

    def __post_init__(self) -> None:
        if self.first.day != 1:
            message = "a month is named by its first day"
            raise ValueError(message)

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(first_of_month(day))

    @property
    def days(self) -> int:
        return monthrange(self.first.year, self.first.month)[1]

    @property
    def last(self) -> date:
        return self.first.replace(day=self.days)

    @property
    def following(self) -> "Month":
        return self.plus(1)

    @property
    def before(self) -> "Month":
        return self.plus(-1)

    @property
    def ends(self) -> datetime:
        """Return the first instant after it."""
        return start_of_day(self.following.first)

    @property
    def words(self) -> str:
        return f"{self.first.year} 年 {self.first.month} 月"

    def plus(self, months: int) -> "Month":
        year, month = divmod(self.first.year * 12 + self.first.month - 1 + months, 12)
        return Month(date(year, month + 1, 1))


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def month_of(instant: datetime) -> Month:
    return Month.of(local_date(instant))


def months_after(day: date, months: int) -> date:
    """Return the same day so many months on, or the last of that month where it has none such."""
    month = Month.of(day).plus(months)
    return month.first.replace(day=min(day.day, month.days))
