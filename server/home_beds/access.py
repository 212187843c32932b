"""Who sees a home bed, and who works at it: the institution whose bed it is, the home in which it stands, and the family."""

from datetime import datetime

from tortoise.expressions import Q, Subquery

from server.alliance.access import BUREAU_ROLES, in_force
from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.home_beds.models import HomeBed
from server.kit.errors import NotFound
from server.people.access import joined_to_residents_visible_to
from server.people.models import Resident

RELATIONS = ("resident", "home", "institution", "owner", "doctor", "nurse")


def beds_of_own_institutions(*, actor: Actor, permission: Permission) -> Q:
    own = sorted(actor.institutions_with(permission))
    return Q(Q(institution_id__in=own), Q(home_id__in=own), join_type=Q.OR)


def beds_of_family(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    return joined_to_residents_visible_to("resident", actor=as_family(actor), permission=permission, now=now)


def beds_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Return the condition of those at the actor's institutions, and of those of their own family."""
    seen = beds_of_own_institutions(actor=actor, permission=permission)
    if not actor.is_person_with(permission):
        return seen
    theirs = beds_of_family(actor=actor, permission=permission, now=now)
    return seen | theirs if actor.institutions_with(permission) else theirs


async def bed_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> HomeBed:
    visible = beds_visible_to(actor=actor, permission=permission, now=now)
    return _found(await HomeBed.filter(visible, uid=uid).select_related(*RELATIONS).first())


async def bed_at_a_desk(*, actor: Actor, uid: str, permission: Permission) -> HomeBed:
    """Return a bed to the two institutions: what a family does not see."""
    own = beds_of_own_institutions(actor=actor, permission=permission)
    return _found(await HomeBed.filter(own, uid=uid).select_related(*RELATIONS).first())


async def bed_to_work_at(*, actor: Actor, uid: str) -> HomeBed:
    """Return a bed of the actor's own institution; a home works at none."""
    own = sorted(actor.institutions_with(Permission.HOME_BED_WORK))
    rows = HomeBed.filter(institution_id__in=own, uid=uid).select_related(*RELATIONS)
    return _found(await rows.first())


def providers_for(resident: Resident, *, now: datetime) -> Q:
    """Narrow institutions to the medical ones bound to the home where somebody lives."""
    if resident.home_id is None:
        return Q(id__in=[])
    bound = ServiceAgreement.filter(in_force(now), home_id=resident.home_id).values("provider_id")
    return Q(id__in=Subquery(bound))


def institutions_counted_for(*, actor: Actor) -> Q:
    """Narrow institutions to those of whose beds the actor may see numbers; a bureau the city's."""
    if actor.holds(Permission.HOME_BED_COUNT, BUREAU_ROLES):
        return Q(id__gt=0)
    return Q(id__in=sorted(actor.institutions_with(Permission.HOME_BED_COUNT)))


def _found(row: HomeBed | None) -> HomeBed:
    if row is None:
        raise NotFound
    return row


async def provider_of(resident: Resident, uid: str, *, now: datetime) -> Institution | None:
    return await Institution.filter(providers_for(resident, now=now), uid=uid).first()
