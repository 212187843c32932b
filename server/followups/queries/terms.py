"""The numbers by which a follow-up is judged, for one person on one day."""

from collections.abc import Mapping
from datetime import date

from server.alliance.queries import parameters
from server.followups.rules import POLICY, Terms
from server.kit.clock import age_on
from server.records.rules import LINES, Lines

ROUTINE = "records.follow_up_days"
NUMBERS = (*POLICY, *LINES, ROUTINE)


async def numbers_on(day: date) -> Mapping[str, int]:
    return await parameters(NUMBERS, on=day)


def terms_of(numbers: Mapping[str, int], birth_date: date, day: date) -> Terms:
    """Put the numbers together for somebody's age on the day of the follow-up."""
    return Terms(
        lines=Lines(numbers, age_on(birth_date, day)), numbers=numbers, routine_days=numbers[ROUTINE]
    )
