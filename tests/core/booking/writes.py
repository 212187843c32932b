"""Every write of booking, made ready to be stopped at any of its statements."""

from datetime import datetime, timedelta

from server.authority.actor import system_actor
from server.booking import actions
from server.booking.models import Slot
from server.booking.rules import HalfDay
from server.kit.clock import local_date
from tests.core.booking.world import NOW, World, build, live_offer
from tests.crashes import Flow, flow
from tests.stage import Stage

WORKER = system_actor("worker")
LATER = NOW + timedelta(hours=1)


async def set_the_scene(_: Stage) -> World:
    return await build()


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
    return flow(
        world.nurse, actions.book_slot, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


async def hold(world: World) -> Flow:
    slot, resident = await world.slot(), await world.resident()
    return flow(
        world.nurse, actions.hold_slot, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


async def book_where_a_hold_ran_out(world: World) -> Flow:
    slot = await world.slot(capacity=1)
    await (await hold_in(world, slot)).run()
    resident = await world.resident()
    return flow(
        world.nurse, actions.book_slot, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=LATER
    )


async def hold_in(world: World, slot: Slot) -> Flow:
    resident = await world.resident()
    return flow(
        world.nurse, actions.hold_slot, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
    )


async def confirm(world: World) -> Flow:
    held = await (await hold(world)).run()
    return flow(world.nurse, actions.confirm_hold, appointment_uid=held.uid, now=NOW)


async def cancel_while_somebody_waits(world: World) -> Flow:
    uid = await booked(world, await world.slot(capacity=1))
    await waiting(world)
    return flow(world.nurse, actions.cancel_appointment, appointment_uid=uid, now=NOW)


async def reschedule_while_somebody_waits(world: World) -> Flow:
    uid = await booked(world, await world.slot(capacity=1))
    await waiting(world)
    other = await world.slot(starts_at=NOW + timedelta(days=20))
    return flow(world.nurse, actions.reschedule, appointment_uid=uid, slot_uid=other.uid, now=NOW)


async def accept(world: World) -> Flow:
    uid = await offered(world)
    return flow(world.nurse, actions.accept_offer, offer_uid=uid, now=NOW)


async def decline(world: World) -> Flow:
    uid = await offered(world)
    return flow(world.nurse, actions.decline_offer, offer_uid=uid, now=NOW)


async def cancel_by_provider(world: World) -> Flow:
    uid = await booked(world, await world.slot())
    return flow(world.manager, actions.cancel_by_provider, appointment_uid=uid, reason="停诊", now=NOW)


async def close_day(world: World) -> Flow:
    slot = await world.slot()
    await booked(world, slot)
    await waiting(world)
    return flow(
        world.manager,
        actions.close_day,
        department_uid=world.department.uid,
        day=local_date(slot.starts_at),
        reason="停诊",
        now=NOW,
    )


async def close_day_with_another_seat(world: World) -> Flow:
    slot, spare = await world.slot(), await world.slot(starts_at=NOW + timedelta(days=5))
    uid = await booked(world, slot)
    return flow(
        world.manager,
        actions.close_day,
        department_uid=world.department.uid,
        day=local_date(slot.starts_at),
        reason="停诊",
        replacements={uid: spare.uid},
        now=NOW,
    )


async def book_trip(world: World) -> Flow:
    slot = await world.slot(capacity=3)
    riders = [actions.Rider(each.uid, slot.uid, "复诊") for each in await world.residents(3)]
    return flow(
        world.nurse,
        actions.book_trip,
        provider_uid=world.hospital.uid,
        day=local_date(slot.starts_at),
        half=HalfDay.MORNING,
        bus_seats=3,
        remark="",
        riders=riders,
        now=NOW,
    )


async def cancel_trip(world: World) -> Flow:
    trip = await (await book_trip(world)).run()
    await waiting(world)
    return flow(world.nurse, actions.cancel_trip, trip_uid=trip.uid, reason="车坏了", now=NOW)


async def strike_out(world: World) -> Flow:
    uid = await booked(world, await world.slot())
    await actions.report_error(actor=world.manager, appointment_uid=uid, reason="同名", now=NOW)
    return flow(world.colleague, actions.enter_in_error, appointment_uid=uid, now=NOW)


async def leave_the_queue(world: World) -> Flow:
    return flow(world.nurse, actions.leave_waitlist, entry_uid=await waiting(world), now=NOW)


async def report_an_error(world: World) -> Flow:
    uid = await booked(world, await world.slot())
    return flow(world.manager, actions.report_error, appointment_uid=uid, reason="同名", now=NOW)


async def arrive(world: World) -> Flow:
    uid = await booked(world, await world.slot(starts_at=NOW + timedelta(hours=1)))
    return flow(world.manager, actions.confirm_arrival, appointment_uid=uid, now=NOW)


async def be_seen(world: World) -> Flow:
    come = await arrive(world)
    await come.run()
    return flow(world.manager, actions.fulfil, **come.said)


async def stay_away(world: World) -> Flow:
    slot = await world.slot(starts_at=NOW + timedelta(hours=1))
    uid = await booked(world, slot)
    return flow(world.manager, actions.mark_noshow, appointment_uid=uid, now=slot.ends_at)


async def be_called(world: World) -> Flow:
    come = await arrive(world)
    await come.run()
    return flow(
        world.manager, actions.call_next, department_uid=world.department.uid, room="3 号诊室", now=NOW
    )


async def be_called_by_mistake(world: World) -> Flow:
    come = await arrive(world)
    await come.run()
    await actions.call_number(actor=world.manager, room="3 号诊室", **come.said)
    return flow(world.manager, actions.take_call_back, **come.said)


WRITES = (
    book, hold, book_where_a_hold_ran_out, confirm, cancel_while_somebody_waits, reschedule_while_somebody_waits,
    accept, decline, cancel_by_provider, close_day, close_day_with_another_seat, book_trip, cancel_trip, strike_out,
    leave_the_queue, report_an_error, arrive, be_seen, stay_away, be_called, be_called_by_mistake,
)  # fmt: skip
