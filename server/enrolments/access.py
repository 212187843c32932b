"""Which teams and contracts an actor may work on: conditions that are asked inside the query (R6)."""

from dataclasses import replace
from datetime import datetime

from tortoise.expressions import Q, Subquery

from server.alliance.access import BUREAU_ROLES, in_force
from server.alliance.models import Institution, ServiceAgreement
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.enrolments.models import Enrolment, FamilyTeam
from server.kit.engines.any_of import AnyOf
from server.kit.errors import NotFound
from server.people.access import active_grants, of_residents_visible_to
from server.people.models import ProxyGrantScope, Resident
from server.people.rules import scopes_covering

PRIMARY_CARE = tuple(kind for kind in InstitutionKind if kind.is_primary_care)
RELATIONS = ("resident__home", "institution", "team__leader")


def enrolments_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow contracts to the family's own, those with the actor's teams, and those of who lives in the actor's homes.

    Staff who are somebody's relative besides come as family through `as_family`.
    """
    own = sorted(actor.institutions_with(permission))
    if not own:
        return of_residents_visible_to("resident", actor=as_family(actor), permission=permission, now=now)
    # Two indexes, no OR: a home's residents, or a center's contracts.
    return Q(
        id__in=AnyOf(
            Enrolment.filter(institution_id__in=own).values("id"),
            Enrolment.filter(resident_id__in=Subquery(Resident.filter(home_id__in=own).values("id"))).values(
                "id"
            ),
        )
    )


async def enrolment_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Enrolment:
    visible = enrolments_visible_to(actor=actor, permission=permission, now=now)
    row = await Enrolment.filter(visible, uid=uid).select_related(*RELATIONS).first()
    if row is None:
        raise NotFound
    return row


async def enrolment_of_our_team(*, actor: Actor, uid: str) -> Enrolment:
    """Return a contract with a team of the actor's own institution: the other side of the table."""
    own = sorted(actor.institutions_with(Permission.ENROLMENT_MANAGE))
    row = await Enrolment.filter(uid=uid, institution_id__in=own).select_related(*RELATIONS).first()
    if row is None:
        raise NotFound
    return row


async def team_of_ours(*, actor: Actor, uid: str) -> FamilyTeam:
    own = sorted(actor.institutions_with(Permission.ENROLMENT_MANAGE))
    row = (
        await FamilyTeam.filter(uid=uid, institution_id__in=own)
        .select_related("institution", "leader")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def teams_offered_to(*, resident: Resident, now: datetime) -> Q:
    """Narrow teams to those with which this resident may sign: of who serves their home; without one, of the whole city."""
    standing = Q(closed_at__isnull=True, institution__kind__in=[str(kind) for kind in PRIMARY_CARE])
    if resident.home_id is None:
        return standing
    serving = ServiceAgreement.filter(in_force(now), home_id=resident.home_id).values("provider_id")
    return Q(standing, institution_id__in=Subquery(serving))


async def own_center_for(*, actor: Actor) -> Institution | None:
    """Return the actor's primary-care institution, the first if there are several."""
    own = sorted(actor.institutions_with(Permission.ENROLMENT_MANAGE))
    kinds = [str(kind) for kind in PRIMARY_CARE]
    return await Institution.filter(id__in=own, kind__in=kinds).order_by("id").first()


async def as_offering(*, actor: Actor) -> Actor:
    """Return the actor with what they hold at homes and primary-care institutions alone: a hospital offers no family doctor."""
    own = sorted(actor.institutions_with(Permission.ENROLMENT_OFFER))
    kinds = [str(kind) for kind in (InstitutionKind.NURSING_HOME, *PRIMARY_CARE)]
    found = await Institution.filter(id__in=own, kind__in=kinds).values_list("id", flat=True)
    held = {int(str(each)) for each in found}
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.institution_id in held))


def institutions_counted_for(*, actor: Actor) -> list[int] | None:
    """Return of which institutions the actor may see the people behind a rate; None: the whole city's numbers, for a bureau."""
    if actor.holds(Permission.ENROLMENT_COUNT, BUREAU_ROLES):
        return None
    return sorted(actor.institutions_with(Permission.ENROLMENT_COUNT))


async def may_sign_for(*, grant_uid: str, resident: Resident, now: datetime) -> bool:
    """Tell whether this grant lets its holder sign for this resident today."""
    return await ProxyGrantScope.filter(
        active_grants(now, "grant__"),
        grant__uid=grant_uid,
        grant__resident_id=resident.id,
        scope__in=sorted(scopes_covering(Permission.ENROLMENT_SIGN)),
    ).exists()


async def signers_of(*, resident: Resident, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return who else may sign for a resident: the grant's uid and the proxy's name."""
    held = ProxyGrantScope.filter(
        active_grants(now, "grant__"),
        grant__resident_id=resident.id,
        scope__in=sorted(scopes_covering(Permission.ENROLMENT_SIGN)),
    )
    return tuple(await held.order_by("id").values_list("grant__uid", "grant__proxy__name"))
