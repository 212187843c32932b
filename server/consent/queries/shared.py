"""Whose records are shared with the actor's institution, and whose no longer are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from server.alliance.access import in_force
from server.alliance.models import ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.models import Consent
from server.consent.queries.consents import ConsentCard, cards_of
from server.consent.rules import ConsentStatus, Tie
from server.kit.pages import Page, PageWish, rows_of_many

LATELY = timedelta(days=30)
MOST_ENDED = 20


@dataclass(frozen=True)
class SharedCard:
    consent: ConsentCard
    holds: bool  # False: granted, but the resident has moved away, or the agreement with the home is over


@dataclass(frozen=True)
class Shared:
    granted: Page[SharedCard]
    ended: tuple[ConsentCard, ...]  # lately, the newest first


async def shared_with_us(*, actor: Actor, wish: PageWish, now: datetime) -> Shared:
    """Return the grants to the institutions where the actor reads records, the newest decision first."""
    ours = Q(recipient_id__in=sorted(actor.institutions_with(Permission.RECORD_READ)))
    granted = Consent.filter(ours, status=ConsentStatus.GRANTED, until__gt=now)
    page = await rows_of_many(granted, wish, related=("resident", "recipient"), by="decided_at")
    bound = await _served(page.items, now)
    cards = await cards_of(page.items, now)
    return Shared(
        granted=page.of(
            [SharedCard(card, holds=_holds(row, bound)) for row, card in zip(page.items, cards, strict=True)]
        ),
        ended=await _ended(ours, now),
    )


async def _ended(ours: Q, now: datetime) -> tuple[ConsentCard, ...]:
    over = Q(status__in=[ConsentStatus.WITHDRAWN, ConsentStatus.EXPIRED], ended_at__gt=now - LATELY)
    unswept = Q(status=ConsentStatus.GRANTED, until__lte=now)
    rows = Consent.filter(ours, over | unswept).select_related("resident", "recipient")
    return await cards_of(await rows.order_by("-id").limit(MOST_ENDED), now)


async def _served(rows: Sequence[Consent], now: datetime) -> frozenset[tuple[int, int]]:
    """Return the pairs of home and recipient between which an agreement is in force."""
    homes = {row.home_id for row in rows if row.tie is Tie.AGREEMENT}
    pairs = ServiceAgreement.filter(in_force(now), home_id__in=sorted(homes)).values_list(
        "home_id", "provider_id"
    )
    return frozenset((home, provider) for home, provider in await pairs) if homes else frozenset()


def _holds(row: Consent, served: frozenset[tuple[int, int]]) -> bool:
    """Say of a grant what `access.effective_consents` asks of the tables."""
    if row.tie is Tie.NOTHING:
        return True
    if row.home_id is None or row.resident.home_id != row.home_id:
        return False
    return row.tie is Tie.RESIDENCE or (row.home_id, row.recipient_id) in served
