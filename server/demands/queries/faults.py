"""Invariants of demands, asked of the tables."""

from collections import Counter
from datetime import datetime

from server.demands.models import Demand, DemandAnswer
from server.demands.rules import LIVE, AnswerStatus, DemandStatus


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all
    """A22: a matched or settled demand has exactly one chosen answer, an open one none; small numbers are not kept."""
    chosen = Counter(
        await DemandAnswer.filter(status=AnswerStatus.CHOSEN).values_list("demand_id", flat=True)
    )
    found = []
    for row in await Demand.all():
        wanted = 1 if row.status in {DemandStatus.MATCHED, DemandStatus.SETTLED} else 0
        if chosen[row.id] != wanted and row.status is not DemandStatus.WITHDRAWN:
            found.append(f"A22 demand {row.uid} is {row.status} with {chosen[row.id]} chosen answers")
        if (row.status in LIVE) is not (row.live_key is not None):
            found.append(f"A22 demand {row.uid} is {row.status} and its key says otherwise")
        if row.people is not None and row.people < row.least:
            found.append(f"A22 demand {row.uid} keeps a number too small to be told")
    return found
