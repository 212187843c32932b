"""Half a day at a home: who of those present does what for whom, in which order, and what is left out (B05).

Everybody who is visited is done with in one go: a call is all that is due for one resident, and stands where its most
pressing errand stands. Calls are packed by their claims, the strongest first; a weaker claim never takes the place of a
stronger one. Of a plan is asked, claim by claim: (1) most of the errands that make the claim, (2) most of what else is
due for the same residents, (3) fewest empty minutes, (4) fewest ways to a bed. Of plans that are equal in all this, the
one in which the busiest clinician is busy least.

The search goes errand by errand and keeps every way in which the time can be spent up to here, as what each clinician has
left: what can still be done hangs on nothing else, and of clinicians who may do the same not on which of them it is. So the
plan is the best there is, as long as no more ways than `tries` allows come up; beyond that the best are kept, `exact` is
False, and what still holds is that nothing left out would fit into the time left over.

Two clinicians may stand at one bed together, as on any round; nobody is at two beds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeVar

from server.packing.why import Why

Item = TypeVar("Item")

MOST_TRIES = 100_000  # of all errands together: ways kept times who may do it; one or two seconds
Loads = tuple[int, ...]  # minutes that each clinician is busy
Here = tuple[bool, ...]  # who is at the bed of the call that is being shared out
Key = tuple[
    tuple[int, int, bool], ...
]  # of ways from which the same can be done: kind of clinician, minutes, at the bed
Worth = tuple[
    int, int, int, int
]  # errands of the claim, others of the same residents, minutes at work, minus stops
NOTHING: Worth = (0, 0, 0, 0)


@dataclass(frozen=True)
class Errand:
    """One thing that is due for one resident."""

    resident: str
    what: str
    minutes: int
    credential: str  # what who does it must hold
    urgent: bool = False
    overdue_days: int = 0
    waited_days: int = (
        0  # since anybody came to this resident: of equal claims, who has waited longest comes first
    )
    hindered: Why | None = None  # what is known beforehand to keep it from being done

    @property
    def claim(self) -> tuple[bool, int, int]:
        """How it ranks: the smallest comes first."""
        return (not self.urgent, -self.overdue_days, -self.waited_days)


@dataclass(frozen=True)
class Clinician:
    uid: str
    credentials: frozenset[str]


@dataclass(frozen=True)
class HalfDay:
    minutes: int
    walking: int  # to each bed
    most: int | None = None  # errands on one list


@dataclass(frozen=True)
class Stop:
    """One clinician at one bed."""

    clinician: str
    resident: str
    begins: int  # minutes from the beginning of the half-day
    ends: int
    errands: tuple[Errand, ...]


@dataclass(frozen=True)
class LeftOut:
    errand: Errand
    why: Why


@dataclass(frozen=True)
class Round:
    stops: tuple[Stop, ...]  # clinician by clinician, in the order in which they go
    left_out: tuple[LeftOut, ...]
    busy: Mapping[str, int]  # minutes of each clinician, ways included
    exact: bool  # the best there is, not only a good one


@dataclass(frozen=True)
class _Call:
    resident: str
    errands: tuple[Errand, ...]  # the most pressing first

    @property
    def claim(self) -> tuple[bool, int, int]:
        return self.errands[0].claim


@dataclass(frozen=True)
class _Way:
    """One way to spend the time up to here."""

    loads: Loads
    here: Here
    worth: Worth = NOTHING
    before: "_Way | None" = None
    given: tuple[Errand, int] | None = None  # the last one, the clinician's number


@dataclass
class _Search:
    clinicians: Sequence[Clinician]
    half_day: HalfDay
    tries: int  # of one errand
    exact: bool = True
    ways: list[_Way] = field(default_factory=list)
    _kinds: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        known: dict[frozenset[str], int] = {}
        self._kinds = tuple(known.setdefault(each.credentials, len(known)) for each in self.clinicians)
        self.ways = [_Way((0,) * len(self.clinicians), self._nobody)]

    @property
    def _nobody(self) -> Here:
        return (False,) * len(self.clinicians)

    def take(self, call: _Call) -> None:
        """Extend every way by every way to share out this call, or a part of it, or by none."""
        for errand in call.errands:
            self._give(errand, leading=errand.claim == call.claim)
        self._keep_best(replace(way, here=self._nobody) for way in self.ways)

    def settle(self) -> None:
        """Keep the best ways for the claims up to here; the next claims begin at nothing."""
        best = max(way.worth for way in self.ways)
        self.ways = [replace(way, worth=NOTHING) for way in self.ways if way.worth == best]

    def calmest(self) -> _Way:
        return min(self.ways, key=lambda way: (sorted(way.loads, reverse=True), way.loads))

    def _give(self, errand: Errand, *, leading: bool) -> None:
        able = [number for number, who in enumerate(self.clinicians) if errand.credential in who.credentials]
        self._narrow(max(1, self.tries // max(1, len(able))))
        self._keep_best(
            each for way in self.ways for each in (way, *self._given_to(way, errand, able, leading=leading))
        )

    def _given_to(self, way: _Way, errand: Errand, able: Sequence[int], *, leading: bool) -> Iterator[_Way]:
        alike: set[tuple[int, int, bool]] = set()
        for number in able:
            load, here = way.loads[number], way.here[number]
            after = load + errand.minutes + (0 if here else self.half_day.walking)
            as_good = (self._kinds[number], load, here)
            if after > self.half_day.minutes or as_good in alike:
                continue
            alike.add(as_good)
            yield _Way(
                _with(way.loads, number, after),
                _with(way.here, number, True),  # noqa: FBT003  what stands there now
                _sum(way.worth, (int(leading), int(not leading), errand.minutes, int(here) - 1)),
                way,
                (errand, number),
            )

    def _keep_best(self, ways: Iterable[_Way]) -> None:
        found: dict[Key, _Way] = {}
        for each in ways:
            key = tuple(sorted(zip(self._kinds, each.loads, each.here, strict=True)))
            other = found.get(key)
            if other is None or each.worth > other.worth:
                found[key] = each
        self.ways = list(found.values())

    def _narrow(self, most: int) -> None:
        if len(self.ways) <= most:
            return
        self.exact = False
        self.ways = sorted(self.ways, key=lambda way: (way.worth, -max(way.loads)), reverse=True)[:most]


def pack_round(
    errands: Sequence[Errand],
    clinicians: Sequence[Clinician],
    half_day: HalfDay,
    *,
    tries: int = MOST_TRIES,
) -> Round:
    """Pack what is due into half a day. Residents are visited in the order in which `errands` names them."""
    hindered = {each: _hindrance(each, clinicians, half_day) for each in errands}
    found = _pack(hindered, clinicians, half_day, tries)
    done = sorted((each for stop in found.stops for each in stop.errands), key=lambda each: each.claim)
    if half_day.most is None or len(done) <= half_day.most:
        return found
    # Only these again: the time that comes free by those who no longer fit on the list is nobody else's.
    kept, listed = set(done[: half_day.most]), set(done)
    full = {
        each: why or (None if each in kept else Why.LIST_FULL if each in listed else Why.NO_TIME)
        for each, why in hindered.items()
    }
    return _pack(full, clinicians, half_day, tries)


def _pack(
    hindered: Mapping[Errand, Why | None], clinicians: Sequence[Clinician], half_day: HalfDay, tries: int
) -> Round:
    search = _Search(clinicians, half_day, tries // max(1, len(hindered)))
    calls = sorted(
        _calls([each for each, why in hindered.items() if why is None]), key=lambda call: call.claim
    )
    for _, equals in groupby(calls, key=lambda call: call.claim):
        for call in equals:
            search.take(call)
        search.settle()
    way = search.calmest()
    given = _given(way)
    return Round(
        stops=tuple(_timetable(tuple(hindered), given, clinicians, half_day)),
        left_out=tuple(
            LeftOut(each, why or Why.NO_TIME) for each, why in hindered.items() if each not in given
        ),
        busy={each.uid: minutes for each, minutes in zip(clinicians, way.loads, strict=True)},
        exact=search.exact,
    )


def _hindrance(errand: Errand, clinicians: Sequence[Clinician], half_day: HalfDay) -> Why | None:
    if errand.hindered is not None:
        return errand.hindered
    if not any(errand.credential in each.credentials for each in clinicians):
        return Why.NO_CREDENTIAL
    return Why.TOO_LONG if errand.minutes + half_day.walking > half_day.minutes else None


def _calls(errands: Sequence[Errand]) -> list[_Call]:
    found: dict[str, list[Errand]] = {}
    for each in errands:
        found.setdefault(each.resident, []).append(each)
    return [
        _Call(resident, tuple(sorted(due, key=lambda each: each.claim))) for resident, due in found.items()
    ]


def _with(items: tuple[Item, ...], number: int, item: Item) -> tuple[Item, ...]:
    return (*items[:number], item, *items[number + 1 :])


def _sum(one: Worth, other: Worth) -> Worth:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])


def _given(way: _Way | None) -> dict[Errand, int]:
    found: dict[Errand, int] = {}
    while way is not None:
        if way.given is not None:
            found[way.given[0]] = way.given[1]
        way = way.before
    return found


def _timetable(
    errands: Sequence[Errand], given: Mapping[Errand, int], clinicians: Sequence[Clinician], half_day: HalfDay
) -> Iterator[Stop]:
    """Yield each clinician's stops: who is urgent first, then from bed to bed."""
    urgent = {each.resident for each in given if each.urgent}
    order = sorted(
        dict.fromkeys(each.resident for each in errands), key=lambda resident: resident not in urgent
    )
    for number, clinician in enumerate(clinicians):
        minute = 0
        for resident in order:
            theirs = tuple(
                each for each in errands if each.resident == resident and given.get(each) == number
            )
            if theirs:
                begins = minute + half_day.walking
                minute = begins + sum(each.minutes for each in theirs)
                yield Stop(clinician.uid, resident, begins, minute, theirs)
