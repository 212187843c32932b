"""Random people do random things over HTTP: each is told what the model foretells, and every invariant holds."""

import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import RING, Clock
from tests.machines.booking import Booking
from tests.machines.consents import Consents
from tests.machines.enrolments import Enrolments
from tests.machines.home_beds import HomeBeds
from tests.machines.playing import Machine, Table
from tests.machines.prescriptions import Prescriptions
from tests.machines.proxies import Proxies
from tests.machines.ratings import Ratings
from tests.machines.referrals import Referrals
from tests.machines.visits import Visits

MACHINES = (Booking, Consents, Proxies, Visits, Ratings)
LONG_MACHINES = (
    Referrals,
    HomeBeds,
    Enrolments,
    Prescriptions,
)  # of rooms in which weeks go by: fewer histories, and longer ones
HISTORIES = int(os.environ.get("HISTORIES", "10" if RING == "sqlite" else "3"))
LONGEST = 30
NUMBERS = st.tuples(st.integers(0, 59), st.integers(0, 41), st.integers(0, 41))
STEPS = st.lists(NUMBERS, min_size=10, max_size=LONGEST)
MORE_STEPS = st.lists(NUMBERS, min_size=20, max_size=LONGEST)


@pytest_asyncio.fixture
async def table(town: Any, _standing: Any, address: str, clock: Clock) -> AsyncIterator[Table]:
    async with httpx.AsyncClient(base_url=address, timeout=30, follow_redirects=False) as client:
        yield Table(town, _standing.snapshot.restore, clock, client)


def histories(number: int) -> settings:
    return settings(
        max_examples=number, deadline=None, suppress_health_check=list(HealthCheck), derandomize=HISTORIES < 100,
        phases=[Phase.explicit, Phase.generate],  # shrinking a history through a database takes minutes
        print_blob=True,
    )  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: each.__name__)
@histories(HISTORIES)
@given(steps=STEPS)
async def test_everybody_is_told_what_the_model_foretells(
    machine: type[Machine], table: Table, steps: list[tuple[int, int, int]]
) -> None:
    """Some seconds for a few histories; HISTORIES=1000 for a night."""
    await _played(machine, table, steps)


@pytest.mark.parametrize("machine", LONG_MACHINES, ids=lambda each: each.__name__)
@histories(HISTORIES // 3 + 1)
@given(steps=MORE_STEPS)
async def test_weeks_go_by_and_everybody_is_told_what_the_model_foretells(
    machine: type[Machine], table: Table, steps: list[tuple[int, int, int]]
) -> None:
    """As above, fewer and longer ones: a deadline is met only by who waits for it.

    Steps are counted along: the simplest history, which is always tried, is then not the first move over and over.
    """
    await _played(
        machine, table, [(a + place, b + 7 * place, c + 3 * place) for place, (a, b, c) in enumerate(steps)]
    )


async def _played(machine: type[Machine], table: Table, steps: list[tuple[int, int, int]]) -> None:
    history = await machine.begin(table)
    for move, one, two in steps:
        await history.step(move, one, two)
