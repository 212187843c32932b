"""Which numbers may be shown (I42, I44, I45)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tally:
    """So many scores with this sum, so many of them satisfied."""

    count: int = 0
    total: int = 0
    satisfied: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.total + other.total, self.satisfied + other.satisfied)

    @property
    def mean(self) -> float | None:
        return round(self.total / self.count, 2) if self.count else None


@dataclass(frozen=True)
class Group:
    """What may be shown of a tally: both numbers, or neither (I45)."""

    mean: float | None
    count: int | None
    hidden: bool


@dataclass(frozen=True)
class Shown:
    everyone: Group  # I42: every score that was not voided
    ranked: Group  # given by residents and families
    assisted: Group  # written down by staff, never ranked (I44)
    own_staff: Group  # given by the institution's own people, never ranked (I44)


def shown(*, ranked: Tally, assisted: Tally, own_staff: Tally, least: int) -> Shown:
    """Hide every group smaller than `least`, and the whole as well when it would give the hidden ones away."""
    parts = (ranked, assisted, own_staff)
    small = sum((part.count for part in parts if part.count < least), 0)
    everyone = sum(parts, Tally())
    # The whole minus the groups shown is what the hidden ones hold together.
    betrayed = 0 < small < least
    return Shown(
        everyone=_group(everyone, hidden=everyone.count < least or betrayed),
        ranked=_group(ranked, hidden=ranked.count < least),
        assisted=_group(assisted, hidden=assisted.count < least),
        own_staff=_group(own_staff, hidden=own_staff.count < least),
    )


def _group(tally: Tally, *, hidden: bool) -> Group:
    return (
        Group(mean=None, count=None, hidden=True) if hidden else Group(tally.mean, tally.count, hidden=False)
    )


_Z = 1.959964  # of the normal distribution, for 95 %


@dataclass(frozen=True)
class Share:
    """So many of so many, and between which shares the truth lies with 95 % certainty (Wilson 1927)."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.part / self.whole


def share_of(tally: Tally, *, least: int) -> Share | None:
    """Return how many were satisfied; None where fewer than `least` answered (I45)."""
    if tally.count < max(least, 1):
        return None
    low, high = wilson(tally.satisfied, tally.count)
    return Share(tally.satisfied, tally.count, low, high)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the bounds of a share; unlike the usual formula they stay honest for few answers and near 0 and 1."""
    value, weight = part / whole, _Z * _Z / whole
    middle = (value + weight / 2) / (1 + weight)
    reach = _Z / (1 + weight) * math.sqrt(value * (1 - value) / whole + weight / (4 * whole))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def shown_in_time(tallies: Sequence[Tally], *, least: int) -> tuple[Share | None, ...]:
    """Return the share of each stretch of time, and hide one more where the whole would give a hidden one away."""
    hidden = {place for place, tally in enumerate(tallies) if tally.count < least}
    betrayed = 0 < sum(tallies[place].count for place in hidden) < least
    rest = [place for place in range(len(tallies)) if place not in hidden]
    if betrayed and rest:
        hidden.add(min(rest, key=lambda place: tallies[place].count))
    return tuple(
        None if place in hidden else share_of(tally, least=least) for place, tally in enumerate(tallies)
    )
