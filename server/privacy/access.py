"""Who sees a wish to have something put right, and who keeps the register of incidents."""

from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.kit.errors import NotFound
from server.people.access import joined_to_residents_visible_to
from server.privacy.models import Breach, Rectification


def rectifications_visible_to(*, actor: Actor, now: datetime) -> Q:
    """Return the condition of those that the actor's institution answers for, or that are about their own resident."""
    answering = Q(institution_id__in=sorted(actor.institutions_with(Permission.RECTIFICATION_DECIDE)))
    if not actor.is_person_with(Permission.RECTIFICATION_ASK):
        return answering
    return answering | family_rectifications(actor=actor, now=now)


def family_rectifications(*, actor: Actor, now: datetime) -> Q:
    return joined_to_residents_visible_to(
        "resident", actor=as_family(actor), permission=Permission.RECTIFICATION_ASK, now=now
    )


async def rectification_for(*, actor: Actor, uid: str, now: datetime) -> Rectification:
    visible = rectifications_visible_to(actor=actor, now=now)
    row = await Rectification.filter(visible, uid=uid).select_related("resident", "institution").first()
    if row is None:
        raise NotFound
    return row


async def rectification_to_decide(*, actor: Actor, uid: str) -> Rectification:
    own = Q(institution_id__in=sorted(actor.institutions_with(Permission.RECTIFICATION_DECIDE)))
    row = (
        await Rectification.filter(own, uid=uid).select_related("resident", "asked_by", "institution").first()
    )
    if row is None:
        raise NotFound
    return row


def breaches_kept_by(*, actor: Actor) -> Q:
    """Return the condition of the register: it is one for the whole city."""
    return Q(id__gt=0) if actor.may(Permission.BREACH_KEEP) else Q(id__in=[])


async def breach_for(*, actor: Actor, uid: str) -> Breach:
    row = await Breach.filter(breaches_kept_by(actor=actor), uid=uid).first()
    if row is None:
        raise NotFound
    return row
