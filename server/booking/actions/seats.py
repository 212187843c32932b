"""The one place where the counters of a slot change.

Called inside an action. Every function that frees or takes seats writes the slot row first and so is alone with
this slot until the transaction ends; MariaDB runs READ COMMITTED, so what is read after that write is the latest.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from tortoise.expressions import F, Q

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import system_actor
from server.booking.errors import WrongStatus
from server.booking.models import Appointment, Slot, WaitlistEntry, WaitlistOffer
from server.booking.queries import may_take_green
from server.booking.queries.cards import clock_words
from server.booking.rules import (
    LIVE_STATUSES,
    OFFER_MOVES,
    WAIT_MOVES,
    AppointmentStatus,
    OfferEvent,
    OfferStatus,
    Pool,
    SlotFacts,
    SlotState,
    Urgency,
    WaitEvent,
    WaitStatus,
    green_is_reserved,
    queue_explained,
    queue_order,
    why_no_seat,
)
from server.kit.clock import local_date
from server.outbox.actions import enqueue
from server.people.access import STAFF_WAYS
from server.people.models import Resident
from server.people.queries import merged_into, person_of

Counter = Literal["booked", "held"]

SWEEPER = system_actor("booking")
MOST_CANDIDATES = 200


async def take_seat(slot: Slot, *, counter: Counter, may_green: bool, now: datetime) -> int:
    """Take one seat and return its number, or refuse with the reason why there is none."""
    taken = await _take(slot.id, counter=counter, may_green=may_green, now=now)
    if not taken and await reclaim([slot.id], now=now):
        taken = await _take(slot.id, counter=counter, may_green=may_green, now=now)
    latest = await Slot.get(id=slot.id)
    if not taken:
        facts = SlotFacts(latest.state, latest.pool, latest.closes_at, latest.release_at)
        raise why_no_seat(facts, may_green=may_green, now=now)
    return int(latest.issued)


async def _take(slot_id: int, *, counter: Counter, may_green: bool, now: datetime) -> bool:
    seats = Slot.filter(
        id=slot_id, state=SlotState.OPEN, closes_at__gt=now, capacity__gt=F("booked") + F("held")
    )
    if not may_green:
        seats = seats.filter(Q(pool=Pool.PUBLIC) | Q(release_at__lte=now))
    return await seats.update(**{counter: F(counter) + 1, "issued": F("issued") + 1}) == 1


async def give_back(slot_id: int, *, counter: Counter) -> None:
    """Free one seat; the caller moves the row that had it, and then calls `promote`."""
    if not await Slot.filter(id=slot_id, **{f"{counter}__gt": 0}).update(**{counter: F(counter) - 1}):
        raise WrongStatus  # somebody freed it since the row was read


async def turn_held_into_booked(slot_id: int, *, now: datetime) -> bool:
    """Let a seat change from waiting for an answer to booked; False when the slot takes nobody any more."""
    rows = Slot.filter(id=slot_id, state=SlotState.OPEN, closes_at__gt=now, held__gt=0)
    return await rows.update(held=F("held") - 1, booked=F("booked") + 1) == 1


async def lock(slot_ids: Iterable[int]) -> list[Slot]:
    """Be alone with these slots. Always by id: two who lock the same two never wait for each other."""
    return await Slot.filter(id__in=sorted(slot_ids)).order_by("id").select_for_update()


async def reclaim(slot_ids: Iterable[int], *, now: datetime) -> int:
    """Take back the seats of holds and offers that have run out, and offer them to who waits.

    Asked for by whoever finds a slot full, so that an expired hold never keeps a seat until the next sweep.
    """
    wanted = sorted(slot_ids)
    stale_hold = Q(status=AppointmentStatus.HELD, hold_expires_at__lte=now, slot_id__in=wanted)
    stale_offer = Q(status=OfferStatus.OFFERED, expires_at__lte=now, slot_id__in=wanted)
    if not (
        await Appointment.filter(stale_hold).exists() or await WaitlistOffer.filter(stale_offer).exists()
    ):
        return 0
    await lock(wanted)
    freed = 0
    for hold in await Appointment.filter(stale_hold).select_related("slot", "resident"):
        freed += await _lapse_hold(hold, now=now)
    for offer in await WaitlistOffer.filter(stale_offer).select_related("slot", "entry__resident"):
        freed += await _lapse_offer(offer, now=now)
    for slot_id in wanted:
        await promote(slot_id, now=now)
    return freed


async def _lapse_hold(hold: Appointment, *, now: datetime) -> int:
    await give_back(hold.slot.id, counter="held")
    changed = await Appointment.filter(id=hold.id, status=AppointmentStatus.HELD).update(
        status=AppointmentStatus.LAPSED, place_key=None, ended_at=now
    )
    if changed != 1:
        raise WrongStatus
    await note(
        SWEEPER,
        "booking.hold_lapsed",
        subject_kind="appointment",
        subject_uid=hold.uid,
        resident_id=hold.resident.id,
        now=now,
    )
    if hold.on_behalf_basis in STAFF_WAYS:
        # Somebody kept it for them, and they may count on it; what the family itself let run out is no news.
        payload = {"appointment": hold.uid, "resident": hold.resident.uid, "slot": hold.slot.uid}
        await enqueue("booking.hold_lapsed", payload, now=now)
    return 1


async def _lapse_offer(offer: WaitlistOffer, *, now: datetime) -> int:
    await close_offer(offer, OfferEvent.LAPSE, WaitEvent.RETURN, now=now)
    await note(
        SWEEPER,
        "booking.offer_lapsed",
        subject_kind="waitlist_offer",
        subject_uid=offer.uid,
        resident_id=offer.entry.resident.id,
        now=now,
    )
    payload = {"offer": offer.uid, "resident": offer.entry.resident.uid, "slot": offer.slot.uid}
    await enqueue("booking.offer_lapsed", payload, now=now)
    return 1


async def close_offer(offer: WaitlistOffer, event: OfferEvent, then: WaitEvent, *, now: datetime) -> None:
    """Free the seat of an offer that was not accepted and move its entry on; the caller then promotes."""
    await give_back(offer.slot.id, counter="held")
    entry_status = WAIT_MOVES.after(WaitStatus.OFFERED, then)
    gone = {"waiting_key": None} if entry_status == WaitStatus.REMOVED else {}
    moved = await WaitlistEntry.filter(id=offer.entry.id, status=WaitStatus.OFFERED).update(
        status=entry_status, **gone
    )
    closed = await WaitlistOffer.filter(id=offer.id, status=OfferStatus.OFFERED).update(
        status=OFFER_MOVES.after(OfferStatus.OFFERED, event), answered_at=now
    )
    if not (moved and closed):
        raise WrongStatus


async def promote(slot_id: int, *, now: datetime) -> int:
    """Offer the free seats of a slot, with which the caller is alone, to those who wait; return how many.

    In the transaction that frees a seat, so that nobody who just comes along takes it first (I28).
    """
    slot = await Slot.get(id=slot_id).select_related("institution", "department")
    free = free_seats(slot, now=now)
    if free <= 0:
        return 0
    minutes = await parameter("booking.offer_minutes", on=local_date(now))
    offered = 0
    for entry in await _candidates(slot):
        if offered == free:
            break
        explanation = queue_explained(
            urgency=Urgency(entry.urgency), joined=clock_words(entry.joined_at), ahead=0
        )
        if await _may_take(entry.resident, slot, now=now):
            offered += await _offer(slot, entry, minutes=minutes, explanation=explanation, now=now)
    return offered


def free_seats(slot: Slot, *, now: datetime) -> int:
    """Count the seats that could be had; none where nobody can book any more."""
    if slot.state != SlotState.OPEN or slot.closes_at <= now:
        return 0
    return int(slot.capacity - slot.booked - slot.held)


async def _candidates(slot: Slot) -> list[WaitlistEntry]:
    """Return who could take a seat of this slot, in the order of I29."""
    asked_before = await WaitlistOffer.filter(slot_id=slot.id).values_list("entry_id", flat=True)
    waiting = await (
        WaitlistEntry.filter(
            department_id=slot.department.id,
            status=WaitStatus.WAITING,
            earliest_at__lte=slot.starts_at,
            latest_at__gt=slot.starts_at,
            resident__died_at=None,
        )
        .exclude(id__in=list(asked_before))
        .select_related("resident")
        .order_by("urgency_rank", "joined_at", "id")
        .limit(MOST_CANDIDATES)
    )
    elsewhere = await _engaged({person_of(entry.resident) for entry in waiting}, slot)
    free_then = [entry for entry in waiting if person_of(entry.resident) not in elsewhere]
    return sorted(
        free_then,
        key=lambda entry: queue_order(
            urgency=entry.urgency, joined_at=entry.joined_at, slot_uid=slot.uid, entry_uid=entry.uid
        ),
    )


async def _engaged(resident_ids: set[int], slot: Slot) -> frozenset[int]:
    """Tell who is booked elsewhere at that time: an offer would be of no use to them."""
    if not resident_ids:
        return frozenset()
    survivors = await merged_into(resident_ids)
    rows = await Appointment.filter(
        resident_id__in=[*resident_ids, *survivors],
        status__in=sorted(LIVE_STATUSES),
        slot__starts_at__lt=slot.ends_at,
        slot__ends_at__gt=slot.starts_at,
    )
    return frozenset(survivors.get(row.resident_id, row.resident_id) for row in rows)


async def _may_take(resident: Resident, slot: Slot, *, now: datetime) -> bool:
    if not green_is_reserved(pool=slot.pool, release_at=slot.release_at, now=now):
        return True
    return await may_take_green(resident=resident, institution_id=slot.institution.id, now=now)


async def offer_instead(slot_id: int, entry_id: int, *, day: date, now: datetime) -> bool:
    """Offer this very seat, of a locked slot, to somebody whose day was called off; False when it cannot be had."""
    slot = await Slot.get(id=slot_id).select_related("institution", "department")
    entry = await WaitlistEntry.get(id=entry_id).select_related("resident")
    asked_before = await WaitlistOffer.filter(slot_id=slot_id, entry_id=entry_id).exists()
    if asked_before or free_seats(slot, now=now) <= 0 or not await _may_take(entry.resident, slot, now=now):
        return False
    explanation = (
        f"{day.month} 月 {day.day} 日停诊，这个号是医院补给您的，已经留好。"
        "不合适可以不要，您仍排在最前面，有别的号再告诉您。"
    )
    minutes = await parameter("booking.replacement_minutes", on=local_date(now))
    return await _offer(slot, entry, minutes=minutes, explanation=explanation, now=now)


async def _offer(slot: Slot, entry: WaitlistEntry, *, minutes: int, explanation: str, now: datetime) -> bool:
    """Hold a free seat for this person; False when they were offered another one this very moment."""
    moved = await WaitlistEntry.filter(id=entry.id, status=WaitStatus.WAITING).update(
        status=WaitStatus.OFFERED
    )
    if not moved:
        return False
    await Slot.filter(id=slot.id).update(held=F("held") + 1)
    offer = WaitlistOffer(
        slot_id=slot.id,
        entry_id=entry.id,
        expires_at=min(now + timedelta(minutes=minutes), slot.closes_at),
        explanation=explanation,
        created_at=now,
    )
    await offer.save()
    await note(
        SWEEPER,
        "booking.offered",
        subject_kind="waitlist_offer",
        subject_uid=offer.uid,
        resident_id=entry.resident.id,
        institution_id=slot.institution.id,
        now=now,
        detail={"slot": slot.uid, "entry": entry.uid},
    )
    payload = {"offer": offer.uid, "resident": entry.resident.uid, "slot": slot.uid}
    await enqueue("booking.offered", payload, now=now)
    return True
