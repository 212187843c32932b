"""What must never be true of the ledger of work, for `python -m server check`."""

from collections import defaultdict
from datetime import datetime

from tortoise.functions import Count, Sum

from server.visits.models import Visit, VisitItem
from server.visits.rules import Outcome, VisitStatus
from server.workload.models import WorkloadLine, WorkloadMonth, WorkloadVisit
from server.workload.rules import LineKind, MonthStatus

AT_ONCE = 500


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    return [*await _reversals(), *await _services(), *await _closed()]


async def _reversals() -> list[str]:
    """Each line that takes back is the very opposite of one credit."""
    rows = await WorkloadLine.filter(kind=LineKind.REVERSAL).select_related("reverses")
    return [
        f"A18: line {row.uid} takes back something else than it says"
        for row in rows
        if row.reverses is None
        or (row.reverses.points, row.reverses.item_uid) != (-row.points, row.item_uid)
        or row.reverses.kind is not LineKind.CREDIT
    ]


async def _services() -> list[str]:
    """Each service that counts stands in the ledger once; what counts no longer comes to nothing (I36).

    Asked of visits that are booked up to their present version: the worker is on its way to the others.
    """
    found: list[str] = []
    last = 0
    while booked := await WorkloadVisit.filter(id__gt=last).order_by("id").limit(AT_ONCE):
        last = booked[-1].id
        versions = {row.visit_uid: row.version for row in booked}
        visits = await Visit.filter(uid__in=sorted(versions)).exclude(status=VisitStatus.CORRECTION_REQUESTED)
        settled = {row.id: row for row in visits if row.version == versions[row.uid]}
        lines = await _lines(sorted(row.uid for row in settled.values()))
        items = await VisitItem.filter(visit_id__in=[*sorted(settled), 0])
        for item in items:
            counts = settled[item.visit_id].status is VisitStatus.CONFIRMED and item.outcome is Outcome.SEEN
            live, points = lines.pop(item.uid, (0, 0))
            if live != int(counts) or (not counts and points):
                found.append(f"A18: service {item.uid} stands {live} times in the ledger with {points}")
        found += [f"A18: a line for {uid}, which is no service of its visit" for uid in sorted(lines)]
    return found


async def _lines(visit_uids: list[str]) -> dict[str, tuple[int, int]]:
    """Return of each service how many credits stand, and what all its lines come to."""
    summed: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = (
        await WorkloadLine.filter(visit_uid__in=[*visit_uids, ""])
        .annotate(sum=Sum("points"), credits=Count("credit_key"), lines=Count("id"))
        .group_by("item_uid")
        .values("item_uid", "sum", "credits", "lines")
    )
    for row in rows:
        live = 2 * int(row["credits"]) - int(row["lines"])
        summed[row["item_uid"]] = (live, int(row["sum"]))
    return summed


async def _closed() -> list[str]:
    rows = (
        await WorkloadLine.filter(month__status=MonthStatus.CLOSED)
        .annotate(sum=Sum("points"))
        .group_by("month_id")
        .values("month_id", "sum")
    )
    sums = {row["month_id"]: int(row["sum"]) for row in rows}
    closed = await WorkloadMonth.filter(status=MonthStatus.CLOSED)
    return [
        f"A18: closed month {row.uid} says {row.points} and its lines {sums.get(row.id, 0)}"
        for row in closed
        if row.points != sums.get(row.id, 0)
    ]
