"""What a follow-up means: controlled or not, refer at once or not, and when to come again (facts/domain.md 2.5, 2.6).

The control lines are the record's own (`records.rules.Lines`), for the age on the day of the follow-up. Everything a
decision depends on comes in; the policy numbers that were used are kept with the follow-up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.followups.rules.diseases import Disease
from server.records.rules import Lines


class Outcome(StrEnum):
    """此次随访分类, as the record calls it."""

    GOOD = "good"
    POOR = "poor"
    REACTION = "reaction"
    COMPLICATION = "complication"


class Course(StrEnum):
    """What follows, the graver the further down."""

    ROUTINE = "routine"  # come again in three months
    ADJUST = "adjust"  # change the treatment, two weeks
    REFER = "refer"  # to a hospital, and ask within two weeks what came of it
    URGENT = "urgent"  # to a hospital now


class Complication(StrEnum):
    NONE = "1"
    NEW = "2"
    WORSE = "3"


OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.GOOD: "控制满意",
    Outcome.POOR: "控制不满意",
    Outcome.REACTION: "不良反应",
    Outcome.COMPLICATION: "并发症",
}
COURSE_WORDS: Mapping[Course, str] = {
    Course.ROUTINE: "预约下一次随访",
    Course.ADJUST: "调整治疗，两周后复查",
    Course.REFER: "建议转诊上级医院，两周内回访",
    Course.URGENT: "处理后紧急转诊，两周内回访",
}


@dataclass(frozen=True)
class Measured:
    """Numbers as they were measured; sugar and temperature in tenths, so that nothing is compared in fractions."""

    systolic: int
    diastolic: int
    glucose: int | None = None  # 0.1 mmol/L, fasting
    pulse: int | None = None
    temperature: int | None = None  # 0.1 ℃


@dataclass(frozen=True)
class Finding:
    """All that one follow-up found."""

    disease: Disease
    measured: Measured
    signs: tuple[str, ...] = ()  # of the signs for which one refers at once, in words
    reaction: bool = False
    reaction_hard: bool = False  # it cannot be brought under control
    complication: Complication = Complication.NONE


@dataclass(frozen=True)
class Before:
    """What the follow-up before found."""

    controlled: bool
    outcome: Outcome


@dataclass(frozen=True)
class Terms:
    """The numbers that decide: control lines of this person on this day, and the intervals."""

    lines: Lines
    numbers: Mapping[str, int]  # followups.*
    routine_days: int  # records.follow_up_days

    def __getitem__(self, name: str) -> int:
        return self.numbers[f"followups.{name}"]


@dataclass(frozen=True)
class Decision:
    controlled: bool
    outcome: Outcome
    course: Course
    why: tuple[str, ...]  # sentences
    days: int  # until the next one at the latest

    @property
    def refers(self) -> bool:
        return self.course in {Course.REFER, Course.URGENT}

    def next_on(self, day: date) -> date:
        return day + timedelta(days=self.days)


def is_controlled(disease: Disease, measured: Measured, lines: Lines) -> bool:
    """Pressure: both numbers below the lines of this age. Sugar: fasting, below its line."""
    if disease is Disease.DIABETES:
        return measured.glucose is not None and measured.glucose < lines["sugar_line"]
    systolic, diastolic = lines.blood_pressure
    return measured.systolic < systolic and measured.diastolic < diastolic


def urgent_reasons(finding: Finding, terms: Terms) -> tuple[str, ...]:
    """Return why somebody must go to a hospital now, each as a sentence; empty when nothing says so."""
    measured, lines = finding.measured, terms.lines
    found = []
    if measured.systolic >= lines["systolic_urgent"] or measured.diastolic >= lines["diastolic_urgent"]:
        found.append(
            f"血压 {measured.systolic}/{measured.diastolic} mmHg，达到收缩压 {lines['systolic_urgent']} "
            f"或舒张压 {lines['diastolic_urgent']} 的紧急转诊线"
        )
    if finding.disease is Disease.DIABETES:
        found += _diabetes_reasons(measured, terms)
    return (*found, *(f"有“{sign}”" for sign in finding.signs))


def _diabetes_reasons(measured: Measured, terms: Terms) -> list[str]:
    high, low = terms.lines["sugar_urgent_high"], terms.lines["sugar_urgent_low"]
    found = []
    if measured.glucose is not None and measured.glucose >= high:
        found.append(f"血糖 {_tenths(measured.glucose)} mmol/L，不低于 {_tenths(high)}")
    if measured.glucose is not None and measured.glucose <= low:
        found.append(f"血糖 {_tenths(measured.glucose)} mmol/L，不高于 {_tenths(low)}")
    if measured.pulse is not None and measured.pulse > terms["pulse_urgent"]:
        found.append(f"心率 {measured.pulse} 次/分，超过 {terms['pulse_urgent']}")
    if measured.temperature is not None and measured.temperature > terms["temperature_urgent"]:
        found.append(f"体温 {_tenths(measured.temperature)} ℃，超过 {_tenths(terms['temperature_urgent'])}")
    return found


def decide(finding: Finding, before: Before | None, terms: Terms) -> Decision:
    """Follow the decision table: good, first time not good, twice not good or worse, at once."""
    controlled = is_controlled(finding.disease, finding.measured, terms.lines)
    outcome = _outcome(finding, controlled=controlled)
    if urgent := urgent_reasons(finding, terms):
        return Decision(controlled, outcome, Course.URGENT, urgent, terms["check_back_days"])
    if grave := _reasons_to_refer(finding, before, controlled=controlled):
        return Decision(controlled, outcome, Course.REFER, grave, terms["check_back_days"])
    if first := _reasons_to_adjust(finding, controlled=controlled):
        return Decision(controlled, outcome, Course.ADJUST, first, terms["recheck_days"])
    why = ("控制满意，没有药物不良反应，也没有新的或加重的并发症",)
    return Decision(controlled, outcome, Course.ROUTINE, why, terms.routine_days)


def _outcome(finding: Finding, *, controlled: bool) -> Outcome:
    if finding.complication is not Complication.NONE:
        return Outcome.COMPLICATION
    if finding.reaction:
        return Outcome.REACTION
    return Outcome.GOOD if controlled else Outcome.POOR


def _reasons_to_refer(finding: Finding, before: Before | None, *, controlled: bool) -> tuple[str, ...]:
    twice_poor = not controlled and before is not None and not before.controlled
    twice_reaction = finding.reaction and before is not None and before.outcome is Outcome.REACTION
    told: Sequence[tuple[bool, str]] = (
        (twice_poor, "连续两次控制不满意"),
        (finding.reaction and finding.reaction_hard, "药物不良反应难以控制"),
        (twice_reaction and not finding.reaction_hard, "连续两次出现药物不良反应"),
        (finding.complication is Complication.NEW, "出现新的并发症"),
        (finding.complication is Complication.WORSE, "原有并发症加重"),
    )
    return tuple(words for true, words in told if true)


def _reasons_to_adjust(finding: Finding, *, controlled: bool) -> tuple[str, ...]:
    told = ((not controlled, "这一次控制不满意"), (finding.reaction, "出现药物不良反应"))
    return tuple(words for true, words in told if true)


def _tenths(value: int) -> str:
    return f"{value / 10:.1f}"
