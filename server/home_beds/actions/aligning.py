"""Bring a bed to what has come true without anybody's doing at it: the care state, a move to another home, its last day.

The care state's own intervals are gone through in their order, so that news that is late changes no day: a bed ends its
stretch at the very instant at which somebody went into hospital, and begins the next when they came back; and nothing
counts after its last day, whenever the worker comes by. Whoever works at a bed asks for this first.
"""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.home_beds.actions.moving import carry_out, whole_person
from server.home_beds.models import HomeBed, HomeBedSpan
from server.home_beds.rules import IN_USE, LIVE, EndReason, HomeBedEvent, HomeBedStatus
from server.kit.clock import start_of_day
from server.people.models import CareStateChange, Resident, ResidentStay
from server.people.rules import STATES_OF_A_STAY, CareState

_S, _E = HomeBedStatus, HomeBedEvent
GONE = {CareState.DECEASED: (EndReason.DIED, "长者已离世"), CareState.LEFT: (EndReason.LEFT, "长者已退住")}
MOVED = "长者已搬到别的养老院"
OVER = "期满，没有重新办理"


async def align(actor: Actor, row: HomeBed, *, now: datetime) -> int:
    """Take each step that has come due since; in the action around us. Return how many that took."""
    person = await whole_person(row)
    done = 0
    for change in await _changes_since(row, person):
        event = _event(row.status, change.state)
        if event is None or row.status not in LIVE or _has_run_out(row, at=change.started_at):
            continue
        why, words = GONE.get(change.state, (None, ""))
        ends = event is _E.CLOSE and why is not None
        changes = {"end_reason": why} if ends else {}
        await carry_out(actor, row, event, at=change.started_at, reason=words, changes=changes, now=now)
        done += 1
    left = await _moved_away_at(row, person, now)
    if row.status in LIVE and left is not None and not _has_run_out(row, at=left):
        event, changes = (
            (_E.CLOSE, {"end_reason": EndReason.LEFT}) if row.status in IN_USE else (_E.WITHDRAW, {})
        )
        await carry_out(actor, row, event, at=left, reason=MOVED, changes=changes, now=now)
        done += 1
    if _has_run_out(row, at=now):
        changes = {"end_reason": EndReason.EXPIRED}
        await carry_out(actor, row, _E.CLOSE, at=_runs_out_at(row), reason=OVER, changes=changes, now=now)
        done += 1
    return done


def _runs_out_at(row: HomeBed) -> datetime | None:
    return start_of_day(row.last_day + timedelta(days=1)) if row.last_day else None


def _has_run_out(row: HomeBed, *, at: datetime) -> bool:
    end = _runs_out_at(row)
    return row.status in IN_USE and end is not None and at >= end


def _event(status: HomeBedStatus, care: CareState) -> HomeBedEvent | None:
    """Return the step that a care state asks of a bed; None where it asks nothing."""
    if care not in STATES_OF_A_STAY:
        return _E.CLOSE if status in IN_USE else _E.WITHDRAW
    if status is _S.OPENED and care is CareState.INPATIENT:
        return _E.SUSPEND
    if status is _S.SUSPENDED and care is not CareState.INPATIENT:
        return _E.RESUME
    return None


async def _changes_since(row: HomeBed, person: Resident) -> list[CareStateChange]:
    """Return the intervals that began after the bed's own last change, and the one that was running then."""
    last = await HomeBedSpan.filter(bed_id=row.id).order_by("-started_at").first()
    since = row.created_at if last is None else last.ended_at or last.started_at
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=since)
    return await CareStateChange.filter(running, resident_id=person.id).order_by("started_at", "id")


async def _moved_away_at(row: HomeBed, person: Resident, now: datetime) -> datetime | None:
    """Return when somebody moved out of the home in which the bed stands; None while they live there."""
    if person.home_id == row.home_id:
        return None
    stays = ResidentStay.filter(resident_id=person.id, home_id=row.home_id, ended_at__isnull=False)
    stay = await stays.order_by("-ended_at").first()
    return stay.ended_at if stay and stay.ended_at else now
