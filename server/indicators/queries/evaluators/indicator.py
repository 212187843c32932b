"""What a room offers to be counted: a definition, and who stands where.

A room adds its indicators by one file beside this one that ends in `INDICATORS`, and its line in `registry`.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from server.alliance.rules import Confidence, Parameter
from server.indicators.rules import Definition, Fact, Scope
from server.kit.clock import start_of_day
from server.people.models import Resident

Item = TypeVar("Item")
AT_ONCE = 1000  # ids in one statement


@dataclass(frozen=True)
class Indicator:
    definition: Definition
    evaluate: Callable[[Scope], Awaitable[list[Fact]]]


def target(code: str, percent: int, citation: str, confidence: Confidence = "medium") -> Parameter:
    return Parameter(f"indicators.target.{code}", percent, "percent", citation, confidence)


def bounds(scope: Scope) -> tuple[datetime, datetime]:
    """Return the period's first instant, and the first after it."""
    return start_of_day(scope.period.first), start_of_day(scope.period.after)


async def residents_of(scope: Scope) -> list[Resident]:
    """Return who lives in these homes, with no more than decides who falls in."""
    rows = Resident.filter(home_id__in=list(scope.homes), merged_into_id=None, died_at=None)
    return await rows.only("id", "uid", "home_id", "birth_date", "care_state", "died_at")


async def homes_of(resident_ids: Iterable[int]) -> Mapping[int, int]:
    """Return where each lives now; who lives in no home is not there."""
    found: dict[int, int] = {}
    for some in in_parts(sorted(set(resident_ids))):
        rows = Resident.filter(id__in=some, home_id__isnull=False)
        found.update(await rows.values_list("id", "home_id"))
    return found


def in_parts(items: Sequence[Item]) -> Iterator[list[Item]]:
    waiting = iter(items)
    while part := list(islice(waiting, AT_ONCE)):
        yield part
