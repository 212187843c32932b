"""Find a seat for each of several residents at once: as many as can be, the early ones first (C09).

Whoever is asked for takes the earliest seat that suits; when none is free, somebody seated before moves to another
that suits them too. This is a maximum matching (augmenting paths): if everybody can be seated, everybody is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.packing.matching import Matching


@dataclass(frozen=True)
class Span:
    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True)
class FreeSeats:
    """What one slot has left."""

    slot_id: int
    department_id: int
    span: Span
    green: bool
    reserved: bool  # green, and not yet released for everybody
    free: int


@dataclass(frozen=True)
class SeatWish:
    who: int
    department_id: int
    may_green: bool
    engaged: tuple[Span, ...] = ()  # where they are already
    not_before: datetime | None = None

    def suits(self, seats: FreeSeats) -> bool:
        return (
            seats.department_id == self.department_id
            and (self.may_green or not seats.reserved)
            and (self.not_before is None or seats.span.starts_at >= self.not_before)
            and not any(seats.span.overlaps(each) for each in self.engaged)
        )


def seat_everybody(wishes: Sequence[SeatWish], slots: Sequence[FreeSeats]) -> dict[int, int]:
    """Return who sits in which slot; who is missing could not be seated, in whatever way the others sit."""
    # A green seat before a public one of the same hour: the public ones are all that strangers can have.
    in_order = sorted(slots, key=lambda each: (each.span.starts_at, not each.green, each.slot_id))
    suitable = {wish.who: [each.slot_id for each in in_order if wish.suits(each)] for wish in wishes}
    matching = Matching(suitable, {each.slot_id: each.free for each in slots})
    for wish in wishes:
        matching.seat(wish.who)
    return matching.seated
