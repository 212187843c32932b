"""In which capacity somebody works at a place, and what may not be true of it (A24): pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.identity.errors import PeriodNeeded, RegistrationBackwards, RegistrationNeeded, SecondedElsewhere
from server.kit.periods import Period


class Engagement(StrEnum):
    """In which capacity somebody holds a role at an institution (A24)."""

    OWN = "own"  # 本单位
    MULTI_SITE = "multi_site"  # 多点执业: registered there besides
    SECONDMENT = "secondment"  # 挂职: lent for a time, to one place at a time
    LIAISON = "liaison"  # 常驻联络员


ENGAGEMENT_WORDS: Mapping[Engagement, str] = {
    Engagement.OWN: "本单位",
    Engagement.MULTI_SITE: "多点执业",
    Engagement.SECONDMENT: "挂职",
    Engagement.LIAISON: "常驻联络员",
}


@dataclass(frozen=True)
class Terms:
    """In which capacity a role is held, under which registration, and for what."""

    engagement: Engagement = Engagement.OWN
    registration_number: str = ""
    registration_ends_on: date | None = None  # the first day on which it no longer holds
    note: str = ""


def ensure_terms(terms: Terms, *, starts_on: date, ends_at: datetime | None) -> None:
    """Refuse a second registration without its number and end, and anybody lent without an end."""
    registered = bool(terms.registration_number and terms.registration_ends_on)
    if terms.engagement is Engagement.MULTI_SITE and not registered:
        raise RegistrationNeeded(fields={"registration_number": RegistrationNeeded.message})
    if terms.engagement in {Engagement.SECONDMENT, Engagement.LIAISON} and ends_at is None:
        raise PeriodNeeded(fields={"last_day": PeriodNeeded.message})
    if terms.registration_ends_on is not None and terms.registration_ends_on <= starts_on:
        raise RegistrationBackwards(fields={"registration_last_day": RegistrationBackwards.message})


def ensure_not_lent_twice(held: Iterable[tuple[Engagement, int | None, Period]]) -> None:
    """Refuse two secondments at once, wherever: nobody is lent to two places for the same days."""
    lent = [(place, period) for engagement, place, period in held if engagement is Engagement.SECONDMENT]
    for count, (_, period) in enumerate(lent):
        if any(period.overlaps(other) for _, other in lent[count + 1 :]):
            raise SecondedElsewhere
