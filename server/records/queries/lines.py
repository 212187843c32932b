"""The control lines by which one person's numbers are judged."""

from datetime import date, datetime

from server.alliance.queries import parameters
from server.kit.clock import age_on, local_date
from server.records.rules import LINES, Lines


async def lines_for(birth_date: date, *, now: datetime) -> Lines:
    today = local_date(now)
    return Lines(await parameters(LINES, on=today), age_on(birth_date, today))
