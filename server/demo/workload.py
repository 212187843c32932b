"""The town's work, booked out of every visit that both sides have confirmed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.authority.actor import system_actor
from server.visits.models import Visit
from server.visits.rules import VisitStatus
from server.workload.actions import book_visit
from server.workload.models import WorkloadMonth


@dataclass(frozen=True)
class WorkloadTown:
    month: str  # the health center's, of the newest confirmed visit


async def load(town: Any, *, now: datetime) -> WorkloadTown:
    worker = system_actor("worker")
    for visit in await Visit.filter(status=VisitStatus.CONFIRMED).order_by("id"):
        await book_visit(
            actor=worker, visit_uid=visit.uid, now=max(visit.confirmed_at or now, visit.created_at)
        )
    row = await WorkloadMonth.filter(institution__uid=town.alliance.health_center).order_by("-month").first()
    return WorkloadTown(row.uid if row else "")
