"""Random people do random things over HTTP: each is told what the model foretells, and every invariant holds."""

import os
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import RING, Clock
from tests.machines.agreements import Agreements
from tests.machines.assessments import Assessments
from tests.machines.booking import Booking
from tests.machines.consents import Consents
from tests.machines.courses import Courses
from tests.machines.enrolments import Enrolments
from tests.machines.home_beds import HomeBeds
from tests.machines.playing import Machine, Table
from tests.machines.prescriptions import Prescriptions
from tests.machines.proxies import Proxies
from tests.machines.ratings import Ratings
from tests.machines.referrals import Referrals
from tests.machines.settlement import Settlement
from tests.machines.visits import Visits
from tests.machines.workload import Workload

MACHINES = (Booking, Consents, Proxies, Visits, Ratings)
# Their histories take weeks and months: each is long, and there are few.
OF_THE_ALLIANCE = (
    Referrals, HomeBeds, Enrolments, Prescriptions, Settlement, Assessments, Agreements, Courses, Workload,
)  # fmt: skip
HISTORIES = int(os.environ.get("HISTORIES", "10" if RING == "sqlite" else "3"))
FEW = max(HISTORIES // 5, 1)
LONGEST, MONTHS = 30, 24  # steps
STEPS = st.lists(
    st.tuples(st.integers(0, 59), st.integers(0, 41), st.integers(0, 41)), min_size=10, max_size=LONGEST
)


@pytest_asyncio.fixture
async def table(town: Any, _standing: Any, address: str, clock: Clock) -> AsyncIterator[Table]:
    async with httpx.AsyncClient(base_url=address, timeout=30, follow_redirects=False) as client:
        yield Table(town, _standing.snapshot.restore, clock, client, _standing.services)


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
    history = await machine.begin(table)
    for move, one, two in steps:
        await history.step(move, one, two)


@pytest.mark.parametrize("machine", OF_THE_ALLIANCE, ids=lambda each: each.__name__)
@histories(FEW)
@given(seed=st.integers(0, 2**32 - 1))
async def test_months_between_institutions_go_as_the_model_foretells(
    machine: type[Machine], table: Table, seed: int
) -> None:
    """Some seconds for each: its steps out of one number, for a list that hypothesis makes is short and full of noughts."""
    chance = random.Random(seed)
    history = await machine.begin(table)
    for _ in range(MONTHS):
        await history.step(*(chance.randrange(420) for _ in range(3)))
