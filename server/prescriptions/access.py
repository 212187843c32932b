"""Which prescriptions, refills and deliveries an actor may work on. Drugs are reached through `records.access` besides."""

from dataclasses import replace
from datetime import datetime

from tortoise.expressions import Q

from server.alliance.access import BUREAU_ROLES
from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.engines.any_of import AnyOf
from server.kit.errors import NotFound
from server.people.access import residents_visible_to
from server.people.models import Resident
from server.prescriptions.models import (
    DispensingAgreement,
    LongPrescription,
    MedicineDelivery,
    PrescribingRight,
    Refill,
)

RELATIONS = ("resident__home", "institution", "prescriber", "dispenser")
DELIVERY_RELATIONS = ("resident", "home", "institution", "received_by", "prescription__dispenser")


def prescriptions_visible_to(*, actor: Actor, permission: Permission) -> Q:
    """Narrow prescriptions to those of the actor's own institutions."""
    return Q(institution_id__in=sorted(actor.institutions_with(permission)))


async def prescription_for(*, actor: Actor, uid: str, permission: Permission) -> LongPrescription:
    visible = prescriptions_visible_to(actor=actor, permission=permission)
    row = await LongPrescription.filter(visible, uid=uid).select_related(*RELATIONS).first()
    if row is None:
        raise NotFound
    return row


async def refill_for(*, actor: Actor, uid: str) -> Refill:
    visible = prescriptions_visible_to(actor=actor, permission=Permission.PRESCRIPTION_WRITE)
    related = tuple(f"prescription__{each}" for each in RELATIONS)
    row = await Refill.filter(visible, uid=uid).select_related("resident", "institution", *related).first()
    if row is None:
        raise NotFound
    return row


def deliveries_visible_to(*, actor: Actor) -> Q:
    """Narrow deliveries to those that the actor's institution answers for, and those to the actor's homes."""
    own = sorted(actor.institutions_with(Permission.DELIVERY_READ))
    return Q(
        id__in=AnyOf(
            MedicineDelivery.filter(institution_id__in=own).values("id"),
            MedicineDelivery.filter(home_id__in=own).values("id"),
        )
    )


async def delivery_for(*, actor: Actor, uid: str) -> MedicineDelivery:
    visible = deliveries_visible_to(actor=actor)
    row = await MedicineDelivery.filter(visible, uid=uid).select_related(*DELIVERY_RELATIONS).first()
    if row is None:
        raise NotFound
    return row


async def delivery_to_send(*, actor: Actor, uid: str) -> MedicineDelivery:
    own = sorted(actor.institutions_with(Permission.DELIVERY_SEND))
    found = MedicineDelivery.filter(uid=uid, institution_id__in=own)
    row = await found.select_related(*DELIVERY_RELATIONS).first()
    if row is None:
        raise NotFound
    return row


async def delivery_to_receive(*, actor: Actor, uid: str) -> MedicineDelivery:
    own = sorted(actor.institutions_with(Permission.DELIVERY_RECEIVE))
    found = MedicineDelivery.filter(uid=uid, home_id__in=own)
    row = await found.select_related(*DELIVERY_RELATIONS).first()
    if row is None:
        raise NotFound
    return row


def acting_at(actor: Actor, institution_id: int) -> Actor:
    """Return the actor with what they hold at one institution alone: who works at two comes from one of them."""
    return replace(
        actor, grants=tuple(grant for grant in actor.grants if grant.institution_id == institution_id)
    )


async def right_for(*, actor: Actor, resident: Resident, now: datetime) -> PrescribingRight | None:
    """Return the right by which the actor may prescribe for this resident: at an institution that reaches them (A24)."""
    for row in await _rights_of(actor, now):
        alone = acting_at(actor, row.institution_id)
        reached = residents_visible_to(actor=alone, permission=Permission.PRESCRIPTION_WRITE, now=now)
        if await Resident.filter(reached, id=resident.id).exists():
            return row
    return None


async def right_of(*, actor: Actor, institution_id: int | None, now: datetime) -> PrescribingRight | None:
    """Return the right by which the actor may prescribe today, at one of their institutions or at this very one."""
    rows = await _rights_of(actor, now)
    return next((row for row in rows if institution_id in {None, row.institution_id}), None)


async def _rights_of(actor: Actor, now: datetime) -> list[PrescribingRight]:
    own = sorted(actor.institutions_with(Permission.PRESCRIPTION_WRITE))
    rows = PrescribingRight.filter(
        account_id=actor.account_id, institution_id__in=own, ended_on=None, last_on__gte=local_date(now)
    )
    return await rows.order_by("id").select_related("institution")


async def dispensers_of(*, institution: Institution, now: datetime) -> list[Institution]:
    """Return who may dispense what an institution prescribes: itself, and the pharmacies with an agreement."""
    rows = DispensingAgreement.filter(
        institution_id=institution.id, ended_on=None, last_on__gte=local_date(now)
    )
    found = await rows.order_by("id").select_related("pharmacy")
    return [institution, *(row.pharmacy for row in found)]


def institutions_counted_for(*, actor: Actor) -> list[int] | None:
    """Return of which institutions the actor may see numbers; None: of the whole city, for a bureau."""
    if actor.holds(Permission.PRESCRIPTION_COUNT, BUREAU_ROLES):
        return None
    return sorted(actor.institutions_with(Permission.PRESCRIPTION_COUNT))
