"""Before deciding: exactly what the recipient would see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family, consent_for
from server.consent.models import ConsentProvision
from server.consent.rules import CATEGORY_WORDS, Purpose, RecordCategory, carried
from server.records.access import rereading, view_of
from server.records.queries.cards import EntryCard, entry_cards, entry_rows

NEWEST_SHOWN = 20


@dataclass(frozen=True)
class PreviewGroup:
    category: RecordCategory
    words: str
    entries: int
    newest: tuple[EntryCard, ...]


@dataclass(frozen=True)
class Preview:
    consent_uid: str
    recipient: str
    groups: tuple[PreviewGroup, ...]


@rereading
async def preview(*, actor: Actor, consent_uid: str, chosen: Collection[str], now: datetime) -> Preview:
    """Return what these categories hold today; without a choice, all that was asked for. The reader is the decider."""
    consent = await consent_for(
        actor=as_family(actor), uid=consent_uid, permission=Permission.CONSENT_DECIDE, now=now
    )
    asked = [each.category for each in await ConsentProvision.filter(consent_id=consent.id)]
    shown = carried(category for category in asked if not chosen or category in chosen)
    view = await view_of(
        actor=as_family(actor), resident_uid=consent.resident.uid, purpose=Purpose.SELF, now=now
    )
    rows = await entry_rows(
        view.entries().filter(category__in=sorted(shown)).order_by("-effective_at", "-id")
    )
    by_category = {category: [row for row in rows if row.category is category] for category in RecordCategory}
    told = [row for found in by_category.values() for row in found[:NEWEST_SHOWN]]
    made = await entry_cards(told, birth_date=view.resident.birth_date, now=now)
    cards = {card.uid: card for card in made}
    await trail.record([view.line("records.preview", told)], now=now)
    return Preview(
        consent_uid=consent.uid,
        recipient=consent.recipient.name,
        groups=tuple(
            PreviewGroup(
                category,
                CATEGORY_WORDS[category],
                len(found),
                tuple(cards[row.uid] for row in found[:NEWEST_SHOWN]),
            )
            for category, found in by_category.items()
            if category in shown
        ),
    )
