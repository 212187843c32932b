"""Two pools of seats, and why a slot gives none."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.booking.errors import GreenSeatsReserved, SlotClosed, SlotFull, TooLate
from server.kit.errors import DomainError


class Pool(StrEnum):
    PUBLIC = "public"
    GREEN = "green"  # for residents of homes with an agreement in force, until `release_at`


class SlotState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


def green_is_reserved(*, pool: Pool, release_at: datetime | None, now: datetime) -> bool:
    return pool == Pool.GREEN and (release_at is None or now < release_at)


@dataclass(frozen=True)
class SlotFacts:
    """What a slot looked like when it gave no seat."""

    state: SlotState
    pool: Pool
    closes_at: datetime
    release_at: datetime | None


def why_no_seat(slot: SlotFacts, *, may_green: bool, now: datetime) -> DomainError:
    if slot.state != SlotState.OPEN:
        return SlotClosed()
    if slot.closes_at <= now:
        return TooLate()
    if not may_green and green_is_reserved(pool=slot.pool, release_at=slot.release_at, now=now):
        return GreenSeatsReserved()
    return SlotFull()
