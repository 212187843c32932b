"""What every step of a contract does alike: move the row as it was read, take or free a place, tell."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F

from server.audit.actions import note
from server.authority.actor import Actor
from server.enrolments.errors import NotThisNow, TeamFull
from server.enrolments.models import Enrolment, FamilyTeam
from server.enrolments.rules import ENROLMENT_MOVES, EndReason, EnrolmentEvent, EnrolmentStatus, last_day_of
from server.kit.clock import local_date
from server.outbox.actions import enqueue


async def move(row: Enrolment, event: EnrolmentEvent, **more: Any) -> None:
    """Carry out one move on the row as it was read, or refuse: somebody was faster, or it is over."""
    if not ENROLMENT_MOVES.allows(row.status, event):
        raise NotThisNow
    after = ENROLMENT_MOVES.after(row.status, event)
    changed = await Enrolment.filter(id=row.id, touched=row.touched).update(
        status=after, touched=F("touched") + 1, **more
    )
    if changed == 0:
        raise NotThisNow
    row.status, row.touched = after, row.touched + 1
    for name, value in more.items():
        setattr(row, name, value)


async def complete(actor: Actor, row: Enrolment, now: datetime) -> None:
    """Once both sides have said yes: take a place in the team, fix the year, and begin if its first day has come."""
    if row.signed_at is None or row.accepted_at is None:
        return
    first = local_date(now)
    before = await live_of(row)
    if before is not None and before.last_on is not None and before.last_on >= first:
        first = before.last_on + timedelta(days=1)
    hands_on = before is not None and before.seat and before.team_id == row.team_id
    if not hands_on:
        await take_place(row.team_id)
    await move(
        row,
        EnrolmentEvent.COMPLETE,
        starts_on=first,
        last_on=last_day_of(first),
        seat=not hands_on,
        renews_id=before.id if before else row.renews_id,
    )
    await noted(actor, "enrolments.signed", row, now=now)
    if first <= local_date(now):
        await activate(actor, row, now)


async def activate(actor: Actor, row: Enrolment, now: datetime) -> None:
    """Let a signed contract begin; the one that is live ends in the same breath and hands on its place."""
    before = await live_of(row)
    freed = before.team_id if before is not None and before.seat else None
    if before is not None:
        await move(before, EnrolmentEvent.RENEW, live_key=None, seat=False, ended_on=local_date(now))
    if row.seat or freed != row.team_id:  # otherwise the one place goes from hand to hand
        if freed is not None:
            await free_place(freed)
        if not row.seat:
            await take_place(row.team_id)
    await move(row, EnrolmentEvent.ACTIVATE, open_key=None, live_key=str(row.resident_id), seat=True)
    await noted(actor, "enrolments.activated", row, now=now)
    await tell("enrolments.activated", row, now=now)


async def live_of(row: Enrolment) -> Enrolment | None:
    """Return the contract in whose place this one comes: by the person, for after a merge it may renew another or none."""
    return await Enrolment.filter(live_key=str(row.resident_id)).first()


async def end_row(actor: Actor, row: Enrolment, reason: EndReason, now: datetime, *, text: str = "") -> None:
    """End a contract or an application; a renewal on its way ends with what it would have renewed."""
    held, was_active = row.seat, row.status is EnrolmentStatus.ACTIVE
    await move(
        row,
        EnrolmentEvent.END,
        ended_on=local_date(now),
        end_reason=reason,
        end_note=text.strip(),
        ended_by_id=actor.account_id,
        open_key=None,
        live_key=None,
        seat=False,
    )
    if held:
        await free_place(row.team_id)
    await noted(actor, "enrolments.ended", row, now=now, reason=text.strip() or None, detail={"why": reason})
    if was_active and reason is not EndReason.EXPIRED:
        for following in await Enrolment.filter(renews_id=row.id, open_key__isnull=False):
            await end_row(actor, following, reason, now)


async def take_place(team_id: int) -> None:
    changed = await FamilyTeam.filter(id=team_id, closed_at=None, taken__lt=F("capacity")).update(
        taken=F("taken") + 1
    )
    if changed == 0:
        raise TeamFull


async def free_place(team_id: int) -> None:
    await FamilyTeam.filter(id=team_id).update(taken=F("taken") - 1)


async def noted(
    actor: Actor,
    what: str,
    row: Enrolment,
    *,
    now: datetime,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    await note(
        actor,
        what,
        subject_kind="enrolment",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.institution_id,
        reason=reason,
        detail=detail,
        now=now,
    )


async def tell(topic: str, row: Enrolment, *, now: datetime, once: str = "") -> None:
    """Let those hear of it whom it concerns; the payload names nothing but uids."""
    await row.fetch_related("resident", "institution")
    payload = {"enrolment": row.uid, "resident": row.resident.uid, "institution": row.institution.uid}
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{row.uid}:{once}")
