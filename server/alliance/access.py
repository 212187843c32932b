"""Which institutions and agreements an actor may touch."""

from datetime import datetime
from typing import Any, TypeVar

from tortoise.expressions import Q, Subquery

from server.alliance.models import Department, Institution, ServiceAgreement, SigningAuthority
from server.alliance.rules import IN_FORCE, PUBLIC_KINDS, InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.kit.clock import local_date
from server.kit.errors import NotFound

R = TypeVar("R")

BUREAU_ROLES = (Role.CIVIL_AFFAIRS, Role.HEALTH_COMMISSION)  # they answer for the whole city
PUBLIC = frozenset(
    {Permission.INSTITUTION_READ, Permission.SCHEDULE_READ}
)  # the directory is everybody's (A21)


def in_force(now: datetime, prefix: str = "") -> Q:
    """Return the condition that an agreement binds at this moment; nobody need have run a sweep for it."""
    today = local_date(now)
    condition: dict[str, Any] = {
        f"{prefix}status__in": sorted(IN_FORCE),
        f"{prefix}first_day__lte": today,
        f"{prefix}last_day__gte": today,
    }
    return Q(**condition)


def institutions_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:  # noqa: ARG001  one form for all
    if permission in PUBLIC and actor.may(permission):
        return Q(id__gt=0)
    return Q(id__in=sorted(actor.institutions_with(permission)))


def listed_in_public() -> Q:
    """Narrow to what the public directory lists: a home only once it is filed (备案), no authority."""
    others = [kind for kind in PUBLIC_KINDS if kind is not InstitutionKind.NURSING_HOME]
    return Q(kind__in=others) | Q(kind=InstitutionKind.NURSING_HOME, filed=True)


async def institution_in_public(*, uid: str) -> Institution:
    return _found(await Institution.filter(listed_in_public(), uid=uid).first())


def homes_on_board(*, actor: Actor, now: datetime) -> Q:
    """Narrow to the homes whose standing the actor may see: a bureau all, a home itself, a provider those it serves."""
    if actor.holds(Permission.BOARD_READ, BUREAU_ROLES):
        return Q(id__gt=0)
    own = sorted(actor.institutions_with(Permission.BOARD_READ))
    served = ServiceAgreement.filter(in_force(now), provider_id__in=own).values("home_id")
    return Q(id__in=own) | Q(id__in=Subquery(served))


async def institution_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Institution:
    visible = institutions_visible_to(actor=actor, permission=permission, now=now)
    return _found(await Institution.filter(visible, uid=uid).first())


async def department_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Department:
    """Return the department with its institution."""
    visible = institutions_visible_to(actor=actor, permission=permission, now=now)
    institutions = Institution.filter(visible).values("id")
    rows = Department.filter(uid=uid, institution_id__in=Subquery(institutions)).select_related("institution")
    return _found(await rows.first())


def agreements_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:  # noqa: ARG001  one form for all
    """Narrow agreements to those of the actor's own institutions, either side; a bureau sees the city's."""
    if actor.holds(permission, BUREAU_ROLES):
        return Q(id__gt=0)
    own = sorted(actor.institutions_with(permission))
    return Q(Q(home_id__in=own), Q(provider_id__in=own), join_type=Q.OR)


async def agreement_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> ServiceAgreement:
    """Return the agreement with both institutions."""
    visible = agreements_visible_to(actor=actor, permission=permission, now=now)
    return _found(await ServiceAgreement.filter(visible, uid=uid).select_related("home", "provider").first())


def authorities_visible_to(*, actor: Actor) -> Q:
    """Narrow authorisations to sign to those of one's own institutions; the system administrator keeps them all."""
    if actor.holds(Permission.AGREEMENT_AUTHORISE, (Role.ADMINISTRATOR,)):
        return Q(id__gt=0)
    return Q(institution_id__in=sorted(actor.institutions_with(Permission.AGREEMENT_AUTHORISE)))


async def authority_for(*, actor: Actor, uid: str) -> SigningAuthority:
    return _found(await SigningAuthority.filter(authorities_visible_to(actor=actor), uid=uid).first())


def _found(row: R | None) -> R:
    if row is None:
        raise NotFound
    return row
