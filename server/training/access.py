"""Whose sessions an actor may hold, see and come to."""

from collections.abc import Iterable
from datetime import date, datetime

from tortoise.expressions import Q, Subquery

from server.alliance.access import BUREAU_ROLES
from server.alliance.models import Institution, Membership
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.training.models import TrainingSession
from server.training.rules import OpenTo

HOLD = Permission.TRAINING_HOLD
BUREAUS = (InstitutionKind.CIVIL_AFFAIRS_BUREAU, InstitutionKind.HEALTH_COMMISSION)


def _member(today: date) -> Q:
    return Q(joined_on__lte=today) & (Q(left_on__isnull=True) | Q(left_on__gt=today))


async def hosts_open_to(institution_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Return the other institutions whose sessions for the alliance are open to these: members beside them, and bureaus."""
    own = sorted(institution_ids)
    if not own:
        return []
    member = _member(local_date(now))
    own_rows = await Membership.filter(member, institution_id__in=own).values("alliance_id")
    alliances = sorted({row["alliance_id"] for row in own_rows})
    if not alliances:
        return []
    beside = await Membership.filter(member, alliance_id__in=alliances).values("institution_id")
    bureaus = await Institution.filter(kind__in=BUREAUS).values("id")
    hosts = {row["institution_id"] for row in beside} | {row["id"] for row in bureaus}
    return sorted(hosts)


async def guest_of(*, host: Institution, institution_ids: Iterable[int], now: datetime) -> int | None:
    """Return as whose staff somebody of these institutions may come to what a host opens to the alliance."""
    member = _member(local_date(now))
    mine = Membership.filter(member, institution_id__in=sorted(institution_ids))
    if host.kind not in BUREAUS:  # which open it to every alliance
        theirs = Membership.filter(member, institution_id=host.id).values("alliance_id")
        mine = mine.filter(alliance_id__in=Subquery(theirs))
    first = await mine.order_by("institution_id").first()
    return first.institution_id if first is not None else None


async def sessions_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow to the sessions of the actor's own institutions, and those of others that are open to them."""
    own = sorted(actor.institutions_with(permission))
    hosts = await hosts_open_to(own, now=now)
    return Q(institution_id__in=own) | Q(institution_id__in=hosts, open_to=OpenTo.ALLIANCE)


async def session_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> TrainingSession:
    visible = await sessions_visible_to(actor=actor, permission=permission, now=now)
    return _found(await TrainingSession.filter(visible, uid=uid).select_related("institution").first())


async def session_to_hold(*, actor: Actor, uid: str) -> TrainingSession:
    """Return a session of an institution for which the actor holds courses."""
    own = sorted(actor.institutions_with(HOLD))
    rows = TrainingSession.filter(uid=uid, institution_id__in=own)
    return _found(await rows.select_related("institution").first())


async def institution_to_hold_at(*, actor: Actor, uid: str) -> Institution:
    row = await Institution.filter(uid=uid, id__in=sorted(actor.institutions_with(HOLD))).first()
    if row is None:
        raise NotFound
    return row


def counted_institutions(*, actor: Actor) -> Q:
    """Narrow institutions to those whose rates the actor may see: a bureau all that care, others their own."""
    if actor.holds(Permission.TRAINING_COUNT, BUREAU_ROLES):
        return ~Q(kind__in=BUREAUS)
    return Q(id__in=sorted(actor.institutions_with(Permission.TRAINING_COUNT)))


def opens_to_people(*, actor: Actor, institution_id: int) -> bool:
    """Tell whether the actor sees who stands behind a rate: only those who manage the staff there."""
    return institution_id in actor.institutions_with(Permission.STAFF_MANAGE)


def _found(row: TrainingSession | None) -> TrainingSession:
    if row is None:
        raise NotFound
    return row


__all__ = [
    "counted_institutions",
    "guest_of",
    "hosts_open_to",
    "institution_to_hold_at",
    "opens_to_people",
    "session_for",
    "session_to_hold",
    "sessions_visible_to",
]
