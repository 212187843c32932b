"""The city's own time: instants are kept in UTC, people's days and birthdays are counted here."""

from calendar import monthrange
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


def born_by(today: date, age: int) -> date:
    """Return the last birthday with which somebody is that old today."""
    year = today.year - age
    return date(year, today.month, min(today.day, monthrange(year, today.month)[1]))


NOON, EVENING = 12, 18  # hours
NEAR = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}


def said_day(day: date, today: date) -> str:
    """Say a day as people do: 明天, 3 月 9 日, 2025 年 3 月 9 日."""
    if (day - today).days in NEAR:
        return NEAR[(day - today).days]
    year = f"{day.year} 年 " if day.year != today.year else ""
    return f"{year}{day.month} 月 {day.day} 日"


def said_time(instant: datetime, now: datetime) -> str:
    """Say a day and a time as people do: 明天上午 9:30, 3 月 9 日下午 2:00."""
    local = instant.astimezone(SHANGHAI)
    part = "上午" if local.hour < NOON else "下午" if local.hour < EVENING else "晚上"
    hour = local.hour if local.hour <= NOON else local.hour - NOON
    return f"{said_day(local.date(), local_date(now))}{part} {hour}:{local.minute:02d}"
