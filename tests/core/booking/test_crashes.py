"""Sweeps that are stopped at every statement; the writes of booking are stopped in tests/core/test_crashes.py."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from server.booking import actions, queries
from server.booking.models import Appointment, Slot
from tests.core.booking.world import NOW, World
from tests.core.booking.writes import WORKER, booked, hold_in, waiting
from tests.crashes import StopAt, Stopped, everything


@pytest.mark.parametrize("sweep", [actions.sweep_holds, actions.sweep_waitlist, actions.sweep_no_shows])
async def test_a_sweep_that_was_stopped_does_all_of_it_once_the_next_time(world: World, sweep: Any) -> None:
    slot = await world.slot(capacity=3, starts_at=NOW + timedelta(hours=2))
    await (await hold_in(world, slot)).run()
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
