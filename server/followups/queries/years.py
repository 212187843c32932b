"""Each resident's year with a disease, and the sums that a sweep counts beforehand (`kit.rollups`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tortoise.queryset import QuerySet

from server.alliance.queries import parameter
from server.followups.errors import YearNotCounted
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.rules import Disease, EndReason, YearOfOne, rates_of
from server.kit.clock import local_date
from server.kit.rollups import CITY, Sums

TILE = "followups.years"
TIMES = "followups.yearly_times"
COUNTED = ("managed", "regular", "controlled", "lost", "left_out")
YEARS = 4  # are counted, and offered
Day = tuple[date, bool, bool]  # of a follow-up: when, face to face, controlled


def years_counted(today: date) -> list[date]:
    """Return the first days of the years that the sweep counts, the newest first."""
    return [date(today.year - back, 1, 1) for back in range(YEARS)]


def year_asked_for(year: int | None, today: date) -> int:
    """Return the year, this one where none is named; refuse with `YearNotCounted` one that nobody counts."""
    wanted = year or today.year
    if date(wanted, 1, 1) not in years_counted(today):
        raise YearNotCounted
    return wanted


async def years_of(
    *, disease: Disease, year: int, institutions: Sequence[int] | None
) -> list[tuple[int, int, YearOfOne]]:
    """Return every episode up to the year's end with its institution and resident, the older first; None: of the whole city."""
    episodes = ChronicEpisode.filter(disease=disease, enrolled_on__lte=date(year, 12, 31))
    made = FollowUp.filter(episode__disease=disease)
    if institutions is not None:
        episodes = episodes.filter(institution_id__in=list(institutions))
        made = made.filter(episode__institution_id__in=list(institutions))
    rows = await episodes.order_by("enrolled_on", "id").values_list(
        "id", "resident_id", "institution_id", "enrolled_on", "ended_on", "end_reason"
    )
    days: dict[int, list[Day]] = {}
    for number, *day in await _within(made, year):
        days.setdefault(number, []).append(_day(*day))
    return [
        (institution, resident, _one(number, since, ended, why, days))
        for number, resident, institution, since, ended, why in rows
    ]


async def years_of_these(rows: Sequence[ChronicEpisode], *, year: int) -> list[YearOfOne]:
    """Return the year of each of a few episodes."""
    days: dict[int, list[Day]] = {}
    for number, *day in await _within(FollowUp.filter(episode_id__in=[row.id for row in rows]), year):
        days.setdefault(number, []).append(_day(*day))
    return [_one(row.id, row.enrolled_on, row.ended_on, row.end_reason, days) for row in rows]


async def institution_sums(*, year: int, institutions: Sequence[int] | None, now: datetime) -> Sums:
    """Count a year by institution, disease and what is counted; of the whole city (None) also everybody once, as `CITY`."""
    today = local_date(now)
    times = await parameter(TIMES, on=today)
    sums: dict[tuple[int, str], int] = {}
    for disease in Disease:
        found = await years_of(disease=disease, year=year, institutions=institutions)
        latest: dict[int, dict[int, YearOfOne]] = {CITY: {}} if institutions is None else {}
        for institution, resident, each in found:
            for place in (CITY, institution) if institutions is None else (institution,):
                latest.setdefault(place, {})[resident] = each  # the latest episode of a resident counts
        for place, people in latest.items():
            counted = rates_of(people.values(), year=year, times=times, until=today)
            for what in COUNTED:
                if number := len(getattr(counted, what)):
                    sums[place, f"{disease}/{what}"] = number
    return sums


async def year_sums(*, year: int, now: datetime) -> Sums:
    """Count a year of the whole city."""
    return await institution_sums(year=year, institutions=None, now=now)


async def _within(made: QuerySet[FollowUp], year: int) -> Iterable[tuple[Any, ...]]:
    of_year = made.filter(
        is_current=True, happened_on__gte=date(year, 1, 1), happened_on__lte=date(year, 12, 31)
    )
    return await of_year.values_list("episode_id", "happened_on", "face_to_face", "controlled")


def _day(day: date, faced: Any, controlled: Any) -> Day:
    return (day, bool(faced), bool(controlled))


def _one(
    number: int, since: date, ended: date | None, why: str | None, days: Mapping[int, Sequence[Day]]
) -> YearOfOne:
    return YearOfOne(number, since, ended, EndReason(why) if why else None, tuple(days.get(number, ())))
