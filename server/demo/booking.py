"""Consultation hours at the first hospital, and what the town has booked there."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.authority.actor import Actor, Channel
from server.booking.actions import (
    add_extra_session,
    book_slot,
    confirm_arrival,
    fulfil,
    open_schedule,
)
from server.booking.models import Slot
from server.booking.rules import DayRule, Pool, Source
from server.identity.queries import actor_of
from server.kit.clock import day_bounds, local_date

MORNING = DayRule(9 * 60, 11 * 60, 30, capacity=5, green_capacity=3)
SMALL = DayRule(14 * 60, 14 * 60 + 30, 30, capacity=2, green_capacity=0)
A_DAY_BEFORE = 24 * 60  # minutes: then unused green seats are for everybody
WORKDAYS = range(5)


@dataclass(frozen=True)
class BookingTown:
    public_slot: str  # geriatrics, Wednesday 9:00, two seats
    green_slot: str  # the same hour, three seats for homes with an agreement, until Tuesday 9:00
    later_slot: str  # geriatrics, Thursday 9:00, public
    almost_full_slot: str  # cardiology, Saturday 14:00, one seat left of two
    wang_fulfilled: str  # last Wednesday
    li_tomorrow: str


async def load(town: Any, *, now: datetime) -> BookingTown:
    accounts = town.identity.accounts
    manager = await actor_of(account_uid=accounts["zhao"], channel=Channel.CONSOLE, now=now)
    nurse = await actor_of(account_uid=accounts["nurse"], channel=Channel.MINI_PROGRAM, now=now)
    other_nurse = await actor_of(account_uid=accounts["other_nurse"], channel=Channel.MINI_PROGRAM, now=now)
    guardian = await actor_of(account_uid=accounts["guardian"], channel=Channel.MINI_PROGRAM, now=now)
    today = local_date(now)
    geriatrics, cardiology = town.alliance.geriatrics, town.alliance.cardiology

    fulfilled = await _last_week(manager, nurse, geriatrics, town.people.wang, now=now)
    for department in (geriatrics, cardiology):
        for weekday in WORKDAYS:
            await open_schedule(
                actor=manager,
                department_uid=department,
                weekday=weekday,
                rule=MORNING,
                release_minutes=A_DAY_BEFORE,
                starts_on=today,
                now=now,
            )
    saturday = today + timedelta(days=5)
    await add_extra_session(
        actor=manager,
        department_uid=cardiology,
        day=saturday,
        rule=SMALL,
        release_minutes=0,
        reason="周末加诊",
        now=now,
    )
    almost_full = await _slot(cardiology, saturday, Pool.PUBLIC)
    await book_slot(
        actor=other_nurse,
        slot_uid=almost_full,
        resident_uid=town.people.zhao_yun,
        reason="心慌复查",
        companion_note="孙小芳陪同",
        now=now,
    )
    tomorrow = await _slot(geriatrics, today + timedelta(days=1), Pool.GREEN)
    li = await book_slot(
        actor=guardian, slot_uid=tomorrow, resident_uid=town.people.li, reason="血压复查，配药", now=now
    )
    wednesday = today + timedelta(days=2)
    return BookingTown(
        public_slot=await _slot(geriatrics, wednesday, Pool.PUBLIC),
        green_slot=await _slot(geriatrics, wednesday, Pool.GREEN),
        later_slot=await _slot(geriatrics, today + timedelta(days=3), Pool.PUBLIC),
        almost_full_slot=almost_full,
        wang_fulfilled=fulfilled,
        li_tomorrow=li.uid,
    )


async def _last_week(manager: Actor, nurse: Actor, department: str, resident: str, *, now: datetime) -> str:
    before = now - timedelta(days=7)
    day = local_date(now) - timedelta(days=5)
    await add_extra_session(
        actor=manager,
        department_uid=department,
        day=day,
        rule=MORNING,
        release_minutes=A_DAY_BEFORE,
        reason="上周门诊",
        now=before,
    )
    card = await book_slot(
        actor=nurse,
        slot_uid=await _slot(department, day, Pool.PUBLIC),
        resident_uid=resident,
        reason="膝关节疼痛复查",
        companion_note="女儿陪同",
        source=Source.APP,
        now=before,
    )
    await confirm_arrival(actor=manager, appointment_uid=card.uid, now=card.starts_at)
    await fulfil(actor=manager, appointment_uid=card.uid, now=card.ends_at)
    return card.uid


async def _slot(department: str, day: date, pool: Pool) -> str:
    """Return the first slot of a day."""
    first, after = day_bounds(day)
    rows = Slot.filter(department__uid=department, pool=pool, starts_at__gte=first, starts_at__lt=after)
    uids: list[Any] = await rows.order_by("starts_at").limit(1).values_list("uid", flat=True)
    return str(uids[0])
