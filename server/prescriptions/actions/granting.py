"""Who may prescribe at an institution, and which pharmacies dispense for it."""

from datetime import date, datetime

from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import actor_of
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.prescriptions.errors import NotAColleague, NotAPharmacy, NotThisNow, RightExists, WrongPeriod
from server.prescriptions.models import DispensingAgreement, PrescribingRight


@action
async def record_right(*, actor: Actor, account_uid: str, licence: str, last_on: date, now: datetime) -> str:
    """Register that a colleague may prescribe here until a day, by a licence that somebody saw."""
    place = await _own(actor)
    _ensure_ahead(last_on, now)
    try:
        colleague = await actor_of(account_uid=account_uid, channel=actor.channel, now=now)
    except NotFound:
        raise NotAColleague from None
    if place.id not in colleague.institutions_with(Permission.PRESCRIPTION_WRITE):
        raise NotAColleague(fields={"account": NotAColleague.message})
    row = PrescribingRight(
        account_id=colleague.account_id,
        institution=place,
        licence=licence.strip(),
        last_on=last_on,
        recorded_by_id=actor.account_id,
        live_key=f"{colleague.account_id}/{place.id}",
        created_at=now,
    )
    async with refusing_duplicates(RightExists):
        await row.save()
    await _noted(actor, "prescriptions.right_recorded", row, now)
    return str(row.uid)


@action
async def end_right(*, actor: Actor, uid: str, now: datetime) -> None:
    own = sorted(actor.institutions_with(Permission.PRESCRIPTION_RIGHT))
    row = await PrescribingRight.filter(uid=uid, institution_id__in=own).select_related("institution").first()
    if row is None:
        raise NotFound
    if not await PrescribingRight.filter(id=row.id, ended_on=None).update(
        ended_on=local_date(now), live_key=None
    ):
        raise NotThisNow
    await _noted(actor, "prescriptions.right_ended", row, now)


@action
async def agree_with_pharmacy(
    *, actor: Actor, pharmacy_uid: str, number: str, last_on: date, now: datetime
) -> str:
    """Register that a pharmacy dispenses for the actor's institution, by the number of their agreement."""
    place = await _own(actor)
    _ensure_ahead(last_on, now)
    pharmacy = await Institution.filter(uid=pharmacy_uid, kind=InstitutionKind.PHARMACY).first()
    if pharmacy is None:
        raise NotAPharmacy(fields={"pharmacy": NotAPharmacy.message})
    row = DispensingAgreement(
        institution=place,
        pharmacy=pharmacy,
        number=number.strip(),
        last_on=last_on,
        recorded_by_id=actor.account_id,
        live_key=f"{place.id}/{pharmacy.id}",
        created_at=now,
    )
    async with refusing_duplicates(NotAPharmacy):
        await row.save()
    await _noted(actor, "prescriptions.pharmacy_agreed", row, now)
    return str(row.uid)


@action
async def end_pharmacy(*, actor: Actor, uid: str, now: datetime) -> None:
    own = sorted(actor.institutions_with(Permission.PRESCRIPTION_RIGHT))
    found = DispensingAgreement.filter(uid=uid, institution_id__in=own)
    row = await found.select_related("institution").first()
    if row is None:
        raise NotFound
    if not await DispensingAgreement.filter(id=row.id, ended_on=None).update(
        ended_on=local_date(now), live_key=None
    ):
        raise NotThisNow
    await _noted(actor, "prescriptions.pharmacy_ended", row, now)


async def _own(actor: Actor) -> Institution:
    own = sorted(actor.institutions_with(Permission.PRESCRIPTION_RIGHT))
    found = await Institution.filter(id__in=own).order_by("id").first()
    if found is None:
        raise NotFound
    return found


def _ensure_ahead(last_on: date, now: datetime) -> None:
    if last_on <= local_date(now):
        raise WrongPeriod(fields={"last_on": WrongPeriod.message})


async def _noted(actor: Actor, what: str, row: PrescribingRight | DispensingAgreement, now: datetime) -> None:
    kind = "prescribing_right" if isinstance(row, PrescribingRight) else "dispensing_agreement"
    await note(
        actor, what, subject_kind=kind, subject_uid=row.uid, institution_id=row.institution_id, now=now
    )
