"""Who has looked at me, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.audit.chain import AccessBasis
from server.audit.trail_models import AccessEntry
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.consent.rules import Purpose, RecordCategory, words_of
from server.identity.queries import names_of
from server.kit.errors import NotFound
from server.kit.pages import Page, PageWish, page_of
from server.kit.tables import Table
from server.people.access import resident_for
from server.people.models import ProxyGrant, Resident
from server.people.queries import ResidentChoices, ids_of_person, resident_choices
from server.people.rules import Relation
from server.records.models import EmergencyRead
from server.records.rules import EmergencyStatus
from server.records.rules.looks import Addressee, Look, look_in_words


@dataclass(frozen=True)
class LookCard:
    """One look: who, for whom, when, why, at what, how much."""

    uid: str
    at: datetime
    reader: str
    institution: str | None
    purpose: Purpose
    basis: AccessBasis
    basis_uid: str | None
    what: str
    categories: tuple[RecordCategory, ...]
    entries: int
    words: str


async def residents_overseen(
    *, actor: Actor, bed: str | None = None, resident_uid: str | None = None, now: datetime
) -> ResidentChoices:
    """Return the residents of the homes whose staff the actor manages; an auditor names a resident by uid.

    Also those who died: who looked at them is asked afterwards, too.
    """
    homes = sorted(actor.institutions_with(Permission.TRAIL_READ))
    if not homes:
        return ResidentChoices((), more=False)
    return await resident_choices(
        actor=actor,
        permission=Permission.TRAIL_READ,
        which=Q(home_id__in=homes),
        bed=bed,
        chosen=resident_uid,
        now=now,
    )


async def access_trail(
    *, actor: Actor, resident_uid: str, others_only: bool, page: PageWish, now: datetime
) -> Page[LookCard]:
    """Return who has looked, to the resident or a proxy; newest first."""
    resident = await resident_for(
        actor=as_family(actor), uid=resident_uid, permission=Permission.TRAIL_READ, now=now
    )
    rows = Q(resident_id__in=await ids_of_person(resident))
    if others_only:
        rows &= ~Q(basis__in=[AccessBasis.OWN, AccessBasis.PROXY])
    to = Addressee.RESIDENT if resident.account_id == actor.account_id else Addressee.PROXY
    return await _looks(rows, page, actor, to)


async def trail_of_resident(
    *, actor: Actor, resident_uid: str, page: PageWish, now: datetime
) -> Page[LookCard]:
    """Return who has looked, to an auditor, or to the manager of the home for what the home's own staff did."""
    if actor.may(Permission.AUDIT_READ):
        resident = await Resident.filter(uid=resident_uid).first()
        if resident is None:
            raise NotFound
        return await _looks(
            Q(resident_id__in=await ids_of_person(resident)),
            page,
            actor,
            Addressee.OVERSIGHT,
        )
    resident = await resident_for(actor=actor, uid=resident_uid, permission=Permission.TRAIL_READ, now=now)
    own = Q(institution_id__in=sorted(actor.institutions_with(Permission.TRAIL_READ)))
    return await _looks(
        own & Q(resident_id__in=await ids_of_person(resident)),
        page,
        actor,
        Addressee.OVERSIGHT,
    )


@dataclass(frozen=True)
class _Known:
    """What the lines of one page speak of."""

    readers: Mapping[int, str]
    institutions: Mapping[int, str]
    relations: Mapping[str, Relation]  # by proxy grant
    reviews: Mapping[str, EmergencyStatus]  # by emergency read


async def _looks(rows: Q, page: PageWish, actor: Actor, to: Addressee) -> Page[LookCard]:
    found = await page_of(AccessEntry.filter(rows), page, _entry, by="created_at")
    known = await _known(found.items)
    return found.of([_card(row, known, actor, to) for row in found.items])


async def _known(rows: Sequence[AccessEntry]) -> _Known:
    institutions = sorted({row.institution_id for row in rows if row.institution_id})
    grants = sorted({row.basis_uid for row in rows if row.basis == AccessBasis.PROXY})
    emergencies = sorted({row.basis_uid for row in rows if row.basis == AccessBasis.EMERGENCY})
    return _Known(
        readers=await names_of({row.account_id for row in rows}) if rows else {},
        institutions=await _column(Institution, "id", institutions, "name"),
        relations=await _column(ProxyGrant, "uid", grants, "relation"),
        reviews=await _column(EmergencyRead, "uid", emergencies, "status"),
    )


async def _column(table: type[Table], key: str, wanted: Sequence[Any], column: str) -> dict[Any, Any]:
    """Return one column of the rows that are named, by their key; nothing is asked for nobody."""
    return dict(await table.filter(**{f"{key}__in": wanted}).values_list(key, column)) if wanted else {}


def _card(row: AccessEntry, known: _Known, actor: Actor, to: Addressee) -> LookCard:
    purpose, basis = Purpose(row.purpose), AccessBasis(row.basis)
    seen = tuple(category for category in RecordCategory if category in row.categories.split(","))
    reader, institution = (
        known.readers.get(row.account_id, "系统"),
        known.institutions.get(row.institution_id),
    )
    look = Look(
        reader=reader,
        institution=institution,
        purpose=purpose,
        basis=basis,
        seen=words_of(seen),
        to=to,
        by_addressee=row.account_id == actor.account_id,
        relation=known.relations.get(row.basis_uid),
        review=known.reviews.get(row.basis_uid),
    )
    return LookCard(
        uid=row.uid,
        at=row.created_at,
        reader=reader,
        institution=institution,
        purpose=purpose,
        basis=basis,
        basis_uid=row.basis_uid or None,
        what=row.what,
        categories=seen,
        entries=row.count,
        words=look_in_words(look),
    )


def _entry(row: AccessEntry) -> AccessEntry:
    return row
