"""Whose demands are whose: a home its own, a medical institution what is open or was its own, the bureaus all."""

from datetime import datetime

from tortoise.expressions import Q, Subquery

from server.alliance.access import BUREAU_ROLES
from server.alliance.rules import AgreementStatus
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.demands.models import Demand, DemandAnswer
from server.demands.rules import DemandStatus
from server.kit.errors import NotFound


def sees_the_city(*, actor: Actor, permission: Permission = Permission.DEMAND_READ) -> bool:
    return actor.holds(permission, BUREAU_ROLES)


def demands_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:  # noqa: ARG001  one form for all
    if sees_the_city(actor=actor, permission=permission):
        return Q(id__gt=0)
    own = sorted(actor.institutions_with(permission))
    mine = Q(home_id__in=own)
    if actor.holds(permission, (Role.HOSPITAL_MANAGER,)):
        answered = DemandAnswer.filter(provider_id__in=own).values("demand_id")
        mine = mine | Q(status=DemandStatus.OPEN) | Q(id__in=Subquery(answered))
    return mine


def answers_visible_to(*, actor: Actor) -> Q:
    """Narrow further: one medical institution does not read what another one offered."""
    if sees_the_city(actor=actor):
        return Q(id__gt=0)
    own = sorted(actor.institutions_with(Permission.DEMAND_READ))
    return Q(provider_id__in=own) | Q(demand__home_id__in=own)


async def demand_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Demand:
    """Return the demand with its institutions."""
    visible = demands_visible_to(actor=actor, permission=permission, now=now)
    row = (
        await Demand.filter(visible, uid=uid)
        .select_related("home", "publisher", "owner", "provider", "agreement")
        .first()
    )
    if row is None:
        raise NotFound
    return row


async def answer_for(*, actor: Actor, demand: Demand, uid: str) -> DemandAnswer:
    rows = DemandAnswer.filter(answers_visible_to(actor=actor), demand_id=demand.id, uid=uid)
    row = await rows.select_related("provider").first()
    if row is None:
        raise NotFound
    return row


def can_choose(*, actor: Actor, demand: Demand) -> bool:
    """Tell whether it is the actor's to choose: the home that needs it, and civil affairs that published it."""
    return actor.holds(Permission.DEMAND_CHOOSE, BUREAU_ROLES) or demand.home_id in actor.institutions_with(
        Permission.DEMAND_CHOOSE
    )


def is_drafted(row: Demand) -> bool:
    """Tell whether an agreement is on its way that answers it; one that was given up may be drafted again."""
    over = {AgreementStatus.WITHDRAWN, AgreementStatus.TERMINATED}
    return row.agreement is not None and row.agreement.status not in over
