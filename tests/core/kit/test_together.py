"""Who waits while a batch is under way goes into the next one, and nobody's fault is another's."""

import asyncio
from collections.abc import Sequence

import pytest

from server.kit.together import Together


class Trip:
    """Doubles numbers, one trip at a time; remembers who travelled together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, wishes: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(wishes))
        await self.gate.wait()
        if 13 in wishes:
            raise OSError
        return [ValueError(str(each)) if each < 0 else 2 * each for each in wishes]


async def test_who_comes_alone_is_served_alone() -> None:
    trip = Trip()
    together = Together(trip, most=8)

    assert [await together(1), await together(2)] == [2, 4]
    assert trip.batches == [[1], [2]]


async def test_who_waits_meanwhile_goes_together_in_order_and_no_more_than_allowed() -> None:
    trip = Trip()
    together = Together(trip, most=3)

    assert await asyncio.gather(*(together(each) for each in range(5))) == [0, 2, 4, 6, 8]
    assert trip.batches == [[0, 1, 2], [3, 4]]


async def test_a_fault_reaches_only_whose_it_is() -> None:
    together = Together(Trip(), most=8)

    found = await asyncio.gather(together(1), together(-1), together(2), return_exceptions=True)

    assert found[0::2] == [2, 4]
    assert isinstance(found[1], ValueError)


async def test_a_trip_that_fails_reaches_all_of_it_and_nobody_after() -> None:
    together = Together(Trip(), most=2)

    found = await asyncio.gather(*(together(each) for each in (13, 1, 2)), return_exceptions=True)

    assert [type(each) for each in found] == [OSError, OSError, int]
    assert await together(3) == 6


async def test_who_hangs_up_does_not_take_the_others_along() -> None:
    trip = Trip()
    trip.gate.clear()
    together = Together(trip, most=8)
    leaving, staying = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await asyncio.sleep(0)

    leaving.cancel()
    await asyncio.sleep(0)
    trip.gate.set()

    assert await staying == 4
    with pytest.raises(asyncio.CancelledError):
        await leaving
