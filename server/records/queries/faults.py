"""What must never be true of these tables, for `python -m server check`. Versions are read in batches so that a city fits."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.functions import Count

from server.audit.chain import AccessBasis
from server.audit.trail_models import AccessEntry
from server.records.models import EmergencyRead, RecordEntry

BATCH = 1000


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  every feature is asked alike
    """Return one line per broken invariant; each names rows by uid only."""
    return [*await _versions(), *await _emergencies()]


async def _versions() -> list[str]:
    found: list[str] = []
    last = 0
    while batch := await RecordEntry.filter(id__gt=last).order_by("id").limit(BATCH).only(*_NEEDED):
        last = batch[-1].id
        found += await _of_entries(batch)
    return found


_NEEDED = ("id", "uid", "version", "supersedes_id", "is_current", "superseded_at")


async def _of_entries(batch: Sequence[RecordEntry]) -> list[str]:
    ids = [row.id for row in batch]
    later: dict[int, list[tuple[str, int]]] = {}
    successors = RecordEntry.filter(supersedes_id__in=ids)
    for before, uid, version in await successors.values_list("supersedes_id", "uid", "version"):
        later.setdefault(before, []).append((uid, version))
    found = []
    for row in batch:
        after = later.get(row.id, [])
        if row.is_current is bool(after) or row.is_current is (row.superseded_at is not None):
            found.append(f"C05 entry {row.uid} is current and replaced, or neither")
        if len(after) > 1:
            found.append(f"C05 entry {row.uid} was replaced {len(after)} times")
        found += [
            f"C05 entry {uid} is version {n} after {row.version}" for uid, n in after if n != row.version + 1
        ]
        if (row.version == 1) is (row.supersedes_id is not None):
            found.append(f"C05 entry {row.uid} is version {row.version} and does not say of what")
    return found


async def _emergencies() -> list[str]:
    lines = AccessEntry.filter(basis=AccessBasis.EMERGENCY).annotate(times=Count("id")).group_by("basis_uid")
    written = dict(await lines.values_list("basis_uid", "times"))
    reads = await EmergencyRead.all().values_list("uid", flat=True)
    return [
        f"I12 emergency read {uid} left {written.get(uid, 0)} lines"
        for uid in reads
        if written.get(uid, 0) != 1
    ]
