"""Stop at every statement of every flow, then ask again with the same key (T1, T3, reliability 2.3A)."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self

import pytest

from server.authority.actor import Actor, system_actor
from server.booking import actions, queries
from server.booking.models import Appointment, GroupTrip, Slot, WaitlistEntry, WaitlistOffer
from server.booking.rules import HalfDay
from server.kit.clock import local_date
from server.kit.engines.counting import watchers
from server.kit.errors import KeyReused
from server.kit.idempotency import Answered, RequestKey
from server.outbox.models import OutboxMessage
from tests.core.booking.world import NOW, World, live_offer

WORKER = system_actor("worker")
LATER = NOW + timedelta(hours=1)
Flow = Callable[[Actor], Awaitable[Any]]
keys = itertools.count(1)


class Stopped(Exception):
    """The process died here."""


class StopAt:
    """Let this many statements pass, then stop before the next."""

    def __init__(self, statements: int) -> None:
        self.left = statements

    def __call__(self, sql: str) -> None:
        if self.left == 0:
            raise Stopped
        self.left -= 1

    def __enter__(self) -> Self:
        watchers.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        watchers.remove(self)


def keyed(actor: Actor) -> Actor:
    assert actor.account_id is not None
    return replace(actor, request_key=RequestKey(actor.account_id, f"k{next(keys)}", "same"))


async def everything() -> list[Any]:
    """Return all that booking has written, to compare before with after."""
    rows: list[Any] = []
    for table in (Slot, GroupTrip, Appointment, WaitlistEntry, WaitlistOffer):
        rows += await table.all().order_by("id").values()
    return [*rows, await OutboxMessage.all().count()]


async def booked(world: World, slot: Slot) -> str:
    card = await actions.book_slot(
        actor=world.nurse,
        slot_uid=slot.uid,
        resident_uid=(await world.resident()).uid,
        reason="复诊",
        now=NOW,
    )
    return card.uid


async def waiting(world: World, *, since: datetime = NOW) -> str:
    entry = await actions.join_waitlist(
        actor=world.nurse, resident_uid=(await world.resident()).uid, department_uid=world.department.uid,
        first_day=local_date(NOW), last_day=local_date(NOW) + timedelta(days=9), reason="复诊", now=since,
    )  # fmt: skip
    return entry.uid


async def offered(world: World) -> str:
    await world.slot(capacity=1)
    entry, _ = await waiting(world), await waiting(world, since=NOW + timedelta(seconds=1))
    await actions.sweep_waitlist(actor=WORKER, now=NOW)
    offer = await live_offer(entry)
    assert offer is not None
    return offer.uid


async def book(world: World) -> Flow:
    slot, resident = await world.slot(), await world.resident()
    return lambda actor: actions.book_slot(
        actor=actor, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


async def hold(world: World) -> Flow:
    slot, resident = await world.slot(), await world.resident()
    return lambda actor: actions.hold_slot(
        actor=actor, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


async def book_where_a_hold_ran_out(world: World) -> Flow:
    slot = await world.slot(capacity=1)
    await (await hold_in(world, slot))(world.nurse)
    resident = await world.resident()
    return lambda actor: actions.book_slot(
        actor=actor, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=LATER
    )


async def hold_in(world: World, slot: Slot) -> Flow:
    resident = await world.resident()
    return lambda actor: actions.hold_slot(
        actor=actor, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


async def confirm(world: World) -> Flow:
    held = await (await hold(world))(world.nurse)
    return lambda actor: actions.confirm_hold(actor=actor, appointment_uid=held.uid, now=NOW)


async def cancel_while_somebody_waits(world: World) -> Flow:
    uid = await booked(world, await world.slot(capacity=1))
    await waiting(world)
    return lambda actor: actions.cancel_appointment(actor=actor, appointment_uid=uid, now=NOW)


async def reschedule_while_somebody_waits(world: World) -> Flow:
    uid = await booked(world, await world.slot(capacity=1))
    await waiting(world)
    other = await world.slot(starts_at=NOW + timedelta(days=20))
    return lambda actor: actions.reschedule(actor=actor, appointment_uid=uid, slot_uid=other.uid, now=NOW)


async def accept(world: World) -> Flow:
    uid = await offered(world)
    return lambda actor: actions.accept_offer(actor=actor, offer_uid=uid, now=NOW)


async def decline(world: World) -> Flow:
    uid = await offered(world)
    return lambda actor: actions.decline_offer(actor=actor, offer_uid=uid, now=NOW)


async def cancel_by_provider(world: World) -> Flow:
    uid = await booked(world, await world.slot())
    return lambda actor: actions.cancel_by_provider(
        actor=replace(world.manager, request_key=actor.request_key),
        appointment_uid=uid,
        reason="停诊",
        now=NOW,
    )


async def close_day(world: World) -> Flow:
    slot = await world.slot()
    await booked(world, slot)
    await waiting(world)
    return lambda actor: actions.close_day(
        actor=replace(world.manager, request_key=actor.request_key), department_uid=world.department.uid,
        day=local_date(slot.starts_at), reason="停诊", now=NOW,
    )  # fmt: skip


async def close_day_with_another_seat(world: World) -> Flow:
    slot, spare = await world.slot(), await world.slot(starts_at=NOW + timedelta(days=5))
    uid = await booked(world, slot)
    return lambda actor: actions.close_day(
        actor=replace(world.manager, request_key=actor.request_key), department_uid=world.department.uid,
        day=local_date(slot.starts_at), reason="停诊", replacements={uid: spare.uid}, now=NOW,
    )  # fmt: skip


async def book_trip(world: World) -> Flow:
    slot = await world.slot(capacity=3)
    riders = [actions.Rider(each.uid, slot.uid, "复诊") for each in await world.residents(3)]
    return lambda actor: actions.book_trip(
        actor=actor, provider_uid=world.hospital.uid, day=local_date(slot.starts_at), half=HalfDay.MORNING,
        bus_seats=3, remark="", riders=riders, now=NOW,
    )  # fmt: skip


async def cancel_trip(world: World) -> Flow:
    flow = await book_trip(world)
    trip = await flow(world.nurse)
    await waiting(world)
    return lambda actor: actions.cancel_trip(actor=actor, trip_uid=trip.uid, reason="车坏了", now=NOW)


async def strike_out(world: World) -> Flow:
    uid = await booked(world, await world.slot())
    await actions.report_error(actor=world.manager, appointment_uid=uid, reason="同名", now=NOW)
    return lambda actor: actions.enter_in_error(
        actor=replace(world.colleague, request_key=actor.request_key), appointment_uid=uid, now=NOW
    )


FLOWS = (
    book, hold, book_where_a_hold_ran_out, confirm, cancel_while_somebody_waits, reschedule_while_somebody_waits,
    accept, decline, cancel_by_provider, close_day, close_day_with_another_seat, book_trip, cancel_trip, strike_out,
)  # fmt: skip


@pytest.mark.parametrize("prepare", FLOWS, ids=lambda each: each.__name__)
async def test_stopped_anywhere_it_has_done_nothing_and_asked_again_it_does_all(
    world: World, prepare: Callable[[World], Awaitable[Flow]]
) -> None:
    """About two seconds in all: each flow is run once per statement."""
    flow = await prepare(world)
    actor = keyed(world.nurse)
    before = await everything()

    for statements in itertools.count():
        with StopAt(statements):
            try:
                answer = await flow(actor)
            except Stopped:
                stopped = True
            else:
                stopped = False
        if not stopped:
            break
        assert await everything() == before, (
            f"something was left behind by stopping at statement {statements}"
        )

    assert statements > 4
    done = await everything()
    assert done != before
    assert await queries.faults(now=NOW) == []
    with pytest.raises(Answered) as again:
        await flow(actor)
    assert again.value.answer["uid"] == answer.uid
    assert await everything() == done
    with pytest.raises(KeyReused):
        await flow(replace(actor, request_key=replace(actor.request_key, fingerprint="other")))


@pytest.mark.parametrize("sweep", [actions.sweep_holds, actions.sweep_waitlist, actions.sweep_no_shows])
async def test_a_sweep_that_was_stopped_does_all_of_it_once_the_next_time(world: World, sweep: Any) -> None:
    slot = await world.slot(capacity=3, starts_at=NOW + timedelta(hours=2))
    await (await hold_in(world, slot))(world.nurse)
    await booked(world, slot)
    await waiting(world)
    at = NOW + timedelta(minutes=20) if sweep is not actions.sweep_no_shows else NOW + timedelta(hours=4)
    before = await everything()

    for statements in itertools.count():
        with StopAt(statements):
            try:
                done = await sweep(actor=WORKER, now=at)
            except Stopped:
                done = None
        if done is not None:
            break
        assert await everything() == before

    assert done >= 1
    assert await sweep(actor=WORKER, now=at) == 0
    assert await queries.faults(now=at) == []


class TestFaults:
    async def test_names_every_counter_that_is_wrong(self, world: World) -> None:
        """I22, I23, I28: the reconciler must be able to fail."""
        slot = await world.slot(capacity=1)
        uid = await booked(world, slot)
        assert await queries.faults(now=NOW) == []

        await Slot.filter(id=slot.id).update(booked=2, held=1)
        wrong = await queries.faults(now=NOW)
        await Slot.filter(id=slot.id).update(booked=1, held=0)
        await Appointment.filter(uid=uid).update(place_key=None)
        unplaced = await queries.faults(now=NOW)

        assert [line[:3] for line in wrong] == ["I23", "I28", "I22"]
        assert len(unplaced) == 1
