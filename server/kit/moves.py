"""State machines as tables: a move that is not listed is refused (R1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from server.kit.errors import IllegalMove

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


@dataclass(frozen=True)
class Moves(Generic[State, Event]):
    """Which event leads from which state to which."""

    table: Mapping[tuple[State, Event], State]

    def after(self, state: State, event: Event) -> State:
        """Return the next state, or refuse with `IllegalMove`."""
        try:
            return self.table[state, event]
        except KeyError:
            raise IllegalMove from None

    def allows(self, state: State, event: Event) -> bool:
        return (state, event) in self.table

    def sources(self, event: Event) -> frozenset[State]:
        """Return the states in which the event may happen: the condition of the UPDATE that carries it out."""
        return frozenset(state for state, listed in self.table if listed == event)
