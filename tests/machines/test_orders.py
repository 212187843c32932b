"""Six steps in every order: a cancellation before its booking, the second party before the first, a withdrawal before its grant.

Whatever comes first, each person is told what the model foretells, nothing done becomes undone, and every invariant holds.
"""

import itertools
import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server import invariants
from server.visits.models import Visit
from server.visits.rules import VisitStatus
from tests.conftest import RING, Clock
from tests.machines.booking import Booking
from tests.machines.consents import Consents
from tests.machines.playing import Machine, Table
from tests.machines.visits import Visits

Step = tuple[str, int, int]  # a move of the machine, and the two numbers by which it chooses who does what
STEPS: dict[type[Machine], tuple[Step, ...]] = {
    # Wang books, her daughter holds elsewhere, and what there is is confirmed, moved, given back and booked again.
    Booking: (("book", 0, 0), ("hold", 1, 3), ("confirm", 1, 0), ("cancel", 0, 0), ("move", 0, 1), ("book", 1, 0)),
    # Two homes ask, Wang grants, grants the other, and takes one back before or after.
    Consents: (("ask", 0, 3), ("ask", 1, 2), ("grant", 0, 0), ("grant", 0, 1), ("withdraw", 0, 0), ("deny", 0, 1)),
    # The round from the first scan to the second institution's word.
    Visits: (("start", 1, 0), ("write", 0, 0), ("write", 0, 1), ("finish", 0, 0), ("attest", 0, 0), ("attest", 2, 0)),
}  # fmt: skip
ORDERS = int(os.environ.get("ORDERS", "4" if RING == "sqlite" else "2"))  # of 720, evenly spread


@pytest_asyncio.fixture
async def table(town: Any, _standing: Any, address: str, clock: Clock) -> AsyncIterator[Table]:
    async with httpx.AsyncClient(base_url=address, timeout=30, follow_redirects=False) as client:
        yield Table(town, _standing.snapshot.restore, clock, client, _standing.services)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("machine", STEPS, ids=lambda each: each.__name__)
async def test_in_any_order_everybody_is_told_what_the_model_foretells(
    machine: type[Machine], table: Table
) -> None:
    orders = list(itertools.permutations(STEPS[machine]))
    for order in orders[:: max(1, len(orders) // ORDERS)]:
        history = await machine.begin(table)
        for number, (move, one, two) in enumerate(order):
            await getattr(history, move)(one, two)
            await history.passes(minutes=1)
            await history.check(number)
        assert await invariants.faults(now=history.now) == [], (order, history.told)


async def test_a_round_counts_only_in_the_one_order_in_which_both_have_spoken_at_its_end(
    table: Table,
) -> None:
    """Of all orders those count in which the scan is first, then both findings, then the end, then both words."""
    start, one, two, finish, *words = STEPS[Visits]
    for order in itertools.permutations((start, finish, *words)):
        history = await Visits.begin(table)
        done = False
        for move, first, second in order:
            await getattr(history, move)(first, second)
            await history.passes(minutes=1)
            if move == "start":
                for each in (one, two):
                    await history.write(*each[1:])
            counts = (await Visit.get(uid=history.trips[0].uid)).status is VisitStatus.CONFIRMED
            assert counts or not done, "what counted was undone"
            done = counts
        assert done == (order[:2] == (start, finish)), (order, history.told)
