"""What nobody asks for in person: holds and offers run out, free seats are offered to who waits, the board is told.

A sweep locks all its slots, by id, before it moves any row: two workers wait for each other and do nothing twice.
"""

from datetime import date, datetime
from itertools import chain

from tortoise.expressions import F

from server.alliance.rules import months_asked_for
from server.authority.actor import Actor
from server.booking.actions.queueing import end_waiting
from server.booking.actions.seats import lock, promote, reclaim
from server.booking.models import Appointment, Slot, WaitlistEntry, WaitlistOffer
from server.booking.queries.waits import TILE, wait_sums, weeks_of
from server.booking.rules import AppointmentStatus, OfferStatus, SlotState, WaitStatus
from server.kit.clock import local_date
from server.kit.rollups import Sums, recount
from server.kit.transactions import action

EARLIEST = 4  # free slots looked at for one who waits
SLOTS_A_PASS = 20  # few enough that nobody who books waits for long


@action
async def sweep_holds(*, actor: Actor, now: datetime, limit: int = 200) -> int:  # noqa: ARG001  every sweep is told
    """Free the seats of holds and offers that nobody answered in time; return how many."""
    holds = (
        Appointment.filter(status=AppointmentStatus.HELD, hold_expires_at__lte=now)
        .order_by("id")
        .limit(limit)
    )
    offers = WaitlistOffer.filter(status=OfferStatus.OFFERED, expires_at__lte=now).order_by("id").limit(limit)
    slot_ids = {row.slot_id for row in await holds} | {row.slot_id for row in await offers}
    return await reclaim(sorted(slot_ids)[:SLOTS_A_PASS], now=now) if slot_ids else 0


@action
async def sweep_waitlist(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Offer seats that are free to who waits for them, and let those go whose days have passed."""
    waiting = await (
        WaitlistEntry.filter(status=WaitStatus.WAITING, latest_at__gt=now)
        .order_by("urgency_rank", "joined_at", "id")
        .limit(limit)
    )
    slot_ids = set(
        chain.from_iterable([await _seats_for(entry, now=now) for entry in waiting[:SLOTS_A_PASS]])
    )
    await lock(slot_ids)
    offered = sum([await promote(slot_id, now=now) for slot_id in sorted(slot_ids)])
    return offered + await end_waiting(actor=actor, now=now, limit=limit)


async def _seats_for(entry: WaitlistEntry, *, now: datetime) -> list[int]:
    """Return the earliest slots with a free seat that this entry was not asked about."""
    asked_before = await WaitlistOffer.filter(entry_id=entry.id)
    rows = Slot.filter(
        department_id=entry.department_id,
        state=SlotState.OPEN,
        closes_at__gt=now,
        starts_at__gte=entry.earliest_at,
        starts_at__lt=entry.latest_at,
        capacity__gt=F("booked") + F("held"),
    ).exclude(id__in=[offer.slot_id for offer in asked_before])
    return [slot.id for slot in await rows.order_by("starts_at", "id").limit(EARLIEST)]


async def sweep_waits(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count the waits of each week again for the board; return how many weeks."""
    weeks = weeks_of(months_asked_for(local_date(now))[-1].first, local_date(now))

    async def count(week: date) -> Sums:
        return (await wait_sums(starts=[week]))[week]

    return await recount(TILE, weeks, count, now=now)
