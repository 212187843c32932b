"""The waiting room: called in order, called again, taken back."""

from datetime import datetime, timedelta

import pytest

from server.booking import actions, queries
from server.booking.errors import CallPassed, NobodyWaiting, NotArrived
from server.booking.models import Slot
from server.booking.queries import Stage, queue
from server.kit.errors import NotFound
from tests.core.booking.world import NOW, World

NINE = NOW + timedelta(hours=1)


async def booked(world: World, slot: Slot, *, arrives: bool = True) -> str:
    card = await actions.book_slot(
        actor=world.nurse,
        slot_uid=slot.uid,
        resident_uid=(await world.resident()).uid,
        reason="复诊",
        now=NOW,
    )
    if arrives:
        await actions.confirm_arrival(actor=world.manager, appointment_uid=card.uid, now=NOW)
    return card.uid


async def call_next(world: World, *, room: str = "3 诊室", now: datetime = NOW) -> str:
    card = await actions.call_next(
        actor=world.manager, department_uid=world.department.uid, room=room, now=now
    )
    return card.uid


async def staged(world: World) -> dict[str, Stage]:
    cards = await queries.todays_queue(actor=world.manager, now=NOW)
    return {line.uid: line.stage for card in cards for line in card.lines}


class TestCalling:
    async def test_calls_by_the_hour_and_then_by_number_and_nobody_twice(self, world: World) -> None:
        late, early = await world.slot(starts_at=NINE + timedelta(hours=1)), await world.slot(starts_at=NINE)
        third = await booked(world, late)
        first, absent, second = [await booked(world, early, arrives=step != 1) for step in range(3)]

        called = [await call_next(world) for _ in range(3)]

        assert called == [first, second, third]
        assert await staged(world) == {
            first: Stage.CALLED, second: Stage.CALLED, third: Stage.CALLED, absent: Stage.EXPECTED,
        }  # fmt: skip
        with pytest.raises(NobodyWaiting):
            await call_next(world)

    async def test_may_call_again_and_out_of_order_but_only_who_is_here(self, world: World) -> None:
        slot = await world.slot(starts_at=NINE)
        here, absent = await booked(world, slot), await booked(world, slot, arrives=False)

        for room in ("1 诊室", "2 诊室"):
            await actions.call_number(actor=world.manager, appointment_uid=here, room=room, now=NOW)

        (card,) = await queries.todays_queue(actor=world.manager, now=NOW)
        assert [line.called_to for line in card.at(Stage.CALLED)] == ["2 诊室"]
        with pytest.raises(NotArrived):
            await actions.call_number(actor=world.manager, appointment_uid=absent, room="1 诊室", now=NOW)

    async def test_takes_a_wrong_call_back_within_minutes_only(self, world: World) -> None:
        slot = await world.slot(starts_at=NINE)
        uid = await booked(world, slot)
        await call_next(world)

        await actions.take_call_back(actor=world.manager, appointment_uid=uid, now=NOW + timedelta(minutes=4))

        assert await staged(world) == {uid: Stage.WAITING}
        await call_next(world)
        with pytest.raises(CallPassed):
            await actions.take_call_back(
                actor=world.manager, appointment_uid=uid, now=NOW + timedelta(minutes=5)
            )

    async def test_is_done_when_seen(self, world: World) -> None:
        uid = await booked(world, await world.slot(starts_at=NINE))
        await call_next(world)

        await actions.fulfil(actor=world.manager, appointment_uid=uid, now=NOW)

        (card,) = await queries.todays_queue(actor=world.manager, now=NOW)
        assert (card.lines, card.people[Stage.DONE]) == ((), 1)

    async def test_lists_the_first_at_first_and_counts_everybody(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slot = await world.slot(starts_at=NINE)
        first, second, third = [await booked(world, slot) for _ in range(3)]
        to_come = await booked(world, slot, arrives=False)
        monkeypatch.setattr(queue, "MOST_LINES", 1)
        await call_next(world)

        (short,) = await queries.todays_queue(actor=world.manager, whole=False, now=NOW)
        (whole,) = await queries.todays_queue(actor=world.manager, now=NOW)

        assert {line.uid for line in short.lines} == {first, second, to_come}
        assert {line.uid for line in whole.lines} == {first, second, third, to_come}
        assert [short.unlisted, whole.unlisted, short.people[Stage.WAITING]] == [1, 0, 2]

    async def test_is_the_own_desks(self, world: World) -> None:
        uid = await booked(world, await world.slot(starts_at=NINE))

        for actor in (world.nurse, world.other_nurse):
            with pytest.raises(NotFound):
                await actions.call_number(actor=actor, appointment_uid=uid, room="1 诊室", now=NOW)
            with pytest.raises(NotFound):
                await actions.call_next(
                    actor=actor, department_uid=world.department.uid, room="1 诊室", now=NOW
                )
            assert await queries.todays_queue(actor=actor, now=NOW) == ()


class TestScreen:
    async def test_shows_numbers_and_rooms_and_nobodys_name(self, world: World) -> None:
        slot = await world.slot(starts_at=NINE)
        for _ in range(3):
            await booked(world, slot)
        await call_next(world, now=NOW)
        await call_next(world, room="5 诊室", now=NOW + timedelta(minutes=1))

        (card,) = await queries.queue_screen(actor=world.manager, now=NOW + timedelta(minutes=1))

        assert [(line.number, line.room) for line in card.called] == [(2, "5 诊室"), (1, "3 诊室")]
        assert ([line.number for line in card.next], card.waiting) == ([3], 1)
        assert "长者" not in repr(card)
