"""Who comes on which day and when: floor by floor, room by room, as people walk past the doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.checkups.errors import DaysTooFew
from server.people.rules import in_house_order


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
) -> tuple[Turn, ...]:
    """Give everybody (place, bed) a day and a time; refuse with `DaysTooFew`."""
    if len(places) > len(days) * per_day:
        raise DaysTooFew
    walked = sorted(places, key=lambda each: (not each[1], in_house_order(each[1]), each[0]))
    return tuple(
        Turn(place, days[number // per_day], first_minute + (number % per_day) * minutes_each)
        for number, (place, _) in enumerate(walked)
    )
