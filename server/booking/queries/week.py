"""A department's week as a grid, and the days of the next weeks that differ from it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.access import schedule_for
from server.booking.models import Schedule, ScheduleException
from server.booking.queries.counter import Choice, own_departments
from server.booking.queries.slots import ExceptionCard, ScheduleCard, exception_card, schedule_card
from server.kit.clock import local_date

DAYS = 7
WEEKS_AHEAD = 4


@dataclass(frozen=True)
class WeekRow:
    """The same hours of the day, through the week."""

    starts_minute: int
    ends_minute: int
    cells: tuple[tuple[ScheduleCard, ...], ...]  # Monday to Sunday; two in one cell follow each other by date


@dataclass(frozen=True)
class WeekView:
    departments: tuple[Choice, ...]
    department: Choice | None
    rows: tuple[WeekRow, ...]
    differing: tuple[ExceptionCard, ...]


async def week(*, actor: Actor, department_uid: str | None, now: datetime) -> WeekView:
    """Return the week of one department, of the first where none is named."""
    departments = await own_departments(actor=actor, permission=Permission.SCHEDULE_MANAGE)
    department = next((each for each in departments if department_uid in {None, each.uid}), None)
    if department is None:
        return WeekView(departments, None, (), ())
    today = local_date(now)
    rows = await (
        Schedule.filter(
            Q(Q(department__uid=department.uid), Q(ends_on=None) | Q(ends_on__gt=today)),
        )
        .select_related("department")
        .order_by("starts_minute", "ends_minute", "starts_on", "id")
    )
    hours = groupby(rows, key=lambda row: (row.starts_minute, row.ends_minute))
    grid = tuple(_row(starts, ends, list(group)) for (starts, ends), group in hours)
    return WeekView(departments, department, grid, await _differing(department.uid, today))


def _row(starts_minute: int, ends_minute: int, rows: list[Schedule]) -> WeekRow:
    cells = [[schedule_card(row) for row in rows if row.weekday == weekday] for weekday in range(DAYS)]
    return WeekRow(starts_minute, ends_minute, tuple(tuple(cell) for cell in cells))


async def _differing(department_uid: str, today: date) -> tuple[ExceptionCard, ...]:
    rows = ScheduleException.filter(
        department__uid=department_uid, day__gte=today, day__lt=today + timedelta(weeks=WEEKS_AHEAD)
    )
    return tuple(exception_card(row) for row in await rows.select_related("department").order_by("day", "id"))


async def schedule(*, actor: Actor, uid: str, now: datetime) -> ScheduleCard:  # noqa: ARG001  one form for all queries
    return schedule_card(await schedule_for(actor=actor, uid=uid))
