"""Who comes on which day and when: floor by floor, room by room, as people walk past the doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.checkups.errors import DaysTooFew, DayTooLong, WrongDays
from server.people.rules import in_house_order

LONGEST = 366  # a campaign lies within one year
SATURDAY = 6


@dataclass(frozen=True)
class Turn:
    place: int
    day: date
    minute: int  # of the day


def in_turn(
    places: Sequence[tuple[int, str]],
    *,
    days: Sequence[date],
    per_day: int,
    first_minute: int,
    minutes_each: int,
    last_minute: int,
) -> tuple[Turn, ...]:
    """Give everybody (place, bed) a day and a time; refuse with `DaysTooFew`, or `DayTooLong` when somebody's turn would not be over by then."""
    if len(places) > len(days) * per_day:
        raise DaysTooFew
    turns = min(len(places), per_day)
    if turns and first_minute + turns * minutes_each > last_minute:
        said = f"按一位 {minutes_each} 分钟，一天排到了{last_minute // 60}:{last_minute % 60:02d}以后。请早些开始、每天少排几位，或增加天数。"
        raise DayTooLong(said)
    walked = sorted(places, key=lambda each: (not each[1], in_house_order(each[1]), each[0]))
    return tuple(
        Turn(place, days[number // per_day], first_minute + (number % per_day) * minutes_each)
        for number, (place, _) in enumerate(walked)
    )


def days_between(first: date, last: date, *, weekends: bool) -> tuple[date, ...]:
    """Return every day from first to last, none dropped; refuse with `WrongDays` what no campaign can be."""
    if not 0 <= (last - first).days < LONGEST:
        raise WrongDays
    each = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    return tuple(day for day in each if weekends or day.isoweekday() < SATURDAY)
