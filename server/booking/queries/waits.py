"""How long people wait for a consultation, the green channel beside the public queue."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import Subquery
from tortoise.functions import Count

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.models import Appointment, Slot
from server.booking.rules import BOOKED_STATUSES, Pool, Waits, waits_of
from server.kit.clock import local_date, start_of_day
from server.kit.engines.city_day import CityDay
from server.kit.errors import Forbidden
from server.kit.rollups import CITY, Sums, rolled_up

MOST_WEEKS = 53
TILE = "booking.waits"
DAYS_A_WEEK = 7


@dataclass(frozen=True)
class WeekOfWaits:
    first_day: date
    green: Waits
    public: Waits


@dataclass(frozen=True)
class WaitsBoard:
    weeks: tuple[WeekOfWaits, ...]
    counted_at: datetime


async def waits_by_week(*, actor: Actor, first_day: date, last_day: date, now: datetime) -> WaitsBoard:
    """Sum up the weeks of the whole city by the day of the consultation; the worker counted them before.

    A wait is the days from booking the seat to its hour; a seat one moved to counts from the move.
    """
    if not actor.may(Permission.BOARD_READ):
        raise Forbidden
    fewest = await parameter("booking.fewest_shown", on=local_date(now))
    starts = weeks_of(first_day, last_day)[:MOST_WEEKS]
    counted = await rolled_up(TILE, starts)
    sums = counted.by_period if counted else await wait_sums(starts=starts)
    return WaitsBoard(
        tuple(
            WeekOfWaits(
                first_day=start,
                green=waits_of(_days(sums[start], Pool.GREEN), fewest=fewest),
                public=waits_of(_days(sums[start], Pool.PUBLIC), fewest=fewest),
            )
            for start in starts
        ),
        counted.counted_at if counted else now,
    )


def weeks_of(first_day: date, last_day: date) -> list[date]:
    """Return the Mondays of the weeks that these days touch."""
    monday = first_day - timedelta(days=first_day.weekday())
    return [monday + timedelta(days=days) for days in range(0, (last_day - monday).days + 1, DAYS_A_WEEK)]


async def wait_sums(*, starts: Sequence[date]) -> Mapping[date, Sums]:
    """Count for each of these weeks, one after the other, how many waited how many days in which pool."""
    counts: dict[date, Counter[tuple[int, str]]] = {start: Counter() for start in starts}
    for seen, pool, booked, people in await _people(starts[0], starts[-1] + timedelta(weeks=1)):
        week = starts[0] + timedelta(weeks=(seen - starts[0]).days // DAYS_A_WEEK)
        counts[week][CITY, f"{pool}.{(seen - booked).days}"] += people
    return counts


def _days(sums: Sums, pool: Pool) -> dict[int, int]:
    """Return how many people waited how many days for a seat of this pool."""
    said = ((word.split("."), people) for (_, word), people in sums.items())
    return {int(days): people for (name, days), people in said if name == pool}


async def _people(first_day: date, after: date) -> list[tuple[date, Pool, date, int]]:
    """Tell for each day of consultation and pool how many booked on which day; the database counts them."""
    slots = Slot.filter(starts_at__gte=start_of_day(first_day), starts_at__lt=start_of_day(after))
    # The few slots of the span first, and what was booked in them by its index.
    rows = (
        await Appointment.filter(slot_id__in=Subquery(slots.values("id")), status__in=sorted(BOOKED_STATUSES))
        .annotate(seen_on=CityDay("slot__starts_at"), booked_on=CityDay("created_at"), people=Count("id"))
        .group_by("seen_on", "slot__pool", "booked_on")
        .values_list("seen_on", "slot__pool", "booked_on", "people")
    )
    return [(seen, Pool(pool), booked, people) for seen, pool, booked, people in rows]
