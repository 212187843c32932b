"""Who sees a referral, who may move it, and who may open what went along.

The two institutions see it from the moment it was sent; before that, only who writes it. The resident's family sees where
it stands. The bureau sees what is late, without a name. Nobody else: an agreement alone opens nothing here.
"""

from datetime import datetime
from typing import TypeVar

from tortoise.expressions import Q, Subquery

from server.alliance.access import in_force
from server.alliance.models import ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.kit.errors import NotFound
from server.people.access import joined_to_residents_visible_to
from server.people.models import Resident
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp, ReferralPacket
from server.referrals.rules import Direction, Side

R = TypeVar("R")
RELATIONS = ("resident", "resident__home", "lower", "upper", "owner", "appointment", "written_by")


def referrals_of_own_institutions(*, actor: Actor, permission: Permission) -> Q:
    own = sorted(actor.institutions_with(permission))
    sent = Q(sent_at__isnull=False)
    # One side, then the other: each is reached by its own index.
    lower = Q(lower_id__in=own) & (Q(direction=Direction.UP) | sent)
    upper = Q(upper_id__in=own) & (Q(direction=Direction.DOWN) | sent)
    return lower | upper


def referrals_of_family(*, actor: Actor, now: datetime) -> Q:
    about = joined_to_residents_visible_to(
        "resident", actor=as_family(actor), permission=Permission.REFERRAL_READ, now=now
    )
    return Q(sent_at__isnull=False) & about


async def referral_at_work(*, actor: Actor, uid: str, permission: Permission) -> Referral:
    """Return one of the actor's institutions: for steps and desks, which are no family's."""
    visible = referrals_of_own_institutions(actor=actor, permission=permission)
    return _found(await Referral.filter(visible, uid=uid).select_related(*RELATIONS).first())


async def referral_of_code(*, actor: Actor, code: str) -> Referral | None:
    """Return what stands behind the number of a slip, to either of its two institutions."""
    visible = referrals_of_own_institutions(actor=actor, permission=Permission.REFERRAL_READ)
    return await Referral.filter(visible, code=code).first()


def sides_of(row: Referral, *, actor: Actor, permission: Permission) -> tuple[Side, ...]:
    """Return for which of the two institutions the actor works."""
    own = actor.institutions_with(permission)
    return tuple(side for side in Side if institution_id_of(row, side) in own)


def institution_id_of(row: Referral, side: Side) -> int:
    return int(row.lower_id if side is Side.LOWER else row.upper_id)


async def packet_for(*, actor: Actor, row: Referral, now: datetime) -> ReferralPacket | None:
    """Return the newest packet that was sent to an institution of the actor's and may still be read (I32)."""
    own = sorted(actor.institutions_with(Permission.RECORD_READ))
    if row.readable_until is not None and row.readable_until <= now:
        return None
    sent = ReferralPacket.filter(referral_id=row.id, recipient_id__in=own)
    return await sent.order_by("-number").select_related("recipient").first()


def follow_ups_visible_to(*, actor: Actor, permission: Permission) -> Q:
    return Q(owner_id__in=sorted(actor.institutions_with(permission)))


async def follow_up_for(*, actor: Actor, uid: str, permission: Permission) -> ReferralFollowUp:
    visible = follow_ups_visible_to(actor=actor, permission=permission)
    found = ReferralFollowUp.filter(visible, uid=uid).select_related("resident", "owner", "referral")
    return _found(await found.first())


def escalations_visible_to(*, actor: Actor) -> Q:
    """Return the condition of the city's late referrals: the bureau's, and no institution's."""
    return Q(id__gt=0) if actor.may(Permission.REFERRAL_WATCH) else Q(id__in=[])


async def escalation_for(*, actor: Actor, uid: str) -> ReferralEscalation:
    visible = escalations_visible_to(actor=actor)
    found = ReferralEscalation.filter(visible, uid=uid).select_related("referral", "owner", "settled_by")
    return _found(await found.first())


def _found(row: R | None) -> R:
    if row is None:
        raise NotFound
    return row


def bound_to_home(resident: Resident, *, now: datetime) -> Q:
    """Narrow institutions to where somebody lives and those that have an agreement in force with it."""
    if resident.home_id is None:
        return Q(id__in=[])
    providers = ServiceAgreement.filter(in_force(now), home_id=resident.home_id).values("provider_id")
    return Q(id=resident.home_id) | Q(id__in=Subquery(providers))
