"""Wait for a seat, and answer when one is offered.

Lock order: resident, slot, appointment, waiting entry, offer.
"""

from datetime import date, datetime

from server.alliance.access import department_for
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import entry_for, offer_for
from server.booking.actions.diary import Wish, be_alone_with, look_into_diary
from server.booking.actions.placing import tell, write
from server.booking.actions.seats import close_offer, promote, turn_held_into_booked
from server.booking.errors import AlreadyWaiting, OfferLapsed, WindowInvalid, WrongStatus
from server.booking.models import WaitlistEntry, WaitlistOffer
from server.booking.queries import AppointmentCard, WaitlistCard
from server.booking.queries.cards import ENTRY_RELATIONS, appointment_card
from server.booking.queries.waitlist import entry_card
from server.booking.rules import (
    URGENCY_RANK,
    AppointmentStatus,
    OfferEvent,
    OfferStatus,
    Source,
    Urgency,
    WaitEvent,
    WaitStatus,
)
from server.kit.clock import local_date, start_of_day
from server.kit.errors import Forbidden
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import Way, resident_for, standing_of

ONE_DAY_MORE = 1


@action
async def join_waitlist(
    *,
    actor: Actor,
    resident_uid: str,
    department_uid: str,
    first_day: date,
    last_day: date,
    reason: str,
    urgency: Urgency = Urgency.ROUTINE,
    now: datetime,
) -> WaitlistCard:
    """Wait for a seat of a department between two days, both included."""
    if last_day < first_day or last_day < local_date(now):
        raise WindowInvalid
    permission = Permission.APPOINTMENT_BOOK
    resident = await resident_for(actor=actor, uid=resident_uid, permission=permission, now=now)
    standing = await standing_of(actor=actor, resident=resident, permission=permission, now=now)
    if urgency == Urgency.DISPLACED or (urgency == Urgency.SOON and standing.way != Way.HOME_STAFF):
        raise Forbidden  # urgency is a nurse's word: if families could say it, everybody would
    department = await department_for(
        actor=actor, uid=department_uid, permission=Permission.SCHEDULE_READ, now=now
    )
    await be_alone_with(resident)
    key = f"{department.id}.{resident.id}"
    if await WaitlistEntry.filter(waiting_key=key).exists():
        raise AlreadyWaiting
    entry = WaitlistEntry(
        resident=resident,
        department=department,
        earliest_at=start_of_day(first_day),
        latest_at=start_of_day(date.fromordinal(last_day.toordinal() + ONE_DAY_MORE)),
        urgency=urgency,
        urgency_rank=URGENCY_RANK[urgency],
        joined_at=now,
        joined_by_id=actor.account_id,
        on_behalf_basis=(standing.basis or standing.way).value,
        on_behalf_grant=standing.grant_uid,
        reason=reason,
        waiting_key=key,
        created_at=now,
    )
    await entry.save()
    await _tell(actor, "booking.waiting", entry, now=now)
    return await _card(entry)


@action
async def leave_waitlist(*, actor: Actor, entry_uid: str, now: datetime) -> None:
    """Stop waiting; a seat that was offered goes to the next in line."""
    entry = await entry_for(actor=actor, uid=entry_uid, permission=Permission.APPOINTMENT_BOOK, now=now)
    offer = await _live_offer(entry)
    if offer is not None:
        await close_offer(offer, OfferEvent.DECLINE, WaitEvent.REMOVE, now=now)
        await promote(offer.slot.id, now=now)
    elif not await _removed(entry, reason=None):
        raise WrongStatus
    await _tell(actor, "booking.left_waitlist", entry, now=now)


async def _live_offer(entry: WaitlistEntry) -> WaitlistOffer | None:
    rows = WaitlistOffer.filter(entry_id=entry.id, status=OfferStatus.OFFERED)
    return await rows.select_related("slot", "entry").first()


async def _removed(entry: WaitlistEntry, *, reason: str | None) -> bool:
    changed = await WaitlistEntry.filter(id=entry.id, status=WaitStatus.WAITING).update(
        status=WaitStatus.REMOVED, waiting_key=None, removed_reason=reason
    )
    return changed == 1


@action
async def accept_offer(*, actor: Actor, offer_uid: str, now: datetime) -> AppointmentCard:
    """Turn the seat that was kept into an appointment."""
    permission = Permission.APPOINTMENT_BOOK
    offer = await offer_for(actor=actor, uid=offer_uid, permission=permission, now=now)
    slot, entry = offer.slot, offer.entry
    if offer.status != OfferStatus.OFFERED or offer.expires_at <= now:
        raise OfferLapsed
    resident = await resident_for(actor=actor, uid=entry.resident.uid, permission=permission, now=now)
    standing = await standing_of(actor=actor, resident=resident, permission=permission, now=now)
    await be_alone_with(resident)  # the survivor, when the row that joined the queue was merged since
    wish = Wish(resident, standing, entry.reason, "", Source.APP)
    await look_into_diary(wish, slot, now=now)
    if not await turn_held_into_booked(slot.id, now=now):
        raise OfferLapsed
    await slot.refresh_from_db(fields=["issued"])
    row = await write(actor, slot, wish, status=AppointmentStatus.BOOKED, number=slot.issued, now=now)
    await _close_accepted(offer, appointment_id=row.id, now=now)
    await tell(actor, "booking.booked", row, now=now, offer=offer.uid)
    return appointment_card(row, booked_by=actor.name, now=now)


async def _close_accepted(offer: WaitlistOffer, *, appointment_id: int, now: datetime) -> None:
    entered = await WaitlistEntry.filter(id=offer.entry.id, status=WaitStatus.OFFERED).update(
        status=WaitStatus.ACCEPTED, waiting_key=None
    )
    answered = await WaitlistOffer.filter(id=offer.id, status=OfferStatus.OFFERED, expires_at__gt=now).update(
        status=OfferStatus.ACCEPTED, answered_at=now, appointment_id=appointment_id
    )
    if not (entered and answered):
        raise OfferLapsed


@action
async def decline_offer(*, actor: Actor, offer_uid: str, now: datetime) -> WaitlistCard:
    """Let the seat go to the next in line and keep waiting for another."""
    offer = await offer_for(actor=actor, uid=offer_uid, permission=Permission.APPOINTMENT_BOOK, now=now)
    if offer.status != OfferStatus.OFFERED:
        raise OfferLapsed
    await close_offer(offer, OfferEvent.DECLINE, WaitEvent.RETURN, now=now)
    await promote(offer.slot.id, now=now)
    await _tell(actor, "booking.offer_declined", offer.entry, now=now, offer=offer.uid)
    return await _card(offer.entry)


async def end_waiting(*, actor: Actor, now: datetime, limit: int) -> int:
    """Take those off the queue whose window has passed without a seat, and tell them."""
    passed = await (
        WaitlistEntry.filter(status=WaitStatus.WAITING, latest_at__lte=now)
        .select_related("resident")
        .order_by("id")
        .limit(limit)
    )
    done = 0
    for entry in passed:
        if await _removed(entry, reason="候补日期已过"):
            await _tell(actor, "booking.waitlist_ended", entry, now=now)
            done += 1
    return done


async def _tell(actor: Actor, topic: str, entry: WaitlistEntry, *, now: datetime, **more: str) -> None:
    await note(
        actor,
        topic,
        subject_kind="waitlist_entry",
        subject_uid=entry.uid,
        resident_id=entry.resident.id,
        now=now,
        detail={"basis": entry.on_behalf_basis, "grant": entry.on_behalf_grant, **more},
    )
    await enqueue(topic, {"entry": entry.uid, "resident": entry.resident.uid, **more}, now=now)


async def _card(entry: WaitlistEntry) -> WaitlistCard:
    return await entry_card(await WaitlistEntry.get(id=entry.id).select_related(*ENTRY_RELATIONS))
