"""What goes along with a referral: chosen by who may see it, read by who may see it at that moment (I12, I32).

No door of its own: both sides come through `view_of`, and what is in the packet only narrows what they see.
"""

from collections.abc import Collection

from server.audit import trail
from server.records.access import rereading, view_of
from server.records.queries.cards import EntryCard, EntryWish, entry_cards, entry_rows


@rereading
async def packet(*, wish: EntryWish, uids: Collection[str]) -> tuple[EntryCard, ...]:
    """Return those of the named entries that the reader may see, in the versions that were sent, with one line."""
    view = await view_of(actor=wish.actor, resident_uid=wish.resident_uid, purpose=wish.purpose, now=wish.now)
    rows = await entry_rows(
        view.versions().filter(uid__in=sorted(uids)).order_by("-effective_at", "-id")
        if uids
        else view.versions().filter(id__in=[])
    )
    cards = await entry_cards(rows, birth_date=view.resident.birth_date, now=view.now)
    await trail.record([view.line("records.packet", rows)], now=wish.now)
    return cards
