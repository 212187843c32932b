"""The evidence of a visit, for those who must confirm it."""

from dataclasses import dataclass
from datetime import datetime

from server.visits.models import Scan, Visit
from server.visits.rules import ScanResult, sentence_of
from server.visits.rules.evidence import EVIDENCE_NAMES, Evidence

MOST_SCANS = 50


@dataclass(frozen=True)
class ScanTrace:
    """One attempt, good or bad."""

    at: datetime  # the server's time
    device_time: datetime
    offline: bool
    by_name: str
    bed: str  # of the plate; empty for a door or an unknown plate
    elements: tuple[str, ...]
    score: int
    result: ScanResult
    message: str


async def traces_of(visit: Visit) -> tuple[ScanTrace, ...]:
    """Return the attempts at a visit that the caller may see, newest first."""
    rows = Scan.filter(visit_id=visit.id).select_related("account", "plate").order_by("-id").limit(MOST_SCANS)
    return tuple(_trace(row) for row in await rows)


def _trace(row: Scan) -> ScanTrace:
    return ScanTrace(
        at=row.created_at,
        device_time=row.device_time,
        offline=row.offline,
        by_name=row.account.name,
        bed=row.plate.bed if row.plate else "",
        elements=tuple(EVIDENCE_NAMES[Evidence(word)] for word in row.evidence),
        score=row.score,
        result=row.result,
        message=sentence_of(row.reasons),
    )
