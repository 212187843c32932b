"""Every write that is stopped at each of its statements, here or in a process that is killed: what must stand before it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.conftest import Clock
from tests.core.booking import flows as booking
from tests.core.booking.world import build
from tests.core.consent import flows as consent
from tests.core.feedback import flows as feedback
from tests.core.people import flows as people
from tests.core.visits import flows as visits
from tests.core.visits.conftest import round_of
from tests.crashes import Flow
from tests.stage import Stage

Scene = Callable[[Stage], Awaitable[Any]]
Prepare = Callable[[Any], Awaitable[Flow]]


async def _world(_: Stage) -> Any:
    return await build()


async def _round(stage: Stage) -> Any:
    return await round_of(stage.town, Clock(), stage.actor)


async def _town(stage: Stage) -> Any:
    return stage


SCENES: Mapping[Any, Scene] = {
    booking: _world, visits: _round, consent: _town, feedback: _town, people: _town,
}  # fmt: skip
FLOWS: Mapping[str, tuple[Scene, Prepare]] = {
    f"{flows.__name__.split('.')[-2]}.{prepare.__name__}": (scene, prepare)
    for flows, scene in SCENES.items()
    for prepare in flows.FLOWS
}
