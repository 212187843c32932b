"""What the home does, and what the commission answers."""

from datetime import date, datetime

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.clinics.access import clinic_for, home_for, partners_for_extension
from server.clinics.actions.moving import Paper, due_by, move, step
from server.clinics.errors import (
    AlreadyOnTheWay,
    NotThisNow,
    PaperNeeded,
    PartnerNeeded,
    ReasonNeeded,
    WrongDays,
)
from server.clinics.models import InHouseClinic
from server.clinics.queries.cards import ClinicCard, clinic_card
from server.clinics.rules import (
    COMMISSION_EVENTS,
    HOME_EVENTS,
    NEEDS_PAPER,
    NEEDS_REASON,
    ClinicEvent,
    ClinicKind,
    ClinicStatus,
)
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action

__all__ = ["Paper", "decide_clinic", "intend_clinic", "move_clinic"]


@action
async def intend_clinic(
    *,
    actor: Actor,
    home_uid: str,
    kind: ClinicKind,
    partner_uid: str | None = None,
    note: str = "",
    now: datetime,
) -> ClinicCard:
    """Say that a home wants a clinic. A home below the numbers may as well: policy encourages, and forbids nobody."""
    home = await home_for(actor=actor, uid=home_uid, permission=Permission.CLINIC_KEEP)
    partner = await _partner(home, kind, partner_uid, now)
    row = InHouseClinic(
        home=home,
        partner=partner,
        kind=kind,
        status=ClinicStatus.INTENDED,
        due_on=await due_by(ClinicStatus.INTENDED, licence_until=None, now=now),
        reason=note,
        live_key=f"{home.id}/{kind}",
        created_at=now,
    )
    async with refusing_duplicates(AlreadyOnTheWay):
        await row.save()
    await step(actor, row, ClinicEvent.INTEND, ClinicStatus.ELIGIBLE, paper=Paper(), reason=note, now=now)
    return clinic_card(row, today=local_date(now))


@action
async def move_clinic(
    *,
    actor: Actor,
    uid: str,
    event: ClinicEvent,
    paper: Paper | None = None,
    reason: str = "",
    now: datetime,
) -> ClinicCard:
    """Do a step of the home's own: apply, begin to operate, withdraw, close."""
    row = await clinic_for(actor=actor, uid=uid, permission=Permission.CLINIC_KEEP)
    _ensure_asked_of(event, HOME_EVENTS)
    return await _done(actor, row, event, paper=paper or Paper(), reason=reason.strip(), now=now)


@action
async def decide_clinic(
    *,
    actor: Actor,
    uid: str,
    event: ClinicEvent,
    paper: Paper | None = None,
    reason: str = "",
    now: datetime,
) -> ClinicCard:
    """Do a step of the commission's: note the licence or filing, its renewal, or that it was refused."""
    row = await clinic_for(actor=actor, uid=uid, permission=Permission.CLINIC_LICENSE)
    _ensure_asked_of(event, COMMISSION_EVENTS)
    return await _done(actor, row, event, paper=paper or Paper(), reason=reason.strip(), now=now)


def _ensure_asked_of(event: ClinicEvent, events: frozenset[ClinicEvent]) -> None:
    if event not in events:
        raise NotThisNow


async def _done(
    actor: Actor, row: InHouseClinic, event: ClinicEvent, *, paper: Paper, reason: str, now: datetime
) -> ClinicCard:
    _ensure_sound(event, paper, reason, local_date(now))
    await move(actor, row, event, paper=paper, reason=reason, now=now)
    return clinic_card(row, today=local_date(now))


def _ensure_sound(event: ClinicEvent, paper: Paper, reason: str, today: date) -> None:
    if event in NEEDS_PAPER and not (paper.number and paper.on):
        empty = {"paper_number": not paper.number, "paper_on": paper.on is None}
        raise PaperNeeded(fields={name: PaperNeeded.message for name, missing in empty.items() if missing})
    if event in NEEDS_REASON and not reason:
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})
    if paper.on is not None and paper.on > today:
        raise WrongDays(fields={"paper_on": WrongDays.message})
    if paper.until is not None and paper.until < today:
        raise WrongDays(fields={"until": WrongDays.message})


async def _partner(
    home: Institution, kind: ClinicKind, partner_uid: str | None, now: datetime
) -> Institution | None:
    if (kind is ClinicKind.EXTENSION) is not (partner_uid is not None):
        raise PartnerNeeded(fields={"partner": PartnerNeeded.message})
    if partner_uid is None:
        return None
    found = await Institution.filter(partners_for_extension(home, now=now), uid=partner_uid).first()
    if found is None:
        raise PartnerNeeded(fields={"partner": PartnerNeeded.message})
    return found
