"""What was found at a visit, read through the health record and its rules: consent, trail, and all."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from server.audit import trail
from server.audit.chain import AccessLine
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.kit.errors import NotFound
from server.records.access import View, rereading, view_of
from server.records.access.several import entries_seen, views_of
from server.records.queries import EntryCard
from server.records.queries.cards import EntryRow, entry_cards_of_several, entry_rows
from server.records.queries.timelines import disclosed
from server.visits.access import items_visible_to
from server.visits.models import VisitItem

WHAT = "visits.findings"  # as the trail calls it


@rereading
async def findings_of(
    *, actor: Actor, visit_uid: str, resident_uid: str, now: datetime
) -> tuple[EntryCard, ...]:
    """Return the entries written for one resident at one visit, as they stand now; a corrected one has left this list."""
    visible = items_visible_to(actor=actor, permission=Permission.VISIT_READ, now=now)
    items = await VisitItem.filter(visible, visit__uid=visit_uid, resident__uid=resident_uid)
    if not items:
        raise NotFound
    view = await view_of(actor=actor, resident_uid=resident_uid, purpose=Purpose.VISIT, now=now)
    uids = [uid for item in items for uid in item.entries]
    rows = await entry_rows(view.entries().filter(uid__in=uids).order_by("effective_at", "id"))
    return await disclosed(view, WHAT, rows)


@rereading
async def findings_on(
    *, actor: Actor, items: Sequence[VisitItem], now: datetime
) -> Mapping[str, tuple[EntryCard, ...]]:
    """Return the entries of lines that the caller has been allowed to see, by the line's uid, as `findings_of` does.

    Every resident about whom something was written gets a line in their trail, also one of whom nothing may be shown.
    """
    with_entries = [item for item in items if item.entries]
    uids = sorted({item.resident.uid for item in with_entries})
    views = await views_of(actor=actor, resident_uids=uids, purpose=Purpose.VISIT, now=now)
    if not views:
        return {}
    wanted = [uid for item in with_entries for uid in item.entries]
    rows = await entry_rows(
        entries_seen(list(views.values())).filter(uid__in=wanted).order_by("effective_at", "id")
    )
    seen = [item for item in with_entries if item.resident.uid in views]
    told = [(views[item.resident.uid], [row for row in rows if row.uid in item.entries]) for item in seen]
    cards = await entry_cards_of_several([(view.resident.birth_date, found) for view, found in told], now=now)
    await trail.record(_one_line_each(told), now=now)
    return {item.uid: found for item, found in zip(seen, cards, strict=True)}


def _one_line_each(told: Sequence[tuple[View, Sequence[EntryRow]]]) -> list[AccessLine]:
    # Somebody may stand on the round twice, for two services: still one answer, one line (I12).
    of: dict[int, tuple[View, list[EntryRow]]] = {}
    for view, rows in told:
        of.setdefault(view.resident.id, (view, []))[1].extend(rows)
    return [view.line(WHAT, rows) for view, rows in of.values()]
