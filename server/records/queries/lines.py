"""The control lines by which one person's numbers are judged."""

from collections.abc import Mapping
from datetime import date, datetime

from server.alliance.queries import parameters
from server.kit.clock import age_on, local_date
from server.records.rules import LINES, Lines


async def lines_for(birth_date: date, *, now: datetime) -> Lines:
    return lines_from(await line_numbers(now=now), birth_date, now=now)


async def line_numbers(*, now: datetime) -> Mapping[str, int]:
    """Return what the lines are made of; age decides which of them hold for whom."""
    return await parameters(LINES, on=local_date(now))


def lines_from(numbers: Mapping[str, int], birth_date: date, *, now: datetime) -> Lines:
    return Lines(numbers, age_on(birth_date, local_date(now)))
