"""What several residents have to choose from: seats that are left, and when each of them is engaged."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from tortoise.expressions import F

from server.booking.models import Slot
from server.booking.queries.diaries import diaries
from server.booking.rules import FreeSeats, Pool, SlotState, Span, green_is_reserved


async def free_slots(
    department_ids: Sequence[int], first: datetime, until: datetime, *, now: datetime
) -> list[Slot]:
    """Return the slots between two instants that can still be booked and have a seat left."""
    rows = Slot.filter(
        department_id__in=sorted(department_ids),
        state=SlotState.OPEN,
        closes_at__gt=now,
        starts_at__gte=first,
        starts_at__lt=until,
        capacity__gt=F("booked") + F("held"),
    )
    return await rows.order_by("starts_at", "id")


def seats_of(slots: Sequence[Slot], *, now: datetime) -> list[FreeSeats]:
    return [
        FreeSeats(
            slot_id=slot.id,
            department_id=slot.department_id,
            span=Span(slot.starts_at, slot.ends_at),
            green=slot.pool == Pool.GREEN,
            reserved=green_is_reserved(pool=slot.pool, release_at=slot.release_at, now=now),
            free=slot.capacity - slot.booked - slot.held,
        )
        for slot in slots
    ]


async def spans_elsewhere(
    resident_ids: Collection[int], *, but: Collection[int] = (), now: datetime
) -> dict[int, list[Span]]:
    """Tell when residents are engaged, apart from the appointments in `but`."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in await diaries(resident_ids, now=now):
        if row.id not in but:
            spans[row.resident_id].append(Span(row.slot.starts_at, row.slot.ends_at))
    return spans
