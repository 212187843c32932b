"""Kept reads that are asked for many at once: `… IN (…)`, for lists of any length."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.kit.engines.prepared import Kind, Prepared, prepared, written

Shape = tuple[tuple[str, int], ...]  # how long each list is


class Listed:
    """A query that takes lists; see `listed`."""

    def __init__(self, prepare: Callable[[Shape], Prepared], names: Sequence[str]) -> None:
        self._prepare = prepare
        self._names = names
        self._shapes: dict[Shape, Prepared] = {}

    async def __call__(self, **values: Any) -> list[Any]:
        lists = {name: _filled_up(values.pop(name)) for name in self._names}
        shape = tuple((name, len(each)) for name, each in lists.items())
        if shape not in self._shapes:
            self._shapes[shape] = self._prepare(shape)
        for name, each in lists.items():
            values.update((f"{name}_{place}", value) for place, value in enumerate(each))
        return await self._shapes[shape](**values)


def listed(
    build: Callable[..., Any], lists: Mapping[str, Kind], *, into: Any = None, **kinds: Kind
) -> Listed:
    """Do as `prepared` does, where `build` takes a list for each name in `lists`; no list may be empty.

    named = listed(lambda uids: Record.filter(uid__in=uids).values("name"), {"uids": str})
    await named(uids=["a", "b"])
    """

    def prepare(shape: Shape) -> Prepared:
        def whole(**marks: Any) -> Any:
            given = {name: [marks.pop(f"{name}_{place}") for place in range(count)] for name, count in shape}
            return build(**given, **marks)

        return prepared(whole, into=into, **_kinds(shape, lists), **kinds)

    return Listed(prepare, tuple(lists))


def written_for_many(sql: str, columns: Mapping[str, Kind], lists: Mapping[str, Kind]) -> Listed:
    """Do as `written` does, where `:name` of a list stands for all of it, with commas in between."""

    def prepare(shape: Shape) -> Prepared:
        text = sql
        for name, count in shape:
            text = text.replace(f":{name}", ", ".join(f":{name}_{place}" for place in range(count)))
        return written(text, columns, **_kinds(shape, lists))

    return Listed(prepare, tuple(lists))


def _kinds(shape: Shape, lists: Mapping[str, Kind]) -> dict[str, Kind]:
    return {f"{name}_{place}": lists[name] for name, count in shape for place in range(count)}


def _filled_up(values: Sequence[Any]) -> list[Any]:
    # Up to a power of two, by saying the last one again: few shapes of the statement are kept.
    count = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (count - len(values))]
