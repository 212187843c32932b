"""The one place where visits write to the health record."""

from datetime import datetime

from server.authority.actor import Actor
from server.records.actions import NewEntry, write_entries
from server.records.errors import ImplausibleValue
from server.visits.models import Visit, VisitItem
from server.visits.rules.findings import Findings, entries_of


async def write_findings(
    actor: Actor,
    visit: Visit,
    item: VisitItem,
    findings: Findings,
    *,
    place: int,
    at: datetime,
    now: datetime,
) -> list[str]:
    """Write one row of the table into the resident's record, in the caller's transaction; return the entries' uids.

    Refuses with `ImplausibleValue` that names row and column, or with `NotFound` when the resident has moved out of reach.
    """
    try:
        found = entries_of(findings)
    except ImplausibleValue as fault:
        fields = {f"results.{place}.{column}": sentence for column, sentence in fault.fields.items()}
        raise ImplausibleValue(fault.sentence, fields=fields) from None
    if not found:
        return []
    entries = [NewEntry(each.kind, each.code, at, each.body, each.category) for each in found]
    written = await write_entries(
        actor=actor,
        resident_uid=item.resident.uid,
        entries=entries,
        institution_uid=(await visit.provider).uid,
        now=now,
    )
    return [entry.uid for entry in written]
