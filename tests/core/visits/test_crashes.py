"""A visit is stopped at every statement of every step, and asked for again with the same key."""

from collections.abc import Awaitable, Callable

import pytest

from tests.core.visits.conftest import Round
from tests.core.visits.flows import FLOWS
from tests.crashes import Flow, happens_once_wherever_it_stops


@pytest.mark.parametrize("prepare", FLOWS, ids=lambda each: each.__name__)
async def test_stopped_anywhere_it_has_done_nothing_and_asked_again_it_does_all(
    morning: Round, prepare: Callable[[Round], Awaitable[Flow]]
) -> None:
    await happens_once_wherever_it_stops(await prepare(morning), now=morning.now)
