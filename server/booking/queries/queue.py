"""The waiting rooms of today: who is expected, who waits, who was called, who is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from tortoise.expressions import Q

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.models import Appointment
from server.booking.rules import AppointmentStatus, Pool
from server.kit.clock import day_bounds, local_date

MOST_A_DAY = 500  # of one institution
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
    """One department's day; within a stage by the hour and then by number, called ones by their call."""

    department_uid: str
    department_name: str
    lines: tuple[QueueLine, ...]

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
    *, actor: Actor, department_uid: str | None = None, now: datetime
) -> tuple[QueueCard, ...]:
    """Return the departments of the actor's desk where anybody is booked today."""
    minutes = await parameter("booking.call_undo_minutes", on=local_date(now))
    undo_since = now - timedelta(minutes=minutes)
    rows = await _today(actor, department_uid, now=now)
    return tuple(
        QueueCard(
            department_uid=group[0].slot.department.uid,
            department_name=group[0].slot.department.name,
            lines=tuple(sorted((_line(row, undo_since, now=now) for row in group), key=_in_stage)),
        )
        for group in _by_department(rows)
    )


async def queue_screen(
    *, actor: Actor, department_uid: str | None = None, now: datetime
) -> tuple[ScreenCard, ...]:
    cards = await todays_queue(actor=actor, department_uid=department_uid, now=now)
    return tuple(
        ScreenCard(
            department_name=card.department_name,
            called=tuple(_on_screen(line) for line in card.at(Stage.CALLED)[:CALLED_ON_SCREEN]),
            next=tuple(_on_screen(line) for line in card.at(Stage.WAITING)[:NEXT_ON_SCREEN]),
            waiting=len(card.at(Stage.WAITING)),
        )
        for card in cards
    )


async def _today(actor: Actor, department_uid: str | None, *, now: datetime) -> list[Appointment]:
    first, after = day_bounds(local_date(now))
    own = sorted(actor.institutions_with(Permission.APPOINTMENT_CONFIRM))
    wanted = Q(
        slot__institution_id__in=own,
        slot__starts_at__gte=first,
        slot__starts_at__lt=after,
        status__in=sorted(_STAGES),
    )
    if department_uid is not None:
        wanted = Q(wanted, slot__department__uid=department_uid)
    rows = Appointment.filter(wanted).select_related("slot__department", "resident")
    return await rows.order_by("slot__department_id", "slot__starts_at", "number", "id").limit(MOST_A_DAY)


def _by_department(rows: Sequence[Appointment]) -> list[list[Appointment]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: row.slot.department_id)]


_STAGES = {
    AppointmentStatus.BOOKED: Stage.EXPECTED,
    AppointmentStatus.ARRIVED: Stage.WAITING,
    AppointmentStatus.FULFILLED: Stage.DONE,
    AppointmentStatus.NOSHOW: Stage.MISSED,
}


def _line(row: Appointment, undo_since: datetime, *, now: datetime) -> QueueLine:
    stage = _STAGES[row.status]
    called = stage == Stage.WAITING and row.called_at is not None
    return QueueLine(
        uid=row.uid,
        stage=Stage.CALLED if called else stage,
        number=row.number,
        starts_at=row.slot.starts_at,
        resident_name=row.resident.name,
        green=row.slot.pool == Pool.GREEN,
        companion_note=row.companion_note,
        arrived_at=row.arrived_at,
        called_at=row.called_at,
        called_to=row.called_to,
        may_take_back=called and row.called_at is not None and row.called_at > undo_since,
        over=row.slot.ends_at <= now,
    )


def _in_stage(line: QueueLine) -> tuple[float, datetime, int]:
    """Sort by hour and number; who was called last stands first among the called."""
    latest_call = -line.called_at.timestamp() if line.stage == Stage.CALLED and line.called_at else 0.0
    return latest_call, line.starts_at, line.number


def _on_screen(line: QueueLine) -> ScreenLine:
    return ScreenLine(line.number, line.starts_at, line.called_to, line.called_at)
