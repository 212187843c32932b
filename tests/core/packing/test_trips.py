"""A bus to the hospital: the strongest claims come, in the shortest time, by trying everything; whoever stays knows why."""

import os
from collections.abc import Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from server.packing.trips import Bus, Places, Rider, Trip, companions_needed, pack_trip
from server.packing.why import Why

CASES = int(os.environ.get("CASES", "150"))


def rider(who: int, *slots: int, own: bool = False) -> Rider:
    return Rider(who, frozenset(slots), own)


def at(slot: int, begins: int, free: int = 1, minutes: int = 30) -> Places:
    return Places(slot, begins, begins + minutes, free)


def bus(seats: int = 9, companions: int | None = None, longest: int = 240) -> Bus:
    return Bus(seats, companions, riders_each=3, walking=10, longest=longest)


class TestPackTrip:
    def test_seats_all_and_says_when_the_bus_comes_and_goes(self) -> None:
        found = pack_trip([rider(7, 1), rider(8, 2)], [at(1, 60), at(2, 100)], bus())

        assert (found.seated, found.left_out) == ({7: 1, 8: 2}, {})
        assert (found.sets_down, found.takes_along) == (50, 140)

    def test_takes_the_shortest_time_then_the_earliest(self) -> None:
        slots = [at(1, 0), at(2, 120), at(3, 130), at(4, 300), at(5, 310)]

        found = pack_trip([rider(7, 1, 2, 4), rider(8, 3, 5)], slots, bus())

        assert found.seated == {7: 2, 8: 3}

    def test_leaves_the_weakest_claims_out(self) -> None:
        found = pack_trip([rider(7, 1), rider(8, 1), rider(9, 1)], [at(1, 0, free=2)], bus())

        assert (found.seated, found.left_out) == ({7: 1, 8: 1}, {9: Why.NO_SEAT})

    def test_counts_companions_among_the_seats(self) -> None:
        riders = [rider(each, 1) for each in (7, 8, 9)]

        found = pack_trip(riders, [at(1, 0, free=9)], bus(seats=3, companions=1))

        assert found.left_out == {9: Why.BUS_FULL}

    def test_keeps_an_eye_on_everybody(self) -> None:
        riders = [rider(6, 1, own=True), *(rider(each, 1) for each in (7, 8, 9, 10))]

        found = pack_trip(riders, [at(1, 0, free=9)], bus(companions=2))

        assert found.left_out == {10: Why.NO_COMPANION}
        assert companions_needed(riders, 3) == 3

    def test_does_not_let_a_busload_wait_for_one_far_away(self) -> None:
        found = pack_trip([rider(7, 1), rider(8, 2)], [at(1, 0), at(2, 220)], bus())

        assert (found.seated, found.left_out) == ({7: 1}, {8: Why.TOO_FAR_APART})

    def test_without_any_seat_nobody_comes(self) -> None:
        assert pack_trip([rider(7)], [], bus()) == Trip({}, {7: Why.NO_SEAT}, None, None)


RIDERS = st.lists(st.tuples(st.frozensets(st.integers(1, 4)), st.booleans()), min_size=1, max_size=4)
SLOTS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 2)), min_size=1, max_size=4)
BUSES = st.builds(
    Bus, seats=st.integers(1, 5), companions=st.none() | st.integers(0, 2), riders_each=st.integers(1, 2),
    walking=st.just(5), longest=st.sampled_from([40, 60, 90]),
)  # fmt: skip


def possible(chosen: dict[Rider, Places], vehicle: Bus) -> bool:
    if not chosen:
        return True
    taken = list(chosen.values())
    span = max(each.ends for each in taken) - min(each.begins for each in taken)
    own = sum(each.own_companion for each in chosen)
    eyes = own + -(-(len(chosen) - own) // vehicle.riders_each)
    return (
        all(taken.count(each) <= each.free and each.slot in who.suits for who, each in chosen.items())
        and span + 2 * vehicle.walking <= vehicle.longest
        and len(chosen) + (vehicle.companions or 0) <= vehicle.seats
        and (vehicle.companions is None or eyes <= vehicle.companions)
    )


def asked(riders: Sequence[Rider], chosen: dict[Rider, Places]) -> tuple[object, ...]:
    if not chosen:
        return (tuple(False for _ in riders), 0, 0)
    begins, ends = min(each.begins for each in chosen.values()), max(each.ends for each in chosen.values())
    return (tuple(each in chosen for each in riders), begins - ends, -begins)


class TestAgainstTryingEverything:
    @settings(max_examples=CASES, deadline=None)
    @given(people=RIDERS, hours=SLOTS, vehicle=BUSES)
    def test_no_trip_is_better(
        self, people: list[tuple[frozenset[int], bool]], hours: list[tuple[int, int]], vehicle: Bus
    ) -> None:
        riders = [rider(who, *slots, own=own) for who, (slots, own) in enumerate(people)]
        slots = [at(number, hour * 10, free, 15) for number, (hour, free) in enumerate(hours, 1)]
        by_slot = {each.slot: each for each in slots}

        found = pack_trip(riders, slots, vehicle)

        chosen = {each: by_slot[found.seated[each.who]] for each in riders if each.who in found.seated}
        every = (
            {who: place for who, place in zip(riders, choice, strict=True) if place is not None}
            for choice in product([None, *slots], repeat=len(riders))
        )
        assert possible(chosen, vehicle)
        assert asked(riders, chosen) == max(asked(riders, each) for each in every if possible(each, vehicle))
        assert set(found.left_out) == {each.who for each in riders} - set(found.seated)
