"""Whose clinics and designations an actor may see: a bureau the city's, everybody else their own institutions'."""

from datetime import date, datetime

from tortoise.expressions import Q, Subquery

from server.alliance.access import BUREAU_ROLES, in_force
from server.alliance.models import Institution, ServiceAgreement
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.clinics.models import InHouseClinic, InsuranceDesignation
from server.kit.errors import NotFound


def _own(actor: Actor, permission: Permission) -> Q:
    if actor.holds(permission, BUREAU_ROLES):
        return Q(id__gt=0)
    return Q(id__in=sorted(actor.institutions_with(permission)))


def homes_visible_to(*, actor: Actor, permission: Permission) -> Q:
    return _own(actor, permission) & Q(kind=InstitutionKind.NURSING_HOME)


async def home_for(*, actor: Actor, uid: str, permission: Permission) -> Institution:
    row = await Institution.filter(homes_visible_to(actor=actor, permission=permission), uid=uid).first()
    if row is None:
        raise NotFound
    return row


async def clinic_for(*, actor: Actor, uid: str, permission: Permission) -> InHouseClinic:
    homes = Institution.filter(homes_visible_to(actor=actor, permission=permission)).values("id")
    row = (
        await InHouseClinic.filter(uid=uid, home_id__in=Subquery(homes))
        .select_related("home", "partner")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def institutions_paid(*, actor: Actor, permission: Permission) -> Q:
    """Narrow institutions to those that could be designated, within the actor's reach: medical ones, and homes."""
    kinds = [kind for kind in InstitutionKind if kind.is_medical]
    return _own(actor, permission) & Q(kind__in=[*kinds, InstitutionKind.NURSING_HOME])


async def institution_to_pay(*, actor: Actor, uid: str, permission: Permission) -> Institution:
    row = await Institution.filter(institutions_paid(actor=actor, permission=permission), uid=uid).first()
    if row is None:
        raise NotFound
    return row


async def designation_for(*, actor: Actor, uid: str, permission: Permission) -> InsuranceDesignation:
    within = Institution.filter(institutions_paid(actor=actor, permission=permission)).values("id")
    row = (
        await InsuranceDesignation.filter(uid=uid, institution_id__in=Subquery(within))
        .select_related("institution")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def partners_for_extension(home: Institution, *, now: datetime) -> Q:
    """Narrow institutions to the medical ones that have an agreement in force with this home."""
    bound = ServiceAgreement.filter(in_force(now), home_id=home.id).values("provider_id")
    return Q(id__in=Subquery(bound))


def holding_on(day: date) -> Q:
    """Narrow designations to those by which an insurance pays on a day: what `Designated.holds_on` says, asked of the table."""
    not_over = Q(last_day__isnull=True) | Q(last_day__gte=day)
    not_ended = Q(ended_on__isnull=True) | Q(ended_on__gt=day)
    return Q(first_day__lte=day) & not_over & not_ended
