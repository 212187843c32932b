"""Who sees a wish to have something put right, and who keeps the register of incidents."""

from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.kit.errors import NotFound
from server.people.access import joined_to_residents_visible_to, narrowed_grants
from server.privacy.models import Breach, Rectification
from server.privacy.rules import RectificationSubject
from server.records.queries import entries_within


def rectifications_answered_by(*, actor: Actor) -> Q:
    return Q(institution_id__in=sorted(actor.institutions_with(Permission.RECTIFICATION_DECIDE)))


async def rectifications_visible_to(*, actor: Actor, now: datetime) -> Q:
    """Return the condition of those that the actor's institution answers for, or that are about their own resident."""
    answering = rectifications_answered_by(actor=actor)
    if not actor.is_person_with(Permission.RECTIFICATION_ASK):
        return answering
    return answering | await family_rectifications(actor=actor, now=now)


async def family_rectifications(*, actor: Actor, now: datetime) -> Q:
    """Return the condition of those about the actor's residents; one about an entry tells what stands in the record.

    Hence whoever may not read the record, or not its category, is not shown what was said of it either.
    """
    family = as_family(actor)

    def of_those_with(permission: Permission) -> Q:
        return joined_to_residents_visible_to("resident", actor=family, permission=permission, now=now)

    register = Q(of_those_with(Permission.RECTIFICATION_ASK), subject=RectificationSubject.PROFILE)
    record = Q(of_those_with(Permission.RECORD_READ), subject=RectificationSubject.ENTRY)
    narrowed = await narrowed_grants(actor=family, permission=Permission.RECORD_READ, now=now)
    for categories, residents in narrowed.items():
        record &= ~Q(resident_id__in=residents) | Q(entry_uid__in=entries_within(categories))
    return register | record


async def rectification_for(*, actor: Actor, uid: str, now: datetime) -> Rectification:
    visible = await rectifications_visible_to(actor=actor, now=now)
    row = await Rectification.filter(visible, uid=uid).select_related("resident", "institution").first()
    if row is None:
        raise NotFound
    return row


async def rectification_to_decide(*, actor: Actor, uid: str) -> Rectification:
    own = rectifications_answered_by(actor=actor)
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
