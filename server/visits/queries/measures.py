"""What is measured at a bedside, in the order of the form, with the lines by which a number is called high or low."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.records.rules import BLOOD_PRESSURE, LINES, MEASURES, Lines
from server.visits.rules.findings import MEASURED


@dataclass(frozen=True)
class MeasureCard:
    """One column. `low` and `high` bound what is taken at all; the rest says what it means, as the record will.

    A value counts as high from `usual_high` on, as low down to `usual_low`; from `urgent_high` on and down to
    `urgent_low` a doctor is told at once. All four are None where the record knows no line.
    """

    key: str
    words: str
    unit: str
    low: float
    high: float
    decimals: int
    usual_low: float | None
    usual_high: float | None
    usual_high_senior: float | None  # for those who are `senior_from` years or older
    senior_from: int | None
    urgent_low: float | None
    urgent_high: float | None


@dataclass(frozen=True)
class _Usual:
    low: float | None = None
    high: float | None = None
    senior: float | None = None
    urgent_low: float | None = None
    urgent_high: float | None = None


async def measures(*, actor: Actor, now: datetime) -> tuple[MeasureCard, ...]:  # noqa: ARG001  one form for all queries
    numbers = await parameters(LINES, on=now)
    return tuple(_cards(Lines(numbers, 0)))


def _cards(lines: Lines) -> Iterator[MeasureCard]:
    usual = _usual(lines)
    parts = [(part.field, part) for part in MEASURES[BLOOD_PRESSURE]]
    parts += [(key, MEASURES[code][0]) for key, code in MEASURED.items()]
    for key, part in parts:
        line = usual.get(key, _Usual())
        yield MeasureCard(
            key=key,
            words=part.words,
            unit=part.unit,
            low=part.low,
            high=part.high,
            decimals=part.decimals,
            usual_low=line.low,
            usual_high=line.high,
            usual_high_senior=line.senior,
            senior_from=lines["senior_age"] if line.senior is not None else None,
            urgent_low=line.urgent_low,
            urgent_high=line.urgent_high,
        )


def _usual(lines: Lines) -> dict[str, _Usual]:
    """Return the lines by column: the very parameters that `records.rules.verdicts` judges by."""
    pressure = {
        part: _Usual(
            high=lines[f"{part}_line"],
            senior=lines[f"{part}_line_senior"],
            urgent_high=lines[f"{part}_urgent"],
        )
        for part in ("systolic", "diastolic")
    }
    too_low = lines["sugar_urgent_low"] / 10
    sugar = _Usual(
        low=too_low,
        high=lines["sugar_line"] / 10,
        urgent_low=too_low,
        urgent_high=lines["sugar_urgent_high"] / 10,
    )
    return {**pressure, "glucose": sugar}
