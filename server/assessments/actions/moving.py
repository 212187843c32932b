"""How a sheet goes from one state to the next, and how the others hear of it."""

from datetime import datetime
from typing import Any

from tortoise.expressions import F

from server.assessments.errors import NotThisNow
from server.assessments.models import Assessment
from server.assessments.rules import ASSESSMENT_MOVES, AssessmentEvent, AssessmentStatus
from server.audit.actions import note
from server.authority.actor import Actor
from server.outbox.actions import enqueue


async def try_move(row: Assessment, event: AssessmentEvent, *, now: datetime, **changes: Any) -> bool:
    """Carry out the event by an UPDATE on the state that it needs, and on nothing having been changed since it was read."""
    sources = sorted(ASSESSMENT_MOVES.sources(event))
    after = ASSESSMENT_MOVES.after(sources[0], event)  # however it came there, it ends alike
    as_read = Assessment.filter(id=row.id, status__in=sources, edits=row.edits)
    return bool(await as_read.update(status=after, changed_at=now, edits=F("edits") + 1, **changes))


async def move(row: Assessment, event: AssessmentEvent, *, now: datetime, **changes: Any) -> None:
    if not await try_move(row, event, now=now, **changes):
        raise NotThisNow


async def still(row: Assessment, status: AssessmentStatus, *, now: datetime, **changes: Any) -> None:
    """Change what is written on a sheet that must stay in its state."""
    as_read = Assessment.filter(id=row.id, status=status, edits=row.edits)
    if not await as_read.update(changed_at=now, edits=F("edits") + 1, **changes):
        raise NotThisNow


async def noted(
    actor: Actor, what: str, row: Assessment, *, now: datetime, reason: str | None = None, **detail: Any
) -> None:
    await note(
        actor,
        what,
        subject_kind="assessment",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.institution_id,
        reason=reason,
        detail={"questionnaire": row.questionnaire, "version": row.version, **detail},
        now=now,
    )


async def tell(
    actor: Actor, topic: str, row: Assessment, *, now: datetime, reason: str | None = None, **detail: Any
) -> None:
    """Write the audit line and the message of one event, in the caller's transaction."""
    await noted(actor, topic, row, now=now, reason=reason, **detail)
    payload = {
        "assessment": row.uid,
        "resident": row.resident.uid,
        "institution": row.institution.uid,
        **detail,
    }
    await enqueue(topic, payload, now=now)
