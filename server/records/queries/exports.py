"""One's own data, complete and machine-readable (PIPL art. 45)."""

from dataclasses import dataclass
from datetime import datetime

from server.audit import trail
from server.kit.errors import NotFound
from server.records.access import View, rereading, view_of
from server.records.models import EmergencyRead
from server.records.queries.cards import EntryCard, EntryWish, entry_cards, entry_rows
from server.records.queries.emergencies import EmergencyCard, emergency_card

FORMAT = "care-record-1"


@dataclass(frozen=True)
class RecordExport:
    """Every version of every entry that the asker may see, with the objections beside them; and each emergency read."""

    format: str
    resident_uid: str
    name: str
    made_at: datetime
    entries: tuple[EntryCard, ...]
    emergency_reads: tuple[EmergencyCard, ...]


@rereading
async def export(*, wish: EntryWish) -> RecordExport:
    """Return the whole record to the resident or a proxy; an institution has no right to a copy and finds nothing."""
    view = await view_of(actor=wish.actor, resident_uid=wish.resident_uid, purpose=wish.purpose, now=wish.now)
    if view.family is None:
        raise NotFound
    rows = await entry_rows(view.versions().order_by("effective_at", "id"))
    cards = await entry_cards(rows, birth_date=view.resident.birth_date, now=view.now)
    await trail.record([view.line("records.export", rows)], now=wish.now)
    return RecordExport(
        FORMAT, view.resident.uid, view.resident.name, wish.now, cards, await _emergency_reads(view)
    )


async def _emergency_reads(view: View) -> tuple[EmergencyCard, ...]:
    if view.family is None or view.family.categories is not None:
        return ()  # what was read then may lie outside of what the proxy's grant is narrowed to
    rows = EmergencyRead.filter(resident_id__in=list(view.ids)).order_by("id")
    return tuple(
        emergency_card(row, now=view.now)
        for row in await rows.select_related("resident", "reader", "institution")
    )
