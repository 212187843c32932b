"""What a number means for this person, in a word and a sentence. Lines are policy, so they come from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from server.records.rules.measures import BLOOD_PRESSURE


class Sign(StrEnum):
    """Never shown by color alone: each comes with its sentence."""

    GOOD = "good"
    WATCH = "watch"  # tell the nurse
    URGENT = "urgent"  # see a doctor now
    PLAIN = "plain"  # nothing to judge


@dataclass(frozen=True)
class Reading:
    sign: Sign
    words: str


@dataclass(frozen=True)
class Lines:
    """The control lines of one person: the parameters `records.*` and their age."""

    values: Mapping[str, int]
    age: int

    def __getitem__(self, name: str) -> int:
        return self.values[f"records.{name}"]

    @cached_property
    def blood_pressure(self) -> tuple[int, int]:
        senior = "_senior" if self.age >= self["senior_age"] else ""
        return self[f"systolic_line{senior}"], self[f"diastolic_line{senior}"]


PLAIN = Reading(Sign.PLAIN, "")
FASTING_GLUCOSE = "1558-6"
JUDGED = frozenset({BLOOD_PRESSURE, FASTING_GLUCOSE})  # what has lines; of all else nothing is claimed


def read_value(code: str, body: Mapping[str, float], lines: Lines) -> Reading:
    if code == BLOOD_PRESSURE:
        return _blood_pressure(body["systolic"], body["diastolic"], lines)
    if code == FASTING_GLUCOSE:
        return _glucose(round(body["value"] * 10), lines)
    return PLAIN


def _blood_pressure(systolic: float, diastolic: float, lines: Lines) -> Reading:
    if systolic >= lines["systolic_urgent"] or diastolic >= lines["diastolic_urgent"]:
        return Reading(Sign.URGENT, "高得多，请马上告诉护士或医生")
    most_systolic, most_diastolic = lines.blood_pressure
    if systolic < most_systolic and diastolic < most_diastolic:
        return Reading(Sign.GOOD, "在目标范围内")
    near = systolic < most_systolic + 10 and diastolic < most_diastolic + 10
    return Reading(Sign.WATCH, f"比目标高{'一点' if near else ''}，请告诉护士")


def _glucose(tenths: int, lines: Lines) -> Reading:
    if tenths >= lines["sugar_urgent_high"]:
        return Reading(Sign.URGENT, "高得多，请马上告诉护士或医生")
    if tenths <= lines["sugar_urgent_low"]:
        return Reading(Sign.URGENT, "太低了，请马上告诉护士，先吃点东西")
    if tenths < lines["sugar_line"]:
        return Reading(Sign.GOOD, "在目标范围内")
    return Reading(Sign.WATCH, "比目标高，请告诉护士")
