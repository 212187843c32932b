"""How well institutions keep what they planned, as everybody may know it (A21): the share of rounds that both confirmed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.functions import Count

from server.alliance.queries import parameters
from server.alliance.rules import Days
from server.kit.clock import local_date
from server.kit.rates import Rate
from server.visits.models import Visit
from server.visits.queries.kept import due
from server.visits.rules import VisitStatus

_LEAST, _DAYS = "visits.least_kept_shown", "visits.kept_days"


@dataclass(frozen=True)
class KeptPromise:
    days: int  # how far back it was counted
    least: int
    planned: int | None  # None: too few to be told
    confirmed: int | None

    @property
    def percent(self) -> str | None:
        if self.planned is None or self.confirmed is None:
            return None
        return Rate(self.confirmed, self.planned).percent


async def kept_promises(*, institution_ids: Sequence[int], now: datetime) -> Mapping[int, KeptPromise]:
    """Count the rounds that were due lately, at homes and by providers alike; those called off do not count."""
    numbers = await parameters((_LEAST, _DAYS), on=now)
    yesterday = local_date(now) - timedelta(days=1)
    span = due(Days(yesterday - timedelta(days=numbers[_DAYS] - 1), yesterday), now)
    found: defaultdict[int, Counter[VisitStatus]] = defaultdict(Counter)
    for side in ("home_id", "provider_id"):
        mine = Visit.filter(span, **{f"{side}__in": list(institution_ids)})
        rows = mine.annotate(n=Count("id")).group_by(side, "status").values_list(side, "status", "n")
        for institution_id, status, times in await rows:
            found[institution_id][VisitStatus(status)] += times
    return {row_id: _promise(found[row_id], numbers[_DAYS], numbers[_LEAST]) for row_id in institution_ids}


def _promise(times: Counter[VisitStatus], days: int, least: int) -> KeptPromise:
    planned = times.total() - times[VisitStatus.CANCELLED]
    if planned < max(1, least):
        return KeptPromise(days, least, None, None)
    return KeptPromise(days, least, planned, times[VisitStatus.CONFIRMED])
