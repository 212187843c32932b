"""Of every write: what it says when somebody was faster, change by change, compared with what was thought right.

`tests/core/<room>/overtaken.txt` names the tables a write changes, in turn. A line that says "goes on" was thought about:
a lock that is only taken, a counter with room left, something that may be said twice. What follows `#` says which.
"""

import pytest

from tests.overtaken import told_when_overtaken
from tests.stage import Stage
from tests.writes import CORE, WRITES


def thought_right(name: str) -> list[str]:
    """Return the lines below the write's name."""
    room, write = name.split(".")
    kept = CORE / room / "overtaken.txt"
    blocks = kept.read_text().split("\n\n") if kept.exists() else []
    found = {head: lines for head, *lines in (block.splitlines() for block in blocks)}
    return [line.split("#")[0].strip() for line in found.get(write, [])]


@pytest.mark.parametrize("name", WRITES)
async def test_who_comes_second_goes_on_only_where_that_was_thought_right(stage: Stage, name: str) -> None:
    set_the_scene, prepare = WRITES[name]

    told = await told_when_overtaken(await prepare(await set_the_scene(stage)))

    assert told == thought_right(name), "\n    ".join([name, *told])
