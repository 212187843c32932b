"""Which numbers may be shown (I42, I44, I45)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tally:
    """So many scores with this sum."""

    count: int = 0
    total: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.total + other.total)

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
