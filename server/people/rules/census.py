"""The beds of a home at the end of a day: what is kept, and what a correction is. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import orjson

from server.kit.months import Month

KEPT = 1  # the version that the worker keeps; later ones are corrections
MOST_CAUGHT_UP = 31  # days that a worker which was away makes up for


class CensusSpan(StrEnum):
    """How far back a page looks, and how densely."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Figures:
    """A home at midnight. A resident in hospital keeps the bed, and counts."""

    beds: int  # as registered; 0: nobody has said
    nursing_beds: int
    residents: int
    inpatient: int = 0
    convalescent: int = 0

    @property
    def utilisation(self) -> float | None:
        return self.residents / self.beds if self.beds else None

    @property
    def nursing_share(self) -> float | None:
        return self.nursing_beds / self.beds if self.beds else None

    def plus(self, other: "Figures") -> "Figures":
        return Figures(*(mine + theirs for mine, theirs in zip(self.numbers, other.numbers, strict=True)))

    def minus(self, other: "Figures") -> "Figures":
        return Figures(*(mine - theirs for mine, theirs in zip(self.numbers, other.numbers, strict=True)))

    @property
    def is_sound(self) -> bool:
        return (
            min(self.numbers) >= 0
            and self.nursing_beds <= self.beds
            and self.inpatient + self.convalescent <= self.residents
        )

    @property
    def numbers(self) -> tuple[int, ...]:
        return (self.beds, self.nursing_beds, self.residents, self.inpatient, self.convalescent)


NOTHING = Figures(0, 0, 0)


def digest_of(*, home: str, day: date, version: int, figures: Figures, reason: str, before: str) -> str:
    """Return the digest of one row, which holds that of the row before: a row that is edited stands out."""
    whole = [home, day, version, figures, reason, before]
    return hashlib.sha256(orjson.dumps(whole)).hexdigest()


def points_of(span: CensusSpan, last: date) -> tuple[date, ...]:
    """Return the days of a curve that ends on `last`: every day, every week, or the ends of months."""
    if span is CensusSpan.MONTH:
        return tuple(last - timedelta(days=back) for back in range(29, -1, -1))
    if span is CensusSpan.QUARTER:
        return tuple(last - timedelta(weeks=back) for back in range(12, -1, -1))
    return (*(Month.of(last).plus(-back).last for back in range(12, 0, -1)), last)
