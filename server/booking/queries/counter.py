"""What somebody at a counter needs in view to book for a resident without a phone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.alliance.models import Department, Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.models import Slot
from server.booking.queries.appointments import appointment
from server.booking.queries.cards import AppointmentCard, SlotCard
from server.booking.queries.slots import open_slots
from server.booking.rules import SlotState
from server.kit.clock import local_date
from server.kit.pages import PageWish
from server.people.queries import ResidentChoice, resident_choices

MOST_RESIDENTS = 100
SLOTS_OF_A_DAY = PageWish(limit=100)


@dataclass(frozen=True)
class Choice:
    uid: str
    text: str


@dataclass(frozen=True)
class CounterView:
    residents: tuple[Choice, ...]
    institutions: tuple[Choice, ...]
    slots: tuple[SlotCard, ...]  # of the day, once resident and institution are chosen
    day: date


async def counter(
    *,
    actor: Actor,
    permission: Permission,
    resident_uid: str | None,
    institution_uid: str | None,
    day: date | None,
    now: datetime,
) -> CounterView:
    residents = await resident_choices(actor=actor, permission=permission, most=MOST_RESIDENTS, now=now)
    day = day or local_date(now)
    slots: tuple[SlotCard, ...] = ()
    if resident_uid and institution_uid:
        page = await open_slots(
            actor=actor,
            institution_uid=institution_uid,
            day=day,
            resident_uid=resident_uid,
            wish=SLOTS_OF_A_DAY,
            now=now,
        )
        slots = tuple(page.items)
    return CounterView(
        residents=tuple(map(resident_in_words, residents.residents)),
        institutions=await _institutions(actor, permission, now=now),
        slots=slots,
        day=day,
    )


def resident_in_words(resident: ResidentChoice) -> Choice:
    return Choice(resident.uid, f"{resident.name}（{resident.bed or '未登记床位'}）")


@dataclass(frozen=True)
class MovingView:
    """An appointment, and the seats of one day to which it could be moved."""

    appointment: AppointmentCard
    day: date
    slots: tuple[SlotCard, ...]


async def moving(*, actor: Actor, appointment_uid: str, day: date | None, now: datetime) -> MovingView:
    """Look for another seat in the same department; on the day of the appointment where none is named."""
    card = await appointment(actor=actor, uid=appointment_uid, now=now)
    day = day or local_date(card.starts_at)
    page = await open_slots(
        actor=actor,
        institution_uid=card.institution_uid,
        department_uid=card.department_uid,
        day=day,
        resident_uid=card.resident_uid,
        wish=SLOTS_OF_A_DAY,
        now=now,
    )
    free = (slot for slot in page.items if slot.free > 0 and slot.for_you and slot.uid != card.slot_uid)
    return MovingView(card, day, tuple(free))


async def _institutions(actor: Actor, permission: Permission, *, now: datetime) -> tuple[Choice, ...]:
    """Return where there is something to book; at its own counter an institution has only itself."""
    own = permission == Permission.APPOINTMENT_CONFIRM
    return await with_open_slots(among=actor.institutions_with(permission) if own else None, now=now)


async def with_open_slots(*, among: Iterable[int] | None = None, now: datetime) -> tuple[Choice, ...]:
    """Return the institutions, of all or among these, that have seats to come."""
    own: dict[str, Any] = {} if among is None else {"institution_id__in": sorted(among)}
    # A slot closes before it begins, and its beginning has an index.
    slots = Slot.filter(state=SlotState.OPEN, starts_at__gt=now, closes_at__gt=now, **own)
    ids = await slots.distinct().values_list("institution_id", flat=True)
    rows = await Institution.filter(id__in=list(ids)).order_by("id")
    return tuple(Choice(row.uid, row.name) for row in rows)


async def own_departments(*, actor: Actor, permission: Permission) -> tuple[Choice, ...]:
    """List the departments of the institutions where the actor may do this."""
    own = sorted(actor.institutions_with(permission))
    rows = await Department.filter(institution_id__in=own, closed=False).order_by("institution_id", "id")
    return tuple(Choice(row.uid, row.name) for row in rows)
