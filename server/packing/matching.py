"""Seats for several people: whoever is asked for is seated if there is any way, others moving to what suits them too.

Augmenting paths. Who may sit together is a matroid, so asking one after the other in the order of their claims seats the
best of all sets in that order, and as many as can be.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, TypeVar

Who = TypeVar("Who", bound=Hashable)
Place = TypeVar("Place", bound=Hashable)


class Matching(Generic[Who, Place]):
    def __init__(self, suitable: Mapping[Who, Sequence[Place]], free: Mapping[Place, int]) -> None:
        """`suitable` in the order in which each would rather sit."""
        self._suitable = suitable
        self._free = free
        self._sitting: dict[Place, list[Who]] = {place: [] for place in free}

    @property
    def seated(self) -> dict[Who, Place]:
        return {who: place for place, people in self._sitting.items() for who in people}

    def seat(self, who: Who) -> bool:
        """Seat one more; nobody who sits loses a seat, though they may get another."""
        return self._seat(who, set())

    def _seat(self, who: Who, tried: set[Place]) -> bool:
        untried = [each for each in self._suitable[who] if each not in tried]
        tried.update(untried)
        for place in untried:
            if len(self._sitting[place]) < self._free[place]:
                self._sitting[place].append(who)
                return True
        for place in untried:
            for number, other in enumerate(self._sitting[place]):
                if self._seat(other, tried):
                    self._sitting[place][number] = who
                    return True
        return False
