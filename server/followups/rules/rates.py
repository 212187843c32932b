"""Rates of a year, and who is behind them (facts/domain.md 8).

Managed: in management on some day of the year, except whom the end of the year finds dead, gone, handed over or never
ill (told beside it). Regular: as many face-to-face follow-ups as the rule asks for, less the quarters before they were
enrolled. Controlled: the year's last follow-up was; whoever had none that year is lost, and counts as not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from server.followups.rules.lifecycle import LEFT_OUT, EndReason
from server.kit.rates import Rate

MONTHS_OF_QUARTER = 3


@dataclass(frozen=True)
class YearOfOne:
    """One resident's year with one disease."""

    episode: int
    enrolled_on: date
    ended_on: date | None
    end_reason: EndReason | None
    days: tuple[tuple[date, bool, bool], ...]  # of follow-ups: day, face to face, controlled

    def within(self, year: int) -> tuple[tuple[date, bool, bool], ...]:
        return tuple(each for each in self.days if each[0].year == year)

    def was_managed(self, year: int) -> bool:
        return self.enrolled_on.year <= year and (self.ended_on is None or self.ended_on.year >= year)

    def is_left_out(self, year: int) -> bool:
        return self.end_reason in LEFT_OUT and self.ended_on is not None and self.ended_on.year == year

    def is_lost(self, year: int) -> bool:
        return not self.within(year)

    def is_controlled(self, year: int) -> bool:
        last = max(self.within(year), default=None)
        return last is not None and last[2]

    def is_regular(self, year: int, *, times: int, until: date) -> bool:
        return sum(each[1] for each in self.within(year)) >= self.owed(year, times=times, until=until)

    def owed(self, year: int, *, times: int, until: date) -> int:
        """Return how many are owed by now: one for each quarter begun since they were enrolled, at least one."""
        first = self.enrolled_on if self.enrolled_on.year == year else date(year, 1, 1)
        last = min(until, date(year, 12, 31), self.ended_on or until)
        quarters = _quarter(last) - _quarter(first) + 1 if last >= first else 1
        return max(1, min(times, round(times * quarters / 4)))


@dataclass(frozen=True)
class YearRates:
    managed: tuple[int, ...]  # episodes
    regular: tuple[int, ...]
    controlled: tuple[int, ...]
    lost: tuple[int, ...]
    left_out: tuple[int, ...]

    @property
    def regular_rate(self) -> Rate:
        return Rate(len(self.regular), len(self.managed))

    @property
    def control_rate(self) -> Rate:
        return Rate(len(self.controlled), len(self.managed))


def rates_of(people: Iterable[YearOfOne], *, year: int, times: int, until: date) -> YearRates:
    """Count a year; everybody once, by their latest episode of the disease (the caller gives one each)."""
    met = [each for each in people if each.was_managed(year)]
    kept = [each for each in met if not each.is_left_out(year)]
    return YearRates(
        managed=tuple(each.episode for each in kept),
        regular=tuple(each.episode for each in kept if each.is_regular(year, times=times, until=until)),
        controlled=tuple(each.episode for each in kept if each.is_controlled(year)),
        lost=tuple(each.episode for each in kept if each.is_lost(year)),
        left_out=tuple(each.episode for each in met if each.is_left_out(year)),
    )


def _quarter(day: date) -> int:
    return (day.month - 1) // MONTHS_OF_QUARTER
