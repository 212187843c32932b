"""How a clinic goes from one state to the next: one UPDATE that names what it saw, and one step that is added."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tortoise.expressions import F

from server.alliance.queries import parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.clinics.errors import NotThisNow
from server.clinics.models import ClinicStep, InHouseClinic
from server.clinics.rules import CLINIC_MOVES, LIVE, ClinicEvent, ClinicStatus
from server.clinics.rules.lifecycle import due_on
from server.kit.clock import local_date
from server.outbox.actions import enqueue

_S = ClinicStatus
DAYS = {
    _S.INTENDED: "clinics.intended_days",
    _S.APPLIED: "clinics.applied_days",
    _S.LICENSED: "clinics.licensed_days",
    _S.INSURED: "clinics.insured_days",
    _S.LAPSED: "clinics.lapsed_days",
}

TOPICS = {
    ClinicEvent.INTEND: "clinics.intended",
    ClinicEvent.APPLY: "clinics.applied",
    ClinicEvent.REFUSE: "clinics.refused",
    ClinicEvent.LICENSE: "clinics.licensed",
    ClinicEvent.INSURE: "clinics.insured",
    ClinicEvent.UNINSURE: "clinics.uninsured",
    ClinicEvent.OPERATE: "clinics.operating",
    ClinicEvent.RENEW: "clinics.renewed",
    ClinicEvent.LAPSE: "clinics.lapsed",
    ClinicEvent.WITHDRAW: "clinics.withdrawn",
    ClinicEvent.CLOSE: "clinics.closed",
}


@dataclass(frozen=True)
class Paper:
    """What a step rests on."""

    number: str = ""
    on: date | None = None
    until: date | None = None  # of a licence


async def due_by(status: ClinicStatus, *, licence_until: date | None, now: datetime) -> date | None:
    numbers = await parameters(DAYS.values(), on=now)
    days = {each: numbers[code] for each, code in DAYS.items()}
    return due_on(status, today=local_date(now), days=days, licence_until=licence_until)


async def move(
    actor: Actor,
    row: InHouseClinic,
    event: ClinicEvent,
    *,
    paper: Paper | None = None,
    reason: str = "",
    now: datetime,
) -> None:
    """Carry out one step on the row as it was read; `row` has its home with it."""
    if not CLINIC_MOVES.allows(row.status, event):
        raise NotThisNow
    before, after, paper = row.status, CLINIC_MOVES.after(row.status, event), paper or Paper()
    changes: dict[str, Any] = {"overdue_said": None}
    if reason:
        changes["reason"] = reason
    if event in {ClinicEvent.LICENSE, ClinicEvent.RENEW}:
        changes |= {"licence_number": paper.number, "licence_until": paper.until, "reminded_days": None}
    if after not in LIVE:
        changes["live_key"] = None
    until = changes.get("licence_until", row.licence_until)
    changes["due_on"] = await due_by(after, licence_until=until, now=now)
    changed = await InHouseClinic.filter(id=row.id, moves=row.moves).update(
        status=after, moves=F("moves") + 1, **changes
    )
    if not changed:
        raise NotThisNow
    for name, value in changes.items():
        setattr(row, name, value)
    row.status, row.moves = after, row.moves + 1
    await step(actor, row, event, before, paper=paper, reason=reason, now=now)


async def step(
    actor: Actor,
    row: InHouseClinic,
    event: ClinicEvent,
    before: ClinicStatus,
    *,
    paper: Paper,
    reason: str = "",
    now: datetime,
) -> None:
    """Add the step to the record, the audit line, and the news of it."""
    await ClinicStep(
        clinic_id=row.id,
        event=event,
        before=before,
        after=row.status,
        paper_number=paper.number,
        paper_on=paper.on,
        note=reason,
        made_by_id=actor.account_id,
        created_at=now,
    ).save()
    await note(
        actor,
        TOPICS[event],
        subject_kind="clinic",
        subject_uid=row.uid,
        institution_id=row.home_id,
        reason=reason or None,
        detail={"from": before, "to": row.status},
        now=now,
    )
    payload = {"clinic": row.uid, "home": row.home.uid, "institution": row.home.uid}
    await enqueue(TOPICS[event], payload, now=now, once_key=f"{TOPICS[event]}:{row.uid}:{row.moves}")
