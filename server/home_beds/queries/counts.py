"""Numbers without a person: beds open now, and bed-days of a month, by institution (facts/domain.md §8)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.functions import Count

from server.alliance.access import BUREAU_ROLES
from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.home_beds.access import institutions_counted_for
from server.home_beds.models import HomeBed, HomeBedSpan
from server.home_beds.rules import IN_USE, HomeBedStatus, Span, counted_days
from server.kit.clock import local_date, start_of_day


@dataclass(frozen=True)
class InstitutionCount:
    """None stands for fewer than may be shown."""

    name: str
    open_now: int | None
    suspended: int | None
    people: int | None  # with a counted day in the month
    days: int | None


@dataclass(frozen=True)
class BedCounts:
    month: date
    lines: tuple[InstitutionCount, ...]
    whole: InstitutionCount
    least: int  # people, below which nothing is shown to a bureau


async def bed_counts(*, actor: Actor, now: datetime) -> BedCounts:
    """Return this month so far; a bureau is shown no cell of fewer people than the parameter says, nor what would give it away."""
    today = local_date(now)
    month = today.replace(day=1)
    least = await parameter("home_beds.small_cell", on=now)
    shown_from = least if actor.holds(Permission.HOME_BED_COUNT, BUREAU_ROLES) else 0
    institutions = await Institution.filter(institutions_counted_for(actor=actor)).order_by("id")
    names = {row.id: row.name for row in institutions}
    standing = await _standing(names)
    days = await _days(names, month, today)
    lines = [
        InstitutionCount(
            names[each],
            standing[each, HomeBedStatus.OPENED],
            standing[each, HomeBedStatus.SUSPENDED],
            len(days[each]),
            sum(days[each].values()),
        )
        for each in names
        if days[each] or any(standing[each, status] for status in IN_USE)
    ]
    return BedCounts(month, *_shown(lines, shown_from), least)


async def _standing(ids: Iterable[int]) -> Counter[tuple[int, HomeBedStatus]]:
    rows = HomeBed.filter(status__in=sorted(IN_USE), institution_id__in=list(ids))
    counted = rows.annotate(times=Count("id")).group_by("institution_id", "status")
    found: Counter[tuple[int, HomeBedStatus]] = Counter()
    for institution, status, times in await counted.values_list("institution_id", "status", "times"):
        found[int(institution), HomeBedStatus(status)] = int(times)
    return found


async def _days(ids: Iterable[int], month: date, today: date) -> dict[int, dict[int, int]]:
    """Return bed-days by institution and person; running stretches, and those that ended since the month began."""
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    wanted = frozenset(ids)
    since = start_of_day(month)
    running = HomeBedSpan.filter(ended_at__isnull=True)
    ended = HomeBedSpan.filter(ended_at__gt=since)
    for rows in (running, ended):
        for row in await rows.select_related("resident"):
            if row.institution_id in wanted:
                person = row.resident.merged_into_id or row.resident_id
                spans[row.institution_id, person].append(Span(row.started_at, row.ended_at))
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
