"""What may be told of institutions to those who work with them."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery

from server.alliance.access import in_force, institution_for, institutions_visible_to
from server.alliance.models import Department, Institution, ServiceAgreement
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.pages import Page, PageWish, page_of


@dataclass(frozen=True)
class InstitutionCard:
    uid: str
    name: str
    kind: InstitutionKind
    address: str
    phone: str


@dataclass(frozen=True)
class DepartmentCard:
    uid: str
    name: str
    institution_uid: str
    institution: str


async def institutions(
    *, actor: Actor, kind: InstitutionKind | None, wish: PageWish, now: datetime
) -> Page[InstitutionCard]:
    rows = Institution.filter(
        institutions_visible_to(actor=actor, permission=Permission.INSTITUTION_READ, now=now)
    )
    return await page_of(
        rows.filter(kind=kind) if kind else rows, wish, institution_card, by="created_at", newest_first=False
    )


async def own_institutions(*, actor: Actor, permission: Permission) -> tuple[InstitutionCard, ...]:
    """Return where the actor holds the permission, for a choice in a form."""
    rows = await Institution.filter(id__in=sorted(actor.institutions_with(permission))).order_by("id")
    return tuple(institution_card(row) for row in rows)


async def partners_of(*, actor: Actor, institution_uid: str, now: datetime) -> tuple[InstitutionCard, ...]:
    """Return the institutions with which this one has an agreement in force."""
    own = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    bound = in_force(now)
    rows = await Institution.filter(
        Q(id__in=Subquery(ServiceAgreement.filter(bound, home_id=own.id).values("provider_id")))
        | Q(id__in=Subquery(ServiceAgreement.filter(bound, provider_id=own.id).values("home_id")))
    ).order_by("id")
    return tuple(institution_card(row) for row in rows)


async def departments_of(*, actor: Actor, institution_uid: str, now: datetime) -> tuple[DepartmentCard, ...]:
    own = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    rows = await Department.filter(institution_id=own.id, closed=False).order_by("id")
    return tuple(DepartmentCard(row.uid, row.name, own.uid, own.name) for row in rows)


def institution_card(row: Institution) -> InstitutionCard:
    return InstitutionCard(uid=row.uid, name=row.name, kind=row.kind, address=row.address, phone=row.phone)
