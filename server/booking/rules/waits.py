"""How long people wait, told in two numbers; too few of them are not told at all."""

from collections.abc import Mapping
from dataclasses import dataclass

MEDIAN, MOST = 50, 90  # per cent of the people


@dataclass(frozen=True)
class Waits:
    """Days from booking to consultation; None where so few were booked that one might be recognised."""

    count: int | None
    median: int | None
    ninetieth: int | None  # nine in ten waited no longer


def waits_of(people_by_days: Mapping[int, int], *, fewest: int) -> Waits:
    """Sum up how many people waited how many days."""
    count = sum(people_by_days.values())
    if count < fewest:
        return Waits(None, None, None)
    return Waits(count, _days_of(people_by_days, MEDIAN, count), _days_of(people_by_days, MOST, count))


def _days_of(people_by_days: Mapping[int, int], percent: int, count: int) -> int:
    """Return the days within which so many per cent were seen: the nearest rank, a number somebody really waited."""
    rank = -(-count * percent // 100)
    seen = 0
    for days in sorted(people_by_days):
        seen += people_by_days[days]
        if seen >= rank:
            return days
    raise AssertionError(count)
