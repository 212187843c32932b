"""The evidence of a visit, for those who must confirm it."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.visits.access import visit_to_change
from server.visits.models import Scan
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


async def scans_of(*, actor: Actor, visit_uid: str) -> tuple[ScanTrace, ...]:
    """Return the attempts to prove presence, newest first."""
    visit = await visit_to_change(actor=actor, uid=visit_uid, permission=Permission.VISIT_ATTEST)
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
