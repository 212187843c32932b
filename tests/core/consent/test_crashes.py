"""Every write of consent is stopped at every statement, and asked for again with the same key."""

from collections.abc import Awaitable, Callable

import pytest

from tests.core.consent.flows import FLOWS
from tests.crashes import Flow, happens_once_wherever_it_stops
from tests.stage import Stage


@pytest.mark.parametrize("prepare", FLOWS, ids=lambda each: each.__name__)
async def test_stopped_anywhere_it_has_done_nothing_and_asked_again_it_does_all(
    stage: Stage, prepare: Callable[[Stage], Awaitable[Flow]]
) -> None:
    await happens_once_wherever_it_stops(await prepare(stage), now=stage.now)
