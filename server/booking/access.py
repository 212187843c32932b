"""Who sees which slots, appointments and places in the queue.

Two ways in: through the resident (themselves, their proxies, staff of the home where they live), or through the
institution that owns the slot. That a hospital has an agreement with a home does not open the appointments which
that home's residents have elsewhere.
"""

from dataclasses import replace
from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.booking.models import Appointment, GroupTrip, Schedule, Slot, WaitlistEntry, WaitlistOffer
from server.kit.errors import NotFound
from server.people.access import joined_to_residents_visible_to, of_residents_visible_to

_RESIDENTS_SIDE = frozenset({Role.PERSON, Role.NURSE, Role.HOME_MANAGER})


async def slot_for(*, actor: Actor, uid: str) -> Slot:
    """Return a slot of any institution: seats are public, whom they are booked for is not."""
    slot = None
    if actor.may(Permission.SCHEDULE_READ):
        slot = await Slot.filter(uid=uid).select_related("institution", "department").first()
    if slot is None:
        raise NotFound
    return slot


async def schedule_for(*, actor: Actor, uid: str) -> Schedule:
    """Return weekly hours of an institution whose schedules the actor keeps, with their department."""
    managed = sorted(actor.institutions_with(Permission.SCHEDULE_MANAGE))
    rows = Schedule.filter(uid=uid, department__institution_id__in=managed)
    row = await rows.select_related("department__institution").first()
    if row is None:
        raise NotFound
    return row


def trips_visible_to(*, actor: Actor, permission: Permission) -> Q:
    """Narrow trips to those of the homes where the actor books."""
    return Q(home_id__in=sorted(actor.institutions_with(permission)))


async def trip_for(*, actor: Actor, uid: str, permission: Permission) -> GroupTrip:
    rows = GroupTrip.filter(trips_visible_to(actor=actor, permission=permission), uid=uid)
    row = await rows.select_related("home", "provider", "planned_by").first()
    if row is None:
        raise NotFound
    return row


def permission_to_book(*, actor: Actor, institution_id: int) -> Permission:
    """Return what lets the actor book here: at its own counter an institution books for its partners' residents."""
    at_own_counter = institution_id in actor.institutions_with(Permission.APPOINTMENT_CONFIRM)
    return Permission.APPOINTMENT_CONFIRM if at_own_counter else Permission.APPOINTMENT_BOOK


def appointments_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    return _through_few("resident", actor=actor, permission=permission, now=now) | Q(
        slot__institution_id__in=sorted(actor.institutions_with(permission))
    )


def appointments_of_own_residents(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Leave out what is seen only as the institution that owns the slot."""
    return _through_the_resident("resident", actor=actor, permission=permission, now=now)


def few_of_own_residents(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Say what `appointments_of_own_residents` says, of appointments that a day or an uid has made few."""
    return _through_few("resident", actor=actor, permission=permission, now=now)


async def appointment_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Appointment:
    visible = appointments_visible_to(actor=actor, permission=permission, now=now)
    return await _one_of(uid, visible)


async def appointment_of_own_resident(
    *, actor: Actor, uid: str, permission: Permission, now: datetime
) -> Appointment:
    return await _one_of(uid, few_of_own_residents(actor=actor, permission=permission, now=now))


async def appointment_at_own_desk(*, actor: Actor, uid: str, permission: Permission) -> Appointment:
    return await _one_of(uid, Q(slot__institution_id__in=sorted(actor.institutions_with(permission))))


async def _one_of(uid: str, visible: Q) -> Appointment:
    rows = Appointment.filter(visible, uid=uid).select_related(
        "slot__institution", "slot__department", "resident", "booked_by"
    )
    appointment = await rows.first()
    if appointment is None:
        raise NotFound
    return appointment


def entries_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    return _through_few("resident", actor=actor, permission=permission, now=now) | Q(
        department__institution_id__in=sorted(actor.institutions_with(permission))
    )


async def entry_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> WaitlistEntry:
    visible = _through_few("resident", actor=actor, permission=permission, now=now)
    entry = (
        await WaitlistEntry.filter(visible, uid=uid)
        .select_related("resident", "department__institution")
        .first()
    )
    if entry is None:
        raise NotFound
    return entry


def offers_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    return _through_few("entry__resident", actor=actor, permission=permission, now=now)


async def offer_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> WaitlistOffer:
    visible = offers_visible_to(actor=actor, permission=permission, now=now)
    rows = WaitlistOffer.filter(visible, uid=uid).select_related(
        "slot__institution", "slot__department", "entry__resident"
    )
    offer = await rows.first()
    if offer is None:
        raise NotFound
    return offer


def _through_few(prefix: str, *, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Ask each row for its resident where staff reach thousands of them; a person has few, which are read first."""
    own = _on_residents_side(actor)
    ways = joined_to_residents_visible_to if own.institutions_with(permission) else of_residents_visible_to
    return ways(prefix, actor=own, permission=permission, now=now)


def _through_the_resident(prefix: str, *, actor: Actor, permission: Permission, now: datetime) -> Q:
    return of_residents_visible_to(prefix, actor=_on_residents_side(actor), permission=permission, now=now)


def _on_residents_side(actor: Actor) -> Actor:
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.role in _RESIDENTS_SIDE))
