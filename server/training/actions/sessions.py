"""Plan a session, call it off, and finish it: whoever was there then has a certificate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.audit.actions import note
from server.authority.actor import Actor
from server.identity.models import TrainingRecord
from server.kit.clock import SHANGHAI, local_date
from server.kit.transactions import action
from server.outbox.actions import enqueue, enqueuing_together
from server.training.access import institution_to_hold_at, session_to_hold
from server.training.errors import NotBegun, NotThisSession, ReasonNeeded, SecondPersonNeeded
from server.training.models import TrainingAttendance, TrainingSession
from server.training.queries.sessions import version_of
from server.training.rules import (
    SESSION_MOVES,
    OpenTo,
    SessionEvent,
    SessionStatus,
    certificate_number,
    course_on,
    ensure_sound,
    runs_out_on,
)


@dataclass(frozen=True)
class Planned:
    """What a host says of a session."""

    course: str
    place: str
    trainer: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    open_to: OpenTo = OpenTo.OWN


@action
async def plan_session(*, actor: Actor, institution_uid: str, planned: Planned, now: datetime) -> str:
    """Announce a session of the course as it is taught on that day; return its uid."""
    ensure_sound(planned.starts_at, planned.ends_at, planned.seats)
    course = course_on(planned.course, local_date(planned.starts_at))
    institution = await institution_to_hold_at(actor=actor, uid=institution_uid)
    row = TrainingSession(
        course=course.code,
        course_version=course.version,
        institution_id=institution.id,
        open_to=planned.open_to,
        place=planned.place,
        trainer=planned.trainer,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        seats=planned.seats,
        planned_by_id=actor.account_id,
        created_at=now,
    )
    await row.save()
    await noted(actor, "training.planned", row, now=now)
    return str(row.uid)


@action
async def cancel_session(*, actor: Actor, uid: str, reason: str, now: datetime) -> None:
    row = await session_to_hold(actor=actor, uid=uid)
    if not reason.strip():
        raise ReasonNeeded
    await _move(row, SessionEvent.CANCEL, reason=reason.strip())
    await noted(actor, "training.cancelled", row, reason=reason.strip(), now=now)


@action
async def finish_session(*, actor: Actor, uid: str, now: datetime) -> int:
    """Close the list and write everybody's certificate; return how many. Nobody who was there closes it."""
    row = await session_to_hold(actor=actor, uid=uid)
    if now < row.starts_at:
        raise NotBegun
    await _move(row, SessionEvent.FINISH)
    course = version_of(row.course, row.course_version)
    completed_on = local_date(row.starts_at)
    there = (
        await TrainingAttendance.filter(session_id=row.id)
        .select_related("account", "institution")
        .order_by("id")
    )
    # What opens work to somebody is not of their own writing; the refusal takes the closing back too.
    if actor.account_id in {each.account_id for each in there}:
        raise SecondPersonNeeded
    began = row.starts_at.astimezone(SHANGHAI)
    await TrainingRecord.bulk_create(
        TrainingRecord(
            account_id=each.account_id,
            institution_id=each.institution_id,
            title=course.title,
            certificate_number=certificate_number(row.uid, began, place),
            completed_on=completed_on,
            expires_on=runs_out_on(course, completed_on),
            recorded_by_id=actor.account_id,
            course=course.code,
            course_version=course.version,
            attendance_uid=each.uid,
            created_at=now,
        )
        for place, each in enumerate(there, start=1)
    )
    async with enqueuing_together():
        for each in there:
            payload = {"account": each.account.uid, "institution": each.institution.uid}
            await enqueue("training.certified", payload, now=now)
    await noted(actor, "training.finished", row, now=now, certificates=len(there))
    return len(there)


async def _move(row: TrainingSession, event: SessionEvent, **changes: Any) -> None:
    source = SessionStatus.PLANNED
    target = SESSION_MOVES.after(source, event)
    if not await TrainingSession.filter(id=row.id, status=source).update(status=target, **changes):
        raise NotThisSession


async def noted(
    actor: Actor, what: str, row: TrainingSession, *, now: datetime, reason: str | None = None, **detail: Any
) -> None:
    await note(
        actor,
        what,
        subject_kind="training_session",
        subject_uid=row.uid,
        institution_id=row.institution_id,
        reason=reason,
        detail=detail,
        now=now,
    )
