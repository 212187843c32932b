"""Half a day at a home: who of those present does what for whom, in which order, and what is left out (B05).

Everybody who is visited is done with in one go: a call is all that is due for one resident, and stands where its most
pressing errand stands. Calls are packed by their claims, the strongest first; a weaker claim never takes the place of a
stronger one. Of a plan is asked, claim by claim: (1) most of the errands that make the claim, (2) most of what else is
due for the same residents, (3) fewest empty minutes, (4) fewest ways to a bed. Of plans that are equal in all this, the
one in which the busiest clinician is busy least.

The search keeps every way in which the time can be spent up to here, as what each clinician has left: what can still be
done hangs on nothing else. So the plan is the best there is, as long as no more ways than `tries` allows come up; beyond
that the best are kept, `exact` is False, and what still holds is that nothing left out would fit into the time left over.

Two clinicians may stand at one bed together, as on any round; nobody is at two beds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product

from server.packing.why import Why

MOST_TRIES = 20_000  # of one call: ways kept times ways to add it
Loads = tuple[int, ...]  # minutes that each clinician is busy
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

    worth: Worth = NOTHING
    before: "_Way | None" = None
    given: tuple[tuple[Errand, int], ...] = ()  # errand, the clinician's number


@dataclass(frozen=True)
class _Option:
    """One way to share out a call."""

    minutes: Loads
    worth: Worth
    given: tuple[tuple[Errand, int], ...]


@dataclass
class _Search:
    clinicians: Sequence[Clinician]
    half_day: HalfDay
    tries: int
    exact: bool = True
    ways: dict[Loads, _Way] = field(default_factory=dict)

    def take(self, call: _Call) -> None:
        """Extend every way by every way to share out this call, or by none."""
        options = [
            each
            for each in _best_by_minutes(_shared_out(call, self.clinicians, self.half_day))
            if all(map(int.__le__, each.minutes, self._most_left()))
        ]
        self._narrow(max(1, self.tries // max(1, len(options))))
        found = dict(self.ways)
        for loads, way in self.ways.items():
            for option in options:
                after = tuple(map(int.__add__, loads, option.minutes))
                if max(after) > self.half_day.minutes:
                    continue
                worth = _sum(way.worth, option.worth)
                other = found.get(after)
                if other is None or worth > other.worth:
                    found[after] = _Way(worth, way, option.given)
        self.ways = found

    def _most_left(self) -> Loads:
        """Return how many minutes each clinician has left in the way that spares them most."""
        return tuple(self.half_day.minutes - min(busy) for busy in zip(*self.ways, strict=True))

    def settle(self) -> None:
        """Keep the best ways for the claims up to here; the next claims begin at nothing."""
        best = max(way.worth for way in self.ways.values())
        self.ways = {
            loads: _Way(NOTHING, way.before, way.given)
            for loads, way in self.ways.items()
            if way.worth == best
        }

    def _narrow(self, most: int) -> None:
        if len(self.ways) <= most:
            return
        self.exact = False
        kept = sorted(self.ways.items(), key=lambda each: (each[1].worth, -max(each[0])), reverse=True)
        self.ways = dict(kept[:most])

    def calmest(self) -> tuple[Loads, _Way]:
        return min(self.ways.items(), key=lambda each: (sorted(each[0], reverse=True), each[0]))


def pack_round(
    errands: Sequence[Errand],
    clinicians: Sequence[Clinician],
    half_day: HalfDay,
    *,
    tries: int = MOST_TRIES,
) -> Round:
    """Pack what is due into half a day. Residents are visited in the order in which `errands` names them."""
    hindered = {each: _hindrance(each, clinicians, half_day) for each in errands}
    search = _Search(clinicians, half_day, tries, ways={(0,) * len(clinicians): _Way()})
    calls = sorted(
        _calls([each for each, why in hindered.items() if why is None]), key=lambda call: call.claim
    )
    for _, equals in groupby(calls, key=lambda call: call.claim):
        for call in equals:
            search.take(call)
        search.settle()
    loads, way = search.calmest()
    given = _given(way)
    return Round(
        stops=tuple(_timetable(errands, given, clinicians, half_day)),
        left_out=tuple(
            LeftOut(each, why or Why.NO_TIME) for each, why in hindered.items() if each not in given
        ),
        busy={each.uid: minutes for each, minutes in zip(clinicians, loads, strict=True)},
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


def _shared_out(call: _Call, clinicians: Sequence[Clinician], half_day: HalfDay) -> Iterator[_Option]:
    """Yield every way to give each errand to somebody who may do it, or to nobody."""
    able = [
        (None, *(number for number, who in enumerate(clinicians) if errand.credential in who.credentials))
        for errand in call.errands
    ]
    for choice in product(*able):
        given = tuple(
            (errand, number)
            for errand, number in zip(call.errands, choice, strict=True)
            if number is not None
        )
        if not given:
            continue
        minutes = [0] * len(clinicians)
        for errand, number in given:
            minutes[number] += errand.minutes + (0 if minutes[number] else half_day.walking)
        leading = sum(errand.claim == call.claim for errand, _ in given)
        stops = sum(map(bool, minutes))
        work = sum(errand.minutes for errand, _ in given)
        yield _Option(tuple(minutes), (leading, len(given) - leading, work, -stops), given)


def _best_by_minutes(options: Iterator[_Option]) -> list[_Option]:
    found: dict[Loads, _Option] = {}
    for each in options:
        other = found.get(each.minutes)
        if other is None or each.worth > other.worth:
            found[each.minutes] = each
    return list(found.values())


def _sum(one: Worth, other: Worth) -> Worth:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])


def _given(way: _Way | None) -> dict[Errand, int]:
    found: dict[Errand, int] = {}
    while way is not None:
        found.update(way.given)
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
