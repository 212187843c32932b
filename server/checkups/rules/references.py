"""What is not as it should be. Pressure and sugar are judged by the record's own lines; the rest by ranges kept as data.

The ranges are known by heart (WS/T 405-2012 blood count, WS/T 404.1/404.5 liver and kidney, the dyslipidemia guide of
2016) and marked so: before real use they are replaced by those of the laboratory that reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.checkups.rules.items import Edition
from server.checkups.rules.wording import GRAVE_WORDS, not_well
from server.records.rules import BLOOD_PRESSURE, Lines, Sign, read_value

REFERENCES_VERSION = "2026.2"
CITATION = "参考区间【记忆】：WS/T 405-2012、WS/T 404.1、WS/T 404.5、血脂指南 2016；上线前换成检验机构的区间"


@dataclass(frozen=True)
class Range:
    """From and to are still good; `grave` is where somebody must act within days."""

    low: float | None = None
    high: float | None = None
    grave_low: float | None = None
    grave_high: float | None = None


@dataclass(frozen=True)
class Abnormal:
    item: str
    sentence: str
    grave: bool = False


MALE: Mapping[str, Range] = {
    "hgb": Range(130, 175, grave_low=60),
    "alt": Range(high=50, grave_high=500),
    "ast": Range(high=40, grave_high=500),
    "creatinine": Range(high=111, grave_high=442),
    "urea": Range(high=9.5, grave_high=30),
}
FEMALE: Mapping[str, Range] = {
    "hgb": Range(115, 150, grave_low=60),
    "alt": Range(high=40, grave_high=500),
    "ast": Range(high=35, grave_high=500),
    "creatinine": Range(high=81, grave_high=442),
    "urea": Range(high=8.8, grave_high=30),
}
BOTH: Mapping[str, Range] = {
    "temperature": Range(35.5, 37.3, grave_high=39),
    "pulse": Range(60, 100, grave_low=40, grave_high=140),
    "wbc": Range(3.5, 9.5, grave_low=1.5, grave_high=30),
    "plt": Range(125, 350, grave_low=30),
    "tbil": Range(high=26),
    "cholesterol": Range(high=6.2),
    "triglyceride": Range(high=2.3),
    "ldl": Range(high=4.1),
    "hdl": Range(low=1.0),
    "hba1c": Range(high=6.4),
    "self_care": Range(high=3),
}


def abnormal(edition: Edition, values: Mapping[str, Any], *, sex: str, lines: Lines) -> tuple[Abnormal, ...]:
    """Return everything that is not as it should be, in the order of the form."""
    found = [*_by_lines(values, lines)]
    ranges = {**BOTH, **(MALE if sex == "male" else FEMALE if sex == "female" else _widest())}
    for item in edition.items:
        value = values.get(item.name)
        if value is None:
            continue
        if item.is_number and (kept := ranges.get(item.name)) is not None:
            found += _by_range(item.name, item.said(value), float(value), kept)
        elif item.options:
            if item.well and value not in item.well:
                found.append(Abnormal(item.name, item.said(value)))
        elif not item.is_number and item.judged and (wrong := not_well(item.name, str(value))):
            grave = any(word in clause for clause in wrong for word in GRAVE_WORDS)
            found.append(Abnormal(item.name, item.said(value), grave))
    return tuple(found)


def _by_lines(values: Mapping[str, Any], lines: Lines) -> list[Abnormal]:
    found = []
    if "systolic" in values:
        body = {"systolic": values["systolic"], "diastolic": values["diastolic"]}
        reading = read_value(BLOOD_PRESSURE, body, lines)
        if reading.sign is not Sign.GOOD:
            words = f"血压 {body['systolic']}/{body['diastolic']} mmHg，{reading.words}"
            found.append(Abnormal("systolic", words, reading.sign is Sign.URGENT))
    if "glucose" in values:
        reading = read_value("1558-6", {"value": values["glucose"]}, lines)
        if reading.sign is not Sign.GOOD:
            words = f"空腹血糖 {values['glucose']:g} mmol/L，{reading.words}"
            found.append(Abnormal("glucose", words, reading.sign is Sign.URGENT))
    return found


def _by_range(name: str, said: str, value: float, kept: Range) -> list[Abnormal]:
    if kept.low is not None and value < kept.low:
        grave = kept.grave_low is not None and value <= kept.grave_low
        return [Abnormal(name, f"{said}，低于 {kept.low:g}", grave)]
    if kept.high is not None and value > kept.high:
        grave = kept.grave_high is not None and value >= kept.grave_high
        return [Abnormal(name, f"{said}，高于 {kept.high:g}", grave)]
    return []


def _widest() -> Mapping[str, Range]:
    """Whose sex nobody wrote down is judged by what is abnormal for both."""
    return {
        name: Range(
            min(MALE[name].low or 0, FEMALE[name].low or 0) or None,
            max(MALE[name].high or 0, FEMALE[name].high or 0) or None,
            MALE[name].grave_low,
            MALE[name].grave_high,
        )
        for name in MALE
    }
