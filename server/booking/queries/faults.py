"""Compare the counters with the rows they count (I22, I23, I28). An empty list is the only good answer."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.functions import Count

from server.booking.models import Appointment, Slot, WaitlistOffer
from server.booking.rules import BOOKED_STATUSES, AppointmentStatus, OfferStatus
from server.kit.tables import Table

BATCH = 1000


class _Seats(NamedTuple):
    id: int
    uid: str
    booked: int
    held: int
    capacity: int


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  every feature is asked alike
    """Name each slot whose counters disagree; slots are read in batches so that a city fits."""
    found: list[str] = []
    last = 0
    slots = Slot.filter().order_by("id").limit(BATCH)
    while rows := await slots.filter(id__gt=last).values_list(*_Seats._fields):
        batch = [_Seats(*row) for row in rows]
        last = batch[-1].id
        found += await _of_slots(batch)
    return found


async def _of_slots(slots: list[_Seats]) -> list[str]:
    span = {"slot_id__gte": slots[0].id, "slot_id__lte": slots[-1].id}
    booked = await _count(Appointment, status__in=sorted(BOOKED_STATUSES), **span)
    held = await _count(Appointment, status=AppointmentStatus.HELD, **span)
    held += await _count(WaitlistOffer, status=OfferStatus.OFFERED, **span)
    unplaced = await _count(
        Appointment, status__in=sorted(BOOKED_STATUSES | {AppointmentStatus.HELD}), place_key=None, **span
    )
    found = []
    for slot in slots:
        if slot.booked != booked[slot.id]:
            found.append(f"I23 slot {slot.uid}: booked {slot.booked}, appointments {booked[slot.id]}")
        if slot.held != held[slot.id]:
            found.append(f"I28 slot {slot.uid}: held {slot.held}, holds and offers {held[slot.id]}")
        if not 0 <= slot.booked + slot.held <= slot.capacity:
            found.append(f"I22 slot {slot.uid}: {slot.booked} + {slot.held} of {slot.capacity} seats")
        if unplaced[slot.id]:
            found.append(f"I23 slot {slot.uid}: {unplaced[slot.id]} appointments without their place")
    return found


async def _count(table: type[Table], **which: Any) -> Counter[int]:
    rows = (
        await table.filter(**which).annotate(seats=Count("id")).group_by("slot_id").values("slot_id", "seats")
    )
    return Counter({row["slot_id"]: row["seats"] for row in rows})
