"""Whose staff, devices and sessions an actor may touch."""

from datetime import datetime

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.identity.models import Account, Device, RoleGrant, Session, TrainingRecord
from server.identity.rules import AccountStatus
from server.kit.errors import NotFound


def in_force(now: datetime) -> Q:
    """Narrow role grants to those in force at an instant; the end is exclusive."""
    return Q(starts_at__lte=now) & unended(now)


def unended(now: datetime) -> Q:
    """Narrow role grants to those that run now or later."""
    return Q(ends_at__isnull=True) | Q(ends_at__gt=now)


def grants_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:  # noqa: ARG001  one form for all
    """Narrow what hangs on an institution to the actor's own ones; the system administrator keeps it all."""
    if actor.holds(permission, [Role.ADMINISTRATOR]):
        return Q(id__gt=0)
    return Q(institution_id__in=sorted(actor.institutions_with(permission)))


def standing_grants(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Narrow further to grants that run now or later: an account left behind is no longer one's staff."""
    return grants_visible_to(actor=actor, permission=permission, now=now) & unended(now)


async def grant_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> RoleGrant:
    visible = grants_visible_to(actor=actor, permission=permission, now=now)
    row = await RoleGrant.filter(visible, uid=uid).select_related("account", "institution").first()
    if row is None:
        raise NotFound
    return row


async def account_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Account:
    """Return a member of the actor's own staff; for the system administrator anybody with a staff role, ever."""
    scope = grants_visible_to if actor.holds(permission, [Role.ADMINISTRATOR]) else standing_grants
    theirs = RoleGrant.filter(scope(actor=actor, permission=permission, now=now), account__uid=uid)
    row = (
        await Account.filter(uid=uid, status=AccountStatus.ACTIVE).first() if await theirs.exists() else None
    )
    if row is None:
        raise NotFound
    return row


async def device_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Device:
    row = await Device.filter(uid=uid).select_related("account").first()
    if row is None:
        raise NotFound
    row.account = await account_for(actor=actor, uid=row.account.uid, permission=permission, now=now)
    return row


async def session_for(*, actor: Actor, uid: str) -> Session:
    """Return one of the actor's own sessions; nobody else's exists for them."""
    row = await Session.filter(uid=uid, account_id=actor.account_id, revoked_at=None).first()
    if row is None:
        raise NotFound
    return row


async def place_of_work(
    *, actor: Actor, account_uid: str, institution_uid: str, permission: Permission, now: datetime
) -> tuple[Account, Institution]:
    """Return somebody and where they work, for whoever manages the staff there."""
    theirs = standing_grants(actor=actor, permission=permission, now=now)
    rows = RoleGrant.filter(theirs, account__uid=account_uid, institution__uid=institution_uid)
    row = await rows.select_related("account", "institution").first()
    if row is None or row.institution is None:
        raise NotFound
    return row.account, row.institution


async def training_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> TrainingRecord:
    visible = grants_visible_to(actor=actor, permission=permission, now=now)
    row = await TrainingRecord.filter(visible, uid=uid).select_related("account", "institution").first()
    if row is None:
        raise NotFound
    return row
