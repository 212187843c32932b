"""How long people wait for a consultation, the green channel beside the public queue."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.models import Appointment
from server.booking.rules import BOOKED_STATUSES, Pool, Waits, waits_of
from server.kit.clock import local_date, start_of_day
from server.kit.errors import Forbidden

BATCH = 5000  # rows in memory at a time; what is kept is a count for each week, pool and number of days
MOST_WEEKS = 53
_Counts = dict[tuple[int, Pool], Counter[int]]


@dataclass(frozen=True)
class WeekOfWaits:
    first_day: date
    green: Waits
    public: Waits


async def waits_by_week(
    *, actor: Actor, first_day: date, weeks: int, now: datetime
) -> tuple[WeekOfWaits, ...]:
    """Sum up the weeks of the whole city by the day of the consultation.

    A wait is the days from booking the seat to its hour; a seat one moved to counts from the move.
    """
    if not actor.may(Permission.BOARD_READ):
        raise Forbidden
    weeks = min(weeks, MOST_WEEKS)
    fewest = await parameter("booking.fewest_shown", on=local_date(now))
    counts: _Counts = defaultdict(Counter)
    async for booked_at, starts_at, pool in _seats(first_day, first_day + timedelta(weeks=weeks)):
        day = local_date(starts_at)
        counts[(day - first_day).days // 7, pool][(day - local_date(booked_at)).days] += 1
    return tuple(
        WeekOfWaits(
            first_day=first_day + timedelta(weeks=week),
            green=waits_of(counts[week, Pool.GREEN], fewest=fewest),
            public=waits_of(counts[week, Pool.PUBLIC], fewest=fewest),
        )
        for week in range(weeks)
    )


async def _seats(first_day: date, after: date) -> AsyncIterator[tuple[datetime, datetime, Pool]]:
    """Yield when each seat of a span was booked, and for when. The databases have no common word for days between."""
    last = 0
    while True:
        rows = await (
            Appointment.filter(
                id__gt=last,
                slot__starts_at__gte=start_of_day(first_day),
                slot__starts_at__lt=start_of_day(after),
                status__in=sorted(BOOKED_STATUSES),
            )
            .order_by("id")
            .limit(BATCH)
            .values_list("id", "created_at", "slot__starts_at", "slot__pool")
        )
        for _, booked_at, starts_at, pool in rows:
            yield booked_at, starts_at, Pool(pool)
        if len(rows) < BATCH:
            return
        last = rows[-1][0]
