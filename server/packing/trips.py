"""One bus to a hospital: who gets which seat there, who comes along, who waits for the next time, and why (C09).

Of a trip is asked: (1) that the rider with the strongest claim comes if there is any way, then the second if there is any
way together with the first, and so on; (2) the shortest time between setting the first down and taking the last along;
(3) the earliest such time. Who comes must have a seat on the bus, a companion's eye, and a seat at the hospital within
the time that a busload can be asked to wait.

This is found exactly: whoever may come together, fewer of them may come together, too, so asking one after the other in
the order of their claims is the best; and the few hours of a half-day at which somebody is called are all tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.packing.matching import Matching
from server.packing.why import Why


@dataclass(frozen=True)
class Rider:
    """Riders are named in the order of their claims."""

    who: int
    suits: frozenset[int]  # slots
    own_companion: bool = False


@dataclass(frozen=True)
class Places:
    """What a slot has left; minutes from wherever the caller counts."""

    slot: int
    begins: int
    ends: int
    free: int


@dataclass(frozen=True)
class Bus:
    seats: int  # for riders and companions
    companions: int | None  # None: nobody has said, and nobody is counted
    riders_each: int  # whom one companion can keep an eye on
    walking: int  # from the bus to any department, and back
    longest: int  # from setting down to taking along

    def carries(self, riders: Sequence[Rider]) -> bool:
        return self.seats_all(riders) and self.watches_all(riders)

    def seats_all(self, riders: Sequence[Rider]) -> bool:
        return len(riders) + (self.companions or 0) <= self.seats

    def watches_all(self, riders: Sequence[Rider]) -> bool:
        return self.companions is None or companions_needed(riders, self.riders_each) <= self.companions


@dataclass(frozen=True)
class Trip:
    seated: Mapping[int, int]  # rider, slot
    left_out: Mapping[int, Why]
    sets_down: int | None  # None: nobody comes
    takes_along: int | None


@dataclass(frozen=True)
class _Span:
    begins: int
    ends: int


def companions_needed(riders: Sequence[Rider], riders_each: int) -> int:
    own = sum(each.own_companion for each in riders)
    return own + -(-(len(riders) - own) // riders_each)


def pack_trip(riders: Sequence[Rider], slots: Sequence[Places], bus: Bus) -> Trip:
    """Pack a bus; of slots that begin alike, the one named first is taken first."""
    spans = _longest_spans(slots, bus) or [_Span(0, 0)]
    coming = max(
        (_coming(riders, slots, bus, span) for span in spans), key=lambda chosen: _ranks(riders, chosen)
    )
    span = _shortest(coming, slots, bus) if coming else None
    return Trip(
        seated=_seats(coming, slots, span) if span else {},
        left_out={each.who: _why(each, coming, slots, bus) for each in riders if each not in coming},
        sets_down=span.begins - bus.walking if span else None,
        takes_along=span.ends + bus.walking if span else None,
    )


def _longest_spans(slots: Sequence[Places], bus: Bus) -> list[_Span]:
    called = bus.longest - 2 * bus.walking
    return [_Span(begins, begins + called) for begins in sorted({each.begins for each in slots})]


def _coming(riders: Sequence[Rider], slots: Sequence[Places], bus: Bus, span: _Span) -> list[Rider]:
    """Return who comes if everybody is called within a span: asked one after the other."""
    matching, coming = _open(riders, slots, span), list[Rider]()
    for each in riders:
        if bus.carries([*coming, each]) and matching.seat(each.who):
            coming.append(each)
    return coming


def _ranks(riders: Sequence[Rider], coming: Sequence[Rider]) -> tuple[bool, ...]:
    there = {each.who for each in coming}
    return tuple(each.who in there for each in riders)


def _shortest(coming: Sequence[Rider], slots: Sequence[Places], bus: Bus) -> _Span:
    """Return the shortest span in which all of these have seats, the earliest of several."""
    ends = sorted({each.ends for each in slots})
    spans = (
        replace(longest, ends=end)
        for longest in _longest_spans(slots, bus)
        for end in ends
        if longest.begins < end <= longest.ends
    )
    in_order = sorted(spans, key=lambda span: (span.ends - span.begins, span.begins))
    return next(span for span in in_order if _holds(coming, slots, span))


def _holds(coming: Sequence[Rider], slots: Sequence[Places], span: _Span) -> bool:
    return len(_seats(coming, slots, span)) == len(coming)


def _seats(coming: Sequence[Rider], slots: Sequence[Places], span: _Span | None) -> dict[int, int]:
    matching = _open(coming, slots, span)
    for each in coming:
        matching.seat(each.who)
    return matching.seated


def _open(riders: Sequence[Rider], slots: Sequence[Places], span: _Span | None) -> Matching[int, int]:
    inside = [
        each for each in slots if span is None or (each.begins >= span.begins and each.ends <= span.ends)
    ]
    inside.sort(key=lambda each: each.begins)
    suitable = {rider.who: [each.slot for each in inside if each.slot in rider.suits] for rider in riders}
    return Matching(suitable, {each.slot: each.free for each in inside})


def _why(rider: Rider, coming: Sequence[Rider], slots: Sequence[Places], bus: Bus) -> Why:
    """Say what keeps somebody from joining those who come."""
    together = [*coming, rider]
    if not bus.seats_all(together):
        return Why.BUS_FULL
    if not bus.watches_all(together):
        return Why.NO_COMPANION
    seated = _seats(together, slots, None)
    return Why.TOO_FAR_APART if len(seated) == len(together) else Why.NO_SEAT
