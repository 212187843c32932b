"""The city's own time: instants are kept in UTC, people's days and birthdays are counted here."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_date(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first instant of the day and the first of the next (exclusive)."""
    return start_of_day(day), start_of_day(day + timedelta(days=1))


def age_on(birth_date: date, day: date) -> int:
    """Count completed years; someone born on 29 February is a year older on 1 March of a common year.

    Civil Code art. 1259 and GB practice count a year as completed on the day of the birthday itself.
    """
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
