"""Notices before something ends: of each end the nearest one only, each once."""

from collections.abc import Iterable, Iterator
from typing import Any

from tortoise.expressions import Q


def nearest_first(notices: Iterable[int], *, kept_in: str = "reminded_days") -> Iterator[tuple[int, Q]]:
    """Go through notices, in days before the end, and narrow to the rows that were told none as near as this.

    What begins with five days left is told once: the notice of seven days, after which that of thirty is no news.
    """
    for days in sorted(notices):
        none: dict[str, Any] = {f"{kept_in}__isnull": True}
        farther: dict[str, Any] = {f"{kept_in}__gt": days}
        yield days, Q(**none) | Q(**farther)
