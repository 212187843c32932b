"""Who sees which visits, and which residents on them.

Staff of the two institutions of a visit see all of it. A resident and those who answer for them see the visit and their own
line on it. That somebody works for another institution with an agreement opens nothing here.
"""

from dataclasses import replace
from datetime import datetime

from tortoise.expressions import Q, Subquery

from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.kit.errors import Forbidden, NotFound
from server.people.access import of_residents_visible_to
from server.visits.errors import SideNeeded
from server.visits.models import Plate, Visit, VisitCorrection, VisitItem
from server.visits.rules import Side

VISIT_RELATIONS = ("home", "provider", "agreement", "performer", "plate", "provider_by", "host_by")


def visits_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    seen = visits_of_own_institutions(actor=actor, permission=permission)
    if not actor.is_person_with(permission):
        return seen
    own_lines = VisitItem.filter(_own_residents(actor=actor, permission=permission, now=now))
    theirs = Q(id__in=Subquery(own_lines.values("visit_id")))
    return seen | theirs if actor.institutions_with(permission) else theirs


def visits_of_own_institutions(*, actor: Actor, permission: Permission) -> Q:
    own = sorted(actor.institutions_with(permission))
    return Q(home_id__in=own) | Q(provider_id__in=own)


def items_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    own = sorted(actor.institutions_with(permission))
    seen = Q(visit__home_id__in=own) | Q(visit__provider_id__in=own)
    if not actor.is_person_with(permission):
        return seen
    return seen | _own_residents(actor=actor, permission=permission, now=now)


async def visit_to_change(*, actor: Actor, uid: str, permission: Permission) -> Visit:
    """Return a visit on which the actor may do something as staff of one of its institutions."""
    return await _one_of(uid, visits_of_own_institutions(actor=actor, permission=permission))


async def visit_to_attend(*, actor: Actor, uid: str) -> Visit:
    """Return a visit that the actor may carry out: only clinicians of the visiting institution do."""
    visit = await visit_to_change(actor=actor, uid=uid, permission=Permission.VISIT_ATTEND)
    if visit.provider_id not in actor.institutions_with(Permission.VISIT_ATTEND):
        raise Forbidden
    return visit


def side_of(visit: Visit, *, actor: Actor, permission: Permission, wanted: Side | None) -> Side:
    """Return for which institution of the visit the actor speaks; whoever works for both must say."""
    own = actor.institutions_with(permission)
    sides = [side for side in Side if institution_id_of(visit, side) in own]
    if wanted is not None:
        if wanted not in sides:
            raise Forbidden
        return wanted
    if len(sides) > 1:
        raise SideNeeded(fields={"side": SideNeeded.message})
    return sides[0]


def institution_id_of(visit: Visit, side: Side) -> int:
    return int(visit.home_id if side is Side.HOST else visit.provider_id)


async def correction_for(*, actor: Actor, uid: str) -> VisitCorrection:
    own = sorted(actor.institutions_with(Permission.VISIT_CORRECT))
    row = (
        await VisitCorrection.filter(Q(visit__home_id__in=own) | Q(visit__provider_id__in=own), uid=uid)
        .select_related("visit__home", "visit__provider", "requested_by", "decided_by")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def plates_visible_to(*, actor: Actor, permission: Permission) -> Q:
    return Q(home_id__in=sorted(actor.institutions_with(permission)))


async def plate_for(*, actor: Actor, uid: str, permission: Permission) -> Plate:
    row = (
        await Plate.filter(plates_visible_to(actor=actor, permission=permission), uid=uid)
        .select_related("home")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def _own_residents(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    as_person = tuple(grant for grant in actor.grants if grant.role is Role.PERSON)
    return of_residents_visible_to(
        "resident", actor=replace(actor, grants=as_person), permission=permission, now=now
    )


async def _one_of(uid: str, visible: Q) -> Visit:
    visit = await Visit.filter(visible, uid=uid).select_related(*VISIT_RELATIONS).first()
    if visit is None:
        raise NotFound
    return visit
