"""Whom the insurance pays: recorded and ended by the commission, with its number and days (A07)."""

from datetime import date, datetime

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.clinics.access import designation_for, institution_to_pay
from server.clinics.actions.moving import Paper, move
from server.clinics.errors import (
    AlreadyDesignated,
    DesignationOver,
    NothingToDesignate,
    ReasonNeeded,
    WrongDays,
)
from server.clinics.models import InHouseClinic, InsuranceDesignation
from server.clinics.queries.cards import DesignationCard, designated, designation_card
from server.clinics.rules import CLINIC_MOVES, LICENSED, ClinicEvent, DesignationKind
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.outbox.actions import enqueue


@action
async def record_designation(
    *,
    actor: Actor,
    institution_uid: str,
    kind: DesignationKind,
    filing_number: str,
    first_day: date,
    last_day: date | None = None,
    now: datetime,
) -> DesignationCard:
    """Note that an insurance pays an institution. A home is designated for its licensed clinic, insured from that day on.

    What begins or ends on another day than today is followed by the sweep, on that day.
    """
    permission = Permission.CLINIC_LICENSE
    institution = await institution_to_pay(actor=actor, uid=institution_uid, permission=permission)
    if last_day is not None and last_day < first_day:
        raise WrongDays(fields={"last_day": WrongDays.message})
    clinics = await _licensed_clinics(institution)
    if not institution.kind.is_medical and not clinics:
        raise NothingToDesignate
    await _ensure_no_overlap(institution.id, kind, first_day, last_day)
    await _release_what_is_over(institution.id, kind, first_day)
    row = InsuranceDesignation(
        institution=institution,
        kind=kind,
        filing_number=filing_number,
        first_day=first_day,
        last_day=last_day,
        recorded_by_id=actor.account_id,
        live_key=f"{institution.id}/{kind}",
        created_at=now,
    )
    async with refusing_duplicates(AlreadyDesignated):
        await row.save()
    await _tell(actor, "clinics.designated", row, now=now)
    if kind is DesignationKind.MEDICAL and designated(row).holds_on(local_date(now)):
        paper = Paper(number=filing_number, on=first_day)
        await _follow(actor, clinics, ClinicEvent.INSURE, paper, now)
    return designation_card(row, today=local_date(now))


@action
async def end_designation(
    *, actor: Actor, uid: str, ended_on: date, reason: str, now: datetime
) -> DesignationCard:
    """Note from which day on an insurance no longer pays; services before that day are paid as they were."""
    row = await designation_for(actor=actor, uid=uid, permission=Permission.CLINIC_LICENSE)
    if not reason.strip():
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})
    if ended_on < row.first_day:
        raise WrongDays(fields={"ended_on": WrongDays.message})
    changed = await InsuranceDesignation.filter(id=row.id, ended_on__isnull=True).update(
        ended_on=ended_on, end_reason=reason.strip(), live_key=None
    )
    if not changed:
        raise DesignationOver
    row.ended_on, row.end_reason = ended_on, reason.strip()
    await _tell(actor, "clinics.undesignated", row, reason=reason.strip(), now=now)
    if (
        row.kind is DesignationKind.MEDICAL
        and row.first_day <= local_date(now)
        and ended_on <= local_date(now)
    ):
        clinics = await _licensed_clinics(row.institution)
        await _follow(actor, clinics, ClinicEvent.UNINSURE, Paper(number=row.filing_number), now)
    return designation_card(row, today=local_date(now))


async def _licensed_clinics(institution: Institution) -> list[InHouseClinic]:
    rows = InHouseClinic.filter(home_id=institution.id, status__in=sorted(LICENSED))
    return await rows.order_by("id").select_related("home", "partner")


async def _ensure_no_overlap(
    institution_id: int, kind: DesignationKind, first_day: date, last_day: date | None
) -> None:
    """Ask every one that was recorded: one that was ended for a day to come still pays until then."""
    running = Q(last_day__isnull=True) | Q(last_day__gte=first_day)
    unended = Q(ended_on__isnull=True) | Q(ended_on__gt=first_day)
    others = InsuranceDesignation.filter(running & unended, institution_id=institution_id, kind=kind)
    if last_day is not None:
        others = others.filter(first_day__lte=last_day)
    if await others.exists():
        raise AlreadyDesignated


async def _release_what_is_over(institution_id: int, kind: DesignationKind, first_day: date) -> None:
    over = InsuranceDesignation.filter(live_key=f"{institution_id}/{kind}", last_day__lt=first_day)
    await over.update(live_key=None)


async def _follow(
    actor: Actor, clinics: list[InHouseClinic], event: ClinicEvent, paper: Paper, now: datetime
) -> None:
    for clinic in clinics:
        if CLINIC_MOVES.allows(clinic.status, event):
            await move(actor, clinic, event, paper=paper, now=now)


async def _tell(
    actor: Actor, topic: str, row: InsuranceDesignation, *, reason: str | None = None, now: datetime
) -> None:
    await note(
        actor,
        topic,
        subject_kind="designation",
        subject_uid=row.uid,
        institution_id=row.institution_id,
        reason=reason,
        detail={"kind": row.kind},
        now=now,
    )
    payload = {"designation": row.uid, "institution": row.institution.uid}
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{row.uid}")
