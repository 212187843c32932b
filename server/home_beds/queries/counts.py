"""Numbers without a person: beds open now, and bed-days of a month, by institution (facts/domain.md §8)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.alliance.access import BUREAU_ROLES
from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.home_beds.access import institutions_counted_for
from server.home_beds.models import HomeBed, HomeBedSpan
from server.home_beds.rules import HomeBedStatus, Span, counted_days
from server.kit.clock import local_date, start_of_day
from server.kit.rollups import Sums, rolled_up
from server.people.queries import person_of


@dataclass(frozen=True)
class InstitutionCount:
    """None stands for fewer than may be shown."""

    name: str
    open_now: int | None
    suspended: int | None
    people: int | None  # with a counted day in the month
    days: int | None


TILE = "home_beds"
OPEN_NOW, SUSPENDED, PEOPLE, DAYS = "open_now", "suspended", "people", "days"
STANDING = {HomeBedStatus.OPENED: OPEN_NOW, HomeBedStatus.SUSPENDED: SUSPENDED}


@dataclass(frozen=True)
class BedCounts:
    month: date
    lines: tuple[InstitutionCount, ...]
    whole: InstitutionCount
    least: int  # people, below which nothing is shown to a bureau
    counted_at: datetime


async def bed_counts(*, actor: Actor, now: datetime) -> BedCounts:
    """Return this month so far: an institution its own as it is now, a bureau the city's as it was counted last.

    A bureau is shown no cell of fewer people than the parameter says, nor what would give it away.
    """
    month = local_date(now).replace(day=1)
    least = await parameter("home_beds.small_cell", on=now)
    bureau = actor.holds(Permission.HOME_BED_COUNT, BUREAU_ROLES)
    institutions = await Institution.filter(institutions_counted_for(actor=actor)).order_by("id")
    kept = await rolled_up(TILE, [month]) if bureau else None
    own = None if bureau else [row.id for row in institutions]
    sums = kept.sums if kept else await month_sums(now=now, institutions=own)
    counted = {
        row.id: [sums.get((row.id, word), 0) for word in (OPEN_NOW, SUSPENDED, PEOPLE, DAYS)]
        for row in institutions
    }
    lines = [InstitutionCount(row.name, *counted[row.id]) for row in institutions if any(counted[row.id])]
    shown, whole = _shown(lines, least if bureau else 0)
    return BedCounts(month, shown, whole, least, kept.counted_at if kept else now)


async def month_sums(*, now: datetime, institutions: Sequence[int] | None = None) -> Sums:
    """Count by institution, the month so far; None: of the whole city."""
    today = local_date(now)
    beds, spans = HomeBed.filter(status__in=sorted(STANDING)), HomeBedSpan.all()
    if institutions is not None:
        beds = beds.filter(institution_id__in=list(institutions))
        spans = spans.filter(institution_id__in=list(institutions))
    sums: dict[tuple[int, str], int] = {}
    counted = beds.annotate(times=Count("id")).group_by("institution_id", "status")
    for institution, status, times in await counted.values_list("institution_id", "status", "times"):
        sums[int(institution), STANDING[HomeBedStatus(status)]] = int(times)
    for institution, people in (await _days(spans, today)).items():
        sums[institution, PEOPLE], sums[institution, DAYS] = len(people), sum(people.values())
    return sums


async def _days(rows: QuerySet[HomeBedSpan], today: date) -> dict[int, dict[int, int]]:
    """Return bed-days by institution and person; running stretches, and those that ended since the month began."""
    month = today.replace(day=1)
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for some in (rows.filter(ended_at__isnull=True), rows.filter(ended_at__gt=start_of_day(month))):
        for row in await some.select_related("resident"):
            spans[row.institution_id, person_of(row.resident)].append(Span(row.started_at, row.ended_at))
    until = (month + timedelta(days=31)).replace(day=1)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for (institution, person), each in spans.items():
        if days := counted_days(each, since=month, until=until, today=today):
            found[institution][person] = days
    return found


def _shown(
    lines: list[InstitutionCount], least: int
) -> tuple[tuple[InstitutionCount, ...], InstitutionCount]:
    """Leave out small cells; a sum in which exactly one is left out would give it away, and is left out as well."""
    columns = {
        name: [getattr(line, name) or 0 for line in lines] for name in ("open_now", "suspended", "people")
    }
    small = {name: [0 < value < least for value in values] for name, values in columns.items()}
    shown = tuple(
        InstitutionCount(
            line.name,
            None if small["open_now"][place] else line.open_now,
            None if small["suspended"][place] else line.suspended,
            None if small["people"][place] else line.people,
            None if small["people"][place] else line.days,
        )
        for place, line in enumerate(lines)
    )
    sums = {
        name: None if sum(small[name]) == 1 or 0 < sum(values) < least else sum(values)
        for name, values in columns.items()
    }
    days = None if sums["people"] is None else sum(line.days or 0 for line in lines)
    return shown, InstitutionCount("合计", sums["open_now"], sums["suspended"], sums["people"], days)
