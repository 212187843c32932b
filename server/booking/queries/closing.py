"""Before a day is called off: who is booked, and which seat each of them could have instead."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import Q

from server.alliance.access import department_for, in_force
from server.alliance.models import ServiceAgreement
from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.models import Appointment, Slot
from server.booking.queries.cards import APPOINTMENT_RELATIONS
from server.booking.queries.finding import free_slots, seats_of, spans_elsewhere
from server.booking.rules import OPEN_STATUSES, Pool, SeatWish, seat_everybody
from server.kit.clock import day_bounds, local_date
from server.people.access import active_grants
from server.people.models import ProxyGrant


@dataclass(frozen=True)
class Affected:
    """Somebody who is booked that day, and the seat that is proposed instead."""

    appointment_uid: str
    resident_name: str
    starts_at: datetime
    number: int
    reachable: bool  # somebody has this on a phone; the others have to be called
    instead_slot_uid: str | None
    instead_at: datetime | None
    instead_green: bool


@dataclass(frozen=True)
class ClosingPreview:
    department_uid: str
    department_name: str
    day: date
    affected: tuple[Affected, ...]
    kept_minutes: int  # how long a proposed seat is kept for an answer


async def closing_preview(*, actor: Actor, department_uid: str, day: date, now: datetime) -> ClosingPreview:
    """Propose to everybody the next free seat of the same department, each another, with the rights they have."""
    department = await department_for(
        actor=actor, uid=department_uid, permission=Permission.SCHEDULE_MANAGE, now=now
    )
    first, after = day_bounds(day)
    on_the_day = await Slot.filter(department_id=department.id, starts_at__gte=first, starts_at__lt=after)
    rows = await booked_on([each.id for each in on_the_day])
    policy = await parameters(["booking.reoffer_days", "booking.replacement_minutes"], on=local_date(now))
    spare = await free_slots(
        [department.id],
        max(after, now),
        max(first, now) + timedelta(days=policy["booking.reoffer_days"]),
        now=now,
    )
    seated = seat_everybody(await _wishes(rows, department.institution_id, now=now), seats_of(spare, now=now))
    slots = {each.id: each for each in spare}
    reachable = await _reachable(rows, now=now)
    affected = [
        _affected(row, slots.get(seated.get(row.id, 0)), reachable=row.resident_id in reachable)
        for row in rows
    ]
    return ClosingPreview(
        department.uid, department.name, day, tuple(affected), policy["booking.replacement_minutes"]
    )


def _affected(row: Appointment, instead: Slot | None, *, reachable: bool) -> Affected:
    return Affected(
        appointment_uid=row.uid,
        resident_name=row.resident.name,
        starts_at=row.slot.starts_at,
        number=row.number,
        reachable=reachable,
        instead_slot_uid=instead.uid if instead else None,
        instead_at=instead.starts_at if instead else None,
        instead_green=instead is not None and instead.pool == Pool.GREEN,
    )


async def booked_on(slot_ids: Collection[int]) -> list[Appointment]:
    """Return who is still to come to these slots, in the order of the day."""
    rows = Appointment.filter(slot_id__in=sorted(slot_ids), status__in=sorted(OPEN_STATUSES))
    return await rows.select_related(*APPOINTMENT_RELATIONS).order_by("slot__starts_at", "number", "id")


async def _wishes(rows: Sequence[Appointment], institution_id: int, *, now: datetime) -> list[SeatWish]:
    signed = ServiceAgreement.filter(in_force(now), provider_id=institution_id)
    homes = {agreement.home_id for agreement in await signed}
    elsewhere = await spans_elsewhere(
        {row.resident_id for row in rows}, but={row.id for row in rows}, now=now
    )
    return [
        SeatWish(
            who=row.id,
            department_id=row.slot.department_id,
            may_green=row.resident.home_id in homes,
            engaged=tuple(elsewhere[row.resident_id]),
        )
        for row in rows
    ]


async def _reachable(rows: Sequence[Appointment], *, now: datetime) -> frozenset[int]:
    """Return the residents who hold a phone with us, or for whom somebody else does."""
    own = {row.resident_id for row in rows if row.resident.account_id is not None}
    others = {row.resident_id for row in rows} - own
    grants = await ProxyGrant.filter(Q(active_grants(now), resident_id__in=sorted(others)))
    return frozenset(own | {grant.resident_id for grant in grants if grant.resident_id is not None})
