"""Courses and certificates of one's staff: written down as they are, struck out when they were wrong, never changed."""

from datetime import date, datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.access import place_of_work, training_for
from server.identity.errors import StruckOutAlready
from server.identity.models import TrainingRecord
from server.identity.rules import ensure_training_sound
from server.kit.clock import local_date
from server.kit.transactions import action


@action
async def record_training(
    *,
    actor: Actor,
    account_uid: str,
    institution_uid: str,
    title: str,
    certificate_number: str = "",
    completed_on: date,
    expires_on: date | None = None,
    course: str | None = None,
    course_version: int | None = None,
    now: datetime,
) -> str:
    """Write down what somebody has learnt, at the institution where they work; return the uid."""
    ensure_training_sound(completed_on, expires_on, today=local_date(now))
    account, institution = await place_of_work(
        actor=actor,
        account_uid=account_uid,
        institution_uid=institution_uid,
        permission=Permission.STAFF_MANAGE,
        now=now,
    )
    row = TrainingRecord(
        account_id=account.id,
        institution_id=institution.id,
        title=title,
        certificate_number=certificate_number,
        completed_on=completed_on,
        expires_on=expires_on,
        recorded_by_id=actor.account_id,
        course=course,
        course_version=course_version,
        created_at=now,
    )
    await row.save()
    await note(
        actor,
        "identity.training_recorded",
        subject_kind="training_record",
        subject_uid=row.uid,
        institution_id=institution.id,
        detail={"account": account_uid},
        now=now,
    )
    return str(row.uid)


@action
async def strike_out_training(*, actor: Actor, uid: str, reason: str, now: datetime) -> str:
    """Say that a line was entered in error; it stays to be seen, and counts no longer. Return whose it is."""
    row = await training_for(actor=actor, uid=uid, permission=Permission.STAFF_MANAGE, now=now)
    if not await TrainingRecord.filter(id=row.id, struck_out_at__isnull=True).update(struck_out_at=now):
        raise StruckOutAlready
    await note(
        actor,
        "identity.training_struck_out",
        subject_kind="training_record",
        subject_uid=row.uid,
        institution_id=row.institution_id,
        reason=reason,
        detail={"account": row.account.uid},
        now=now,
    )
    return str(row.account.uid)
