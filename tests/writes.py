"""Every write that is stopped, killed or overtaken at each of its statements, and what must stand before it.

A room of the core lists its own in `tests/core/<room>/writes.py`: `WRITES`, and a scene for them if the town is not enough.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.crashes import Flow
from tests.stage import Stage

Scene = Callable[[Stage], Awaitable[Any]]
Prepare = Callable[[Any], Awaitable[Flow]]

CORE = Path(__file__).parent / "core"


async def _town(stage: Stage) -> Any:
    return stage


def _found() -> Iterator[tuple[str, tuple[Scene, Prepare]]]:
    for path in sorted(CORE.glob("*/writes.py")):
        room = path.parent.name
        module = import_module(f"tests.core.{room}.writes")
        for prepare in module.WRITES:
            yield f"{room}.{prepare.__name__}", (getattr(module, "set_the_scene", _town), prepare)


WRITES: Mapping[str, tuple[Scene, Prepare]] = dict(_found())
