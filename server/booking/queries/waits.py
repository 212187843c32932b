"""How long people wait for a consultation, the green channel beside the public queue."""

from collections import Counter, defaultdict
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
    for seen, pool, booked, people in await _people(first_day, first_day + timedelta(weeks=weeks)):
        counts[(seen - first_day).days // 7, pool][(seen - booked).days] += people
    return tuple(
        WeekOfWaits(
            first_day=first_day + timedelta(weeks=week),
            green=waits_of(counts[week, Pool.GREEN], fewest=fewest),
            public=waits_of(counts[week, Pool.PUBLIC], fewest=fewest),
        )
        for week in range(weeks)
    )


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
    day = date.fromisoformat
    return [(day(str(seen)), Pool(pool), day(str(booked)), people) for seen, pool, booked, people in rows]
