"""Institutions join, departments open, policy numbers are laid down."""

from collections.abc import Iterable
from datetime import datetime

from server.alliance.errors import AlreadyThere, WrongUscc
from server.alliance.models import CareAlliance, Department, Institution, Membership, PolicyParameter
from server.alliance.rules import MILLIONTHS, InstitutionKind, Parameter, Place, is_on_earth, is_uscc
from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.transactions import action


@action
async def register_institution(
    *,
    actor: Actor,
    name: str,
    kind: InstitutionKind,
    uscc: str,
    filed: bool = False,
    licence_number: str | None = None,
    address: str = "",
    phone: str = "",
    beds: int = 0,
    nursing_beds: int = 0,
    filing_number: str | None = None,
    place: Place | None = None,
    now: datetime,
) -> str:
    """Return the uid. Called by the installation and the command line only: no route leads here."""
    if not is_uscc(uscc):
        raise WrongUscc(fields={"uscc": WrongUscc.message})
    if place is not None and not is_on_earth(place.latitude, place.longitude):
        msg = "latitude and longitude are degrees, north and east positive"
        raise ValueError(msg)
    if await Institution.filter(uscc=uscc).exists():
        raise AlreadyThere
    row = Institution(
        name=name,
        kind=kind,
        uscc=uscc,
        filed=filed,
        licence_number=licence_number,
        address=address,
        phone=phone,
        beds=beds,
        nursing_beds=nursing_beds,
        filing_number=filing_number,
        latitude=round(place.latitude * MILLIONTHS) if place else None,
        longitude=round(place.longitude * MILLIONTHS) if place else None,
        created_at=now,
    )
    await row.save()
    await note(
        actor,
        "alliance.institution_registered",
        subject_kind="institution",
        subject_uid=row.uid,
        institution_id=row.id,
        now=now,
    )
    return str(row.uid)


@action
async def join_alliance(
    *, actor: Actor, alliance: str, institution_uids: Iterable[str], now: datetime
) -> str:
    """Make the alliance when it is new, and its members; return its uid. Called by the installation only."""
    row = await CareAlliance.get_or_none(name=alliance) or CareAlliance(name=alliance, created_at=now)
    if not row.id:
        await row.save()
    for member in await Institution.filter(uid__in=list(institution_uids)).order_by("id"):
        if not await Membership.filter(
            alliance_id=row.id, institution_id=member.id, left_on__isnull=True
        ).exists():
            await Membership(
                alliance_id=row.id, institution_id=member.id, joined_on=local_date(now), created_at=now
            ).save()
            await note(
                actor,
                "alliance.joined",
                subject_kind="institution",
                subject_uid=member.uid,
                institution_id=member.id,
                now=now,
            )
    return str(row.uid)


@action
async def open_department(*, actor: Actor, institution_uid: str, name: str, now: datetime) -> str:
    """Return the uid. Called by the installation and the command line only: no route leads here."""
    institution = await Institution.get(uid=institution_uid)
    if await Department.filter(institution_id=institution.id, name=name).exists():
        raise AlreadyThere
    row = Department(institution_id=institution.id, name=name, created_at=now)
    await row.save()
    await note(
        actor,
        "alliance.department_opened",
        subject_kind="department",
        subject_uid=row.uid,
        institution_id=institution.id,
        now=now,
    )
    return str(row.uid)


@action
async def load_parameters(*, actor: Actor, parameters: Iterable[Parameter], now: datetime) -> int:
    """Lay down the policy numbers that are not there yet and return how many; raise `ValueError` for an edited one."""
    wanted = {(each.code, each.version): each for each in parameters}
    there = {
        (row.code, row.version): row
        for row in await PolicyParameter.filter(code__in=sorted({code for code, _ in wanted}))
    }
    edited = sorted(key[0] for key, row in there.items() if key in wanted and row.value != wanted[key].value)
    if edited:
        message = f"a policy number changes by a new version, not by an edit: {', '.join(edited)}"
        raise ValueError(message)
    new = [
        PolicyParameter(
            code=each.code,
            version=each.version,
            value=each.value,
            unit=each.unit,
            citation=each.citation,
            confidence=each.confidence,
            effective_from=each.effective_from,
            created_at=now,
        )
        for key, each in sorted(wanted.items())
        if key not in there
    ]
    if new:
        # Two processes may start at once: whoever is second finds the same rows there.
        await PolicyParameter.bulk_create(new, ignore_conflicts=True)
        await note(
            actor,
            "alliance.parameters_loaded",
            subject_kind="policy_parameter",
            subject_uid="",
            now=now,
            detail={"codes": [row.code for row in new]},
        )
    return len(new)
