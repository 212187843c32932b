"""Who has a dossier of a home: whether anything is written, never what."""

from collections.abc import Sequence
from datetime import datetime

from server.records.models import RecordEntry


async def dossiers_kept_by(
    *, institution_ids: Sequence[int], since: datetime | None = None
) -> frozenset[tuple[int, int]]:
    """Return (institution, resident) wherever the institution itself has written, maybe of what happened since a moment.

    For counting: without a moment out of an index alone.
    """
    rows = RecordEntry.filter(source_id__in=list(institution_ids)).distinct()
    if since is not None:
        rows = rows.filter(effective_at__gte=since)
    return frozenset(
        [(source, resident) for source, resident in await rows.values_list("source_id", "resident_id")]
    )
