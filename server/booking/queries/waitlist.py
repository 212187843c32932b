"""Who waits, in what order, and which seats are offered to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import entries_visible_to, offers_visible_to
from server.booking.models import WaitlistEntry, WaitlistOffer
from server.booking.queries.cards import (
    ENTRY_RELATIONS,
    OFFER_RELATIONS,
    OfferCard,
    WaitlistCard,
    offer_card,
    waitlist_card,
)
from server.booking.rules import OfferStatus, WaitStatus

MOST_SHOWN = 50
MOST_IN_LINE = 200
LIVE = (WaitStatus.WAITING, WaitStatus.OFFERED)


async def waitlist(*, actor: Actor, now: datetime) -> tuple[WaitlistCard, ...]:
    """List live entries with their place in the queue."""
    visible = entries_visible_to(actor=actor, permission=Permission.APPOINTMENT_READ, now=now)
    rows = await (
        WaitlistEntry.filter(visible, status__in=LIVE)
        .select_related(*ENTRY_RELATIONS)
        .order_by("joined_at", "id")
        .limit(MOST_SHOWN)
    )
    queues = await _queues({row.department.id for row in rows})
    return tuple(waitlist_card(row, ahead=ahead_of(row, queues)) for row in rows)


async def _queues(department_ids: set[int]) -> Sequence[WaitlistEntry]:
    return await WaitlistEntry.filter(
        department_id__in=sorted(department_ids), status=WaitStatus.WAITING
    ).limit(2000)


def ahead_of(row: WaitlistEntry, queue: Sequence[WaitlistEntry]) -> int:
    """Count who comes first for a seat that both could take; those of the same moment draw lots per seat."""
    return sum(
        other.department_id == row.department_id
        and (other.urgency_rank, other.joined_at) < (row.urgency_rank, row.joined_at)
        and other.earliest_at < row.latest_at
        and row.earliest_at < other.latest_at
        for other in queue
    )


async def entry_card(row: WaitlistEntry) -> WaitlistCard:
    return waitlist_card(row, ahead=ahead_of(row, await _queues({row.department.id})))


async def offers(*, actor: Actor, now: datetime) -> tuple[OfferCard, ...]:
    """List the seats that wait for an answer."""
    visible = offers_visible_to(actor=actor, permission=Permission.APPOINTMENT_READ, now=now)
    rows = await (
        WaitlistOffer.filter(Q(visible, status=OfferStatus.OFFERED, expires_at__gt=now))
        .select_related(*OFFER_RELATIONS)
        .order_by("expires_at")
        .limit(MOST_SHOWN)
    )
    return tuple(offer_card(row) for row in rows)


@dataclass(frozen=True)
class PlaceInLine:
    """Somebody who waits, and the seat that is kept for them at this moment, if there is one."""

    entry: WaitlistCard
    offer: OfferCard | None


async def line(*, actor: Actor, now: datetime) -> tuple[PlaceInLine, ...]:
    """List who waits at the actor's institution, or for the actor's residents, in the order in which they are served."""
    visible = entries_visible_to(actor=actor, permission=Permission.APPOINTMENT_READ, now=now)
    rows = await (
        WaitlistEntry.filter(visible, status__in=LIVE)
        .select_related(*ENTRY_RELATIONS)
        .order_by("department_id", "urgency_rank", "joined_at", "id")
        .limit(MOST_IN_LINE)
    )
    queues = await _queues({row.department.id for row in rows})
    offers = WaitlistOffer.filter(
        entry_id__in=[row.id for row in rows], status=OfferStatus.OFFERED, expires_at__gt=now
    )
    kept = {offer.entry_id: offer_card(offer) for offer in await offers.select_related(*OFFER_RELATIONS)}
    return tuple(
        PlaceInLine(waitlist_card(row, ahead=ahead_of(row, queues)), kept.get(row.id)) for row in rows
    )
