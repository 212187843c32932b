"""Certificates that came on paper: of a course of the list, or of one's own."""

from datetime import date, datetime

from server.authority.actor import Actor
from server.identity import actions as identity
from server.kit.transactions import action
from server.training.errors import SecondPersonNeeded
from server.training.rules import course_on_paper, runs_out_on


@action
async def record_certificate(
    *,
    actor: Actor,
    account_uid: str,
    institution_uid: str,
    course: str | None = None,
    title: str = "",
    certificate_number: str = "",
    completed_on: date,
    expires_on: date | None = None,
    now: datetime,
) -> str:
    """Write down a certificate; of a listed course the title, and where paper says no end, its own validity."""
    listed = course_on_paper(course, completed_on) if course else None
    # What opens work to somebody is not of their own writing.
    if listed is not None and account_uid == actor.account_uid:
        raise SecondPersonNeeded
    return await identity.record_training(
        actor=actor,
        account_uid=account_uid,
        institution_uid=institution_uid,
        title=listed.title if listed else title,
        certificate_number=certificate_number,
        completed_on=completed_on,
        expires_on=expires_on or (runs_out_on(listed, completed_on) if listed else None),
        course=listed.code if listed else None,
        course_version=listed.version if listed else None,
        now=now,
    )
