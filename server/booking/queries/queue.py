"""The waiting rooms of today: who is expected, who waits, who was called, who is done."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.models import Appointment, Slot
from server.booking.rules import AppointmentStatus, Pool
from server.kit.clock import day_bounds, local_date

MOST_A_DAY = 500  # of one institution
MOST_LINES = (
    20  # of a stage and department at first sight: nobody reads on, and it is asked for every 15 seconds
)
NEXT_ON_SCREEN = 8
CALLED_ON_SCREEN = 5


class Stage(StrEnum):
    """Where somebody is between the door and the way home."""

    EXPECTED = "expected"
    WAITING = "waiting"
    CALLED = "called"
    DONE = "done"
    MISSED = "missed"


@dataclass(frozen=True)
class QueueLine:
    uid: str
    stage: Stage
    number: int
    starts_at: datetime
    resident_name: str
    green: bool
    companion_note: str
    arrived_at: datetime | None
    called_at: datetime | None
    called_to: str
    may_take_back: bool
    over: bool  # the slot has ended: who is not here is not coming


@dataclass(frozen=True)
class QueueCard:
    """One department's day; within a stage by the hour and then by number, called ones by their call.

    Who was seen or did not come is counted only; of the others the first, so that `unlisted` is left out.
    """

    department_uid: str
    department_name: str
    lines: tuple[QueueLine, ...]
    people: Mapping[Stage, int]

    @property
    def unlisted(self) -> int:
        return sum(self.people[stage] for stage in _LISTED) - len(self.lines)

    def at(self, stage: Stage) -> tuple[QueueLine, ...]:
        return tuple(line for line in self.lines if line.stage == stage)


@dataclass(frozen=True)
class ScreenLine:
    number: int
    starts_at: datetime
    room: str
    called_at: datetime | None


@dataclass(frozen=True)
class ScreenCard:
    """What hangs on the wall: numbers and rooms, nobody's name."""

    department_name: str
    called: tuple[ScreenLine, ...]  # the latest first
    next: tuple[ScreenLine, ...]
    waiting: int


async def todays_queue(
    *, actor: Actor, department_uid: str | None = None, whole: bool = True, now: datetime
) -> tuple[QueueCard, ...]:
    """Return the departments of the actor's desk where anybody is booked today; unless `whole`, the first of each."""
    minutes = await parameter("booking.call_undo_minutes", on=local_date(now))
    undo_since = now - timedelta(minutes=minutes)
    today = _today(actor, department_uid, now=now)
    people = await _people(today)
    lines: dict[str, list[QueueLine]] = defaultdict(list)
    for department, *row in await _rows(today, (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)):
        lines[department].append(_line(row, undo_since, now=now))
    return tuple(
        QueueCard(
            department_uid=uid,
            department_name=name,
            lines=tuple(sorted(lines[uid] if whole else _first(lines[uid]), key=_in_stage)),
            people=counts,
        )
        for (uid, name), counts in people.items()
    )


async def queue_screen(
    *, actor: Actor, department_uid: str | None = None, now: datetime
) -> tuple[ScreenCard, ...]:
    today = _today(actor, department_uid, now=now)
    people = await _people(today)
    lines: dict[str, list[QueueLine]] = defaultdict(list)
    for department, *row in await _rows(today, (AppointmentStatus.ARRIVED,)):
        lines[department].append(_line(row, now, now=now))
    return tuple(
        ScreenCard(
            department_name=name,
            called=_on_screen(lines[uid], Stage.CALLED, CALLED_ON_SCREEN),
            next=_on_screen(lines[uid], Stage.WAITING, NEXT_ON_SCREEN),
            waiting=counts[Stage.WAITING],
        )
        for (uid, name), counts in people.items()
    )


def _today(actor: Actor, department_uid: str | None, *, now: datetime) -> Q:
    first, after = day_bounds(local_date(now))
    own = sorted(actor.institutions_with(Permission.APPOINTMENT_CONFIRM))
    slots = Slot.filter(institution_id__in=own, starts_at__gte=first, starts_at__lt=after)
    if department_uid is not None:
        slots = slots.filter(department__uid=department_uid)
    return Q(slot_id__in=Subquery(slots.values("id")))


async def _people(today: Q) -> dict[tuple[str, str], Counter[Stage]]:
    """Count the people of each department and stage."""
    rows = (
        await Appointment.filter(Q(today, status__in=sorted(_STAGES)))
        .annotate(people=Count("id"), called=Count("called_at"))
        .group_by("slot__department_id", "slot__department__uid", "slot__department__name", "status")
        .order_by("slot__department_id")
        .values_list("slot__department__uid", "slot__department__name", "status", "people", "called")
    )
    found: dict[tuple[str, str], Counter[Stage]] = defaultdict(Counter)
    for uid, name, status, people, called in rows:
        stage = _STAGES[AppointmentStatus(status)]
        away = called if stage == Stage.WAITING else 0
        found[uid, name] += Counter({stage: people - away, Stage.CALLED: away})
    return found


async def _rows(today: Q, statuses: Collection[AppointmentStatus]) -> list[tuple[Any, ...]]:
    """Read the columns of a line and nothing more: each department's uid, and then what `_line` takes."""
    rows = Appointment.filter(Q(today, status__in=sorted(statuses)))
    return (
        await rows.order_by("slot__starts_at", "number", "id")
        .limit(MOST_A_DAY)
        .values_list(
            "slot__department__uid", "uid", "status", "number", "slot__starts_at", "slot__ends_at",
            "slot__pool", "resident__name", "companion_note", "arrived_at", "called_at", "called_to",
        )
    )  # fmt: skip


def _first(lines: Iterable[QueueLine]) -> list[QueueLine]:
    """Return the first of each stage, and all who were called; of the expected, those to come beside those too late."""
    shown: Counter[tuple[Stage, bool]] = Counter()
    kept = []
    for line in lines:
        kind = line.stage, line.over and line.stage == Stage.EXPECTED
        shown[kind] += 1
        if line.stage == Stage.CALLED or shown[kind] <= MOST_LINES:
            kept.append(line)
    return kept


_LISTED = (Stage.EXPECTED, Stage.WAITING, Stage.CALLED)
_STAGES = {
    AppointmentStatus.BOOKED: Stage.EXPECTED,
    AppointmentStatus.ARRIVED: Stage.WAITING,
    AppointmentStatus.FULFILLED: Stage.DONE,
    AppointmentStatus.NOSHOW: Stage.MISSED,
}


def _line(row: list[Any], undo_since: datetime, *, now: datetime) -> QueueLine:
    uid, status, number, starts_at, ends_at, pool, name, note, arrived_at, called_at, called_to = row
    stage = _STAGES[AppointmentStatus(status)]
    called = stage == Stage.WAITING and called_at is not None
    return QueueLine(
        uid=uid,
        stage=Stage.CALLED if called else stage,
        number=number,
        starts_at=starts_at,
        resident_name=name,
        green=pool == Pool.GREEN,
        companion_note=note,
        arrived_at=arrived_at,
        called_at=called_at,
        called_to=called_to,
        may_take_back=called and called_at > undo_since,
        over=ends_at <= now,
    )


def _in_stage(line: QueueLine) -> tuple[float, datetime, int]:
    """Sort by hour and number; who was called last stands first among the called."""
    latest_call = -line.called_at.timestamp() if line.stage == Stage.CALLED and line.called_at else 0.0
    return latest_call, line.starts_at, line.number


def _on_screen(lines: Iterable[QueueLine], stage: Stage, most: int) -> tuple[ScreenLine, ...]:
    shown = sorted((line for line in lines if line.stage == stage), key=_in_stage)[:most]
    return tuple(ScreenLine(line.number, line.starts_at, line.called_to, line.called_at) for line in shown)
