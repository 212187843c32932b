"""Which residents an actor may reach, and in what standing. Conditions are asked inside the query (R6)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from server.alliance.access import in_force
from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.kit.engines.any_of import AnyOf
from server.kit.errors import NotFound
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.rules import Basis, ProxyScope, ProxyStatus, scopes_covering

# The register's own business, for which civil affairs answers in the whole city; a reason is always asked.
BUREAU_PERMISSIONS = frozenset({Permission.RESIDENT_MERGE, Permission.PROXY_REVIEW, Permission.PROXY_SUSPEND})


class Way(StrEnum):
    SELF = "self"
    PROXY = "proxy"
    HOME_STAFF = "home_staff"
    PARTNER_STAFF = "partner_staff"
    BUREAU = "bureau"


STAFF_WAYS = frozenset({Way.HOME_STAFF, Way.PARTNER_STAFF, Way.BUREAU})


@dataclass(frozen=True)
class Standing:
    """In what way an actor may do this for this resident; the nearest one when there are several."""

    way: Way
    grant_uid: str | None = None  # of a proxy
    basis: Basis | None = None
    categories: frozenset[str] | None = None  # to which the grant is narrowed; None: not narrowed
    institution_id: int | None = None  # where staff authority comes from


def residents_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow residents to those whom the actor may reach for this; rows merged into another are left out."""
    return Q(_reachable(actor, permission, now), Q(merged_into_id__isnull=True))


def of_residents_visible_to(prefix: str, *, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow a table that points at a resident through `prefix`; what hangs on a merged row follows its survivor.

    For lists that are long but for this: the residents are read first. `joined_to_residents_visible_to` says the same
    of rows that are few already.
    """
    survivor: dict[str, Any] = {"merged_into__merged_into_id__isnull": True}
    absorbed = Resident.filter(
        _reachable(actor, permission, now, "merged_into__"), merged_into_id__isnull=False, **survivor
    )
    whole = residents_visible_to(actor=actor, permission=permission, now=now)
    if actor.institutions_with(permission):  # thousands, which are not gathered twice
        found = Subquery(Resident.filter(whole | Q(id__in=Subquery(absorbed.values("id")))).values("id"))
    else:
        found = AnyOf(Resident.filter(whole).values("id"), absorbed.values("id"))
    # One IN at the top, no OR: MariaDB then reads the small set first and reaches the table by its index.
    condition: dict[str, Any] = {f"{prefix}_id__in": found}
    return Q(**condition)


def joined_to_residents_visible_to(prefix: str, *, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Say what `of_residents_visible_to` says, of each row by itself: for rows that are few, or read in their order.

    Staff may reach a whole city; gathering 100 000 residents took longer than asking twenty rows for theirs.
    """
    whole: dict[str, Any] = {f"{prefix}__merged_into_id__isnull": True}
    survivor: dict[str, Any] = {f"{prefix}__merged_into__merged_into_id__isnull": True}
    own_row = Q(_reachable(actor, permission, now, f"{prefix}__"), Q(**whole))
    absorbed = Q(_reachable(actor, permission, now, f"{prefix}__merged_into__"), Q(**survivor))
    return own_row | absorbed


async def resident_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Resident:
    """Return the resident; the uid of a row that was merged leads to its survivor."""
    visible = residents_visible_to(actor=actor, permission=permission, now=now)
    merged_into = Resident.filter(uid=uid, merged_into_id__isnull=False).values("merged_into_id")
    row = await Resident.filter(visible, Q(uid=uid) | Q(id__in=Subquery(merged_into))).first()
    if row is None:
        raise NotFound
    return row


async def standing_of(*, actor: Actor, resident: Resident, permission: Permission, now: datetime) -> Standing:
    """Tell how the actor comes to this resident, or raise `NotFound`."""
    if (
        resident.account_id is not None
        and _is_self(actor, permission)
        and resident.account_id == actor.account_id
    ):
        return Standing(Way.SELF)
    grant = await _grant_held(actor, resident, permission, now)
    if grant is not None:
        categories = frozenset(grant.categories) or None
        return Standing(Way.PROXY, grant_uid=grant.uid, basis=grant.basis, categories=categories)
    standing = await _staff_standing(actor, resident, permission, now)
    if standing is None:
        raise NotFound
    return standing


async def own_row_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Resident:
    """Return the resident only to themselves: what nobody may say in their place."""
    row = await resident_for(actor=actor, uid=uid, permission=permission, now=now)
    standing = await standing_of(actor=actor, resident=row, permission=permission, now=now)
    if standing.way is not Way.SELF:
        raise NotFound
    return row


async def own_row_of(*, actor: Actor) -> Resident | None:
    """Return the actor's own row in the register, if they are a resident themselves."""
    return await Resident.filter(account_id=actor.account_id, merged_into_id__isnull=True).first()


async def narrowed_grants(
    *, actor: Actor, permission: Permission, now: datetime
) -> dict[frozenset[str], list[int]]:
    """Return the residents whom the actor reaches by a grant that is narrowed to some categories, by those.

    With the ids of the rows that were merged into them: what hangs on those is narrowed as well.
    """
    held = _scopes_held(actor, permission, now)
    found: dict[frozenset[str], list[int]] = {}
    for resident_id, categories in await held.values_list("grant__resident_id", "grant__categories"):
        if categories:
            found.setdefault(frozenset(categories), []).append(resident_id)
    for ids in found.values():
        merged = await Resident.filter(merged_into_id__in=ids).values_list("id", flat=True)
        ids.extend(int(str(each)) for each in merged)
    return found


def open_invitations(now: datetime) -> Q:
    """Return the condition of invitations that somebody could still use."""
    return Q(redeemed_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)


def active_grants(now: datetime, prefix: str = "") -> Q:
    """Return the condition of I1: active, begun, and not yet over at this moment."""
    begun: dict[str, Any] = {f"{prefix}status": ProxyStatus.ACTIVE, f"{prefix}starts_at__lte": now}
    endless: dict[str, Any] = {f"{prefix}ends_at__isnull": True}
    running: dict[str, Any] = {f"{prefix}ends_at__gt": now}
    return Q(Q(**begun), Q(**endless) | Q(**running))


def grants_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow proxy grants to those about residents whom the actor reaches, and those that the actor holds."""
    about = joined_to_residents_visible_to("resident", actor=actor, permission=permission, now=now)
    return about | Q(proxy_id=actor.account_id) if _is_self(actor, permission) else about


async def grant_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> ProxyGrant:
    """Return the grant with its resident, whom an application may not have yet."""
    visible = grants_visible_to(actor=actor, permission=permission, now=now)
    row = await ProxyGrant.filter(visible, uid=uid).select_related("resident", "proxy").first()
    if row is None:
        raise NotFound
    return row


def _reachable(actor: Actor, permission: Permission, now: datetime, prefix: str = "") -> Q:
    """Return the condition on a resident, or on whatever points at one through `prefix`."""

    def on(name: str, value: Any) -> Q:
        return Q(**{f"{prefix}{name}": value})

    if permission in BUREAU_PERMISSIONS and actor.holds(permission, (Role.CIVIL_AFFAIRS,)):
        return on("id__gt", 0)
    ways: list[Q] = []
    if _is_self(actor, permission):
        own = Resident.filter(account_id=actor.account_id).values("id")
        held = _scopes_held(actor, permission, now).values("grant__resident_id")
        ways.append(on("id__in", AnyOf(own, held)))
    if institutions := sorted(actor.institutions_with(permission)):
        ways.append(on("home_id__in", _homes_reached(institutions, permission, now)))
    return Q(*ways, join_type=Q.OR) if ways else on("id__in", [])


def _homes_reached(institutions: list[int], permission: Permission, now: datetime) -> Subquery | list[int]:
    if permission is Permission.RECORD_READ:  # needs consent besides, which `records` asks for
        return institutions
    partners = ServiceAgreement.filter(in_force(now), provider_id__in=institutions).values("home_id")
    homes = Institution.filter(Q(id__in=institutions) | Q(id__in=Subquery(partners)))
    # One set of homes, and no OR over the residents: an index that begins with the home can then serve a whole city.
    return Subquery(homes.values("id"))


def _is_self(actor: Actor, permission: Permission) -> bool:
    # The system itself has no account; `account_id IS NULL` would match every resident without a phone.
    return actor.account_id is not None and actor.is_person_with(permission)


def _proxy_scopes(actor: Actor, permission: Permission) -> frozenset[ProxyScope]:
    return scopes_covering(permission) if _is_self(actor, permission) else frozenset()


def _scopes_held(actor: Actor, permission: Permission, now: datetime) -> QuerySet[ProxyGrantScope]:
    """Return what covers this of the grants that the actor holds and may use now."""
    return ProxyGrantScope.filter(
        active_grants(now, "grant__"),
        scope__in=sorted(_proxy_scopes(actor, permission)),
        grant__proxy_id=actor.account_id,
    )


async def _grant_held(
    actor: Actor, resident: Resident, permission: Permission, now: datetime
) -> ProxyGrant | None:
    if not _proxy_scopes(actor, permission):
        return None
    covering = _scopes_held(actor, permission, now).filter(grant__resident_id=resident.id)
    return await ProxyGrant.filter(id__in=Subquery(covering.values("grant_id"))).first()


async def _staff_standing(
    actor: Actor, resident: Resident, permission: Permission, now: datetime
) -> Standing | None:
    institutions = actor.institutions_with(permission)
    if resident.home_id is not None and resident.home_id in institutions:
        return Standing(Way.HOME_STAFF, institution_id=resident.home_id)
    if resident.home_id is not None and permission is not Permission.RECORD_READ:
        bound = await ServiceAgreement.filter(
            in_force(now), home_id=resident.home_id, provider_id__in=sorted(institutions)
        ).first()
        if bound is not None:
            return Standing(Way.PARTNER_STAFF, institution_id=bound.provider_id)
    if permission in BUREAU_PERMISSIONS and actor.holds(permission, (Role.CIVIL_AFFAIRS,)):
        return Standing(Way.BUREAU)
    return None
