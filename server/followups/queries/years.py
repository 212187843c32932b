"""Each resident's year with a disease, and the sums of the whole city, which a sweep counts beforehand (`kit.rollups`)."""

from collections.abc import Sequence
from datetime import date, datetime

from server.alliance.queries import parameter
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.rules import Disease, EndReason, YearOfOne, rates_of
from server.kit.clock import local_date
from server.kit.rollups import Sums

TILE = "followups.rates"
TIMES = "followups.yearly_times"
COUNTED = ("managed", "regular", "controlled", "lost", "left_out")
YEARS = 2  # this one and the last are counted again


def years_counted(today: date) -> list[date]:
    """Return the first days of the years that the sweep counts."""
    return [date(today.year - back, 1, 1) for back in range(YEARS)]


async def years_of(
    *, disease: Disease, year: int, institutions: Sequence[int] | None
) -> list[tuple[int, YearOfOne]]:
    """Return everybody once, by their latest episode, with its institution; None: of the whole city."""
    episodes = ChronicEpisode.filter(disease=disease, enrolled_on__lte=date(year, 12, 31))
    made = FollowUp.filter(
        episode__disease=disease,
        is_current=True,
        happened_on__gte=date(year, 1, 1),
        happened_on__lte=date(year, 12, 31),
    )
    if institutions is not None:
        episodes = episodes.filter(institution_id__in=list(institutions))
        made = made.filter(episode__institution_id__in=list(institutions))
    rows = await episodes.order_by("enrolled_on", "id").values_list(
        "id", "resident_id", "institution_id", "enrolled_on", "ended_on", "end_reason"
    )
    latest = {resident: (number, *rest) for number, resident, *rest in rows}
    days: dict[int, list[tuple[date, bool, bool]]] = {}
    for number, day, faced, controlled in await made.values_list(
        "episode_id", "happened_on", "face_to_face", "controlled"
    ):
        days.setdefault(number, []).append((day, bool(faced), bool(controlled)))
    return [
        (
            institution,
            YearOfOne(number, since, ended, EndReason(why) if why else None, tuple(days.get(number, ()))),
        )
        for number, institution, since, ended, why in latest.values()
    ]


async def year_sums(*, year: int, now: datetime) -> Sums:
    """Count a year of the whole city by institution, disease and what is counted."""
    today = local_date(now)
    times = await parameter(TIMES, on=today)
    sums: dict[tuple[int, str], int] = {}
    for disease in Disease:
        by_institution: dict[int, list[YearOfOne]] = {}
        for institution, each in await years_of(disease=disease, year=year, institutions=None):
            by_institution.setdefault(institution, []).append(each)
        for institution, people in by_institution.items():
            counted = rates_of(people, year=year, times=times, until=today)
            for what in COUNTED:
                if number := len(getattr(counted, what)):
                    sums[institution, f"{disease}/{what}"] = number
    return sums
