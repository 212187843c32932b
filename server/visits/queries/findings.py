"""What was found at a visit, read through the health record and its rules: consent, trail, and all."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.kit.errors import NotFound
from server.records.access import rereading, view_of
from server.records.queries import EntryCard
from server.records.queries.cards import entry_rows
from server.records.queries.timelines import disclosed
from server.visits.access import items_visible_to
from server.visits.models import VisitItem


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
    return await disclosed(view, "visits.findings", rows)
