"""Every write of the core is stopped at every statement, and asked for again with the same key."""

import pytest

from tests.crashes import happens_once_wherever_it_stops
from tests.stage import Stage
from tests.writes import WRITES


@pytest.mark.parametrize("name", WRITES)
async def test_stopped_anywhere_it_has_done_nothing_and_asked_again_it_does_all(
    stage: Stage, name: str
) -> None:
    set_the_scene, prepare = WRITES[name]
    scene = await set_the_scene(stage)
    write = await prepare(scene)

    await happens_once_wherever_it_stops(
        write, now=getattr(scene, "now", stage.now)
    )  # a round's clock goes on
