"""May this be prescribed for long, and for how long? Every fault is named beside its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.prescriptions.rules.drugs import ALLOWED, CLASS_WORDS, NEEDS_REASON, DrugClass, class_of

MOST_LINES = 12


class Agreed(StrEnum):
    """How the resident's side agreed, having been told."""

    ORAL = "oral"
    SIGNED = "signed"  # by the resident or who acts for them; asked for beyond the usual four weeks


AGREED_WORDS: Mapping[Agreed, str] = {Agreed.ORAL: "当面说明，口头同意", Agreed.SIGNED: "当面说明，签字确认"}


@dataclass(frozen=True)
class Wanted:
    """One line as it is asked for."""

    name: str
    kind: DrugClass
    dose: str  # "5 毫克"
    frequency: str  # "每天早上一次"
    unit: str  # "片"
    per_day: int  # tenths of a unit
    days: int

    @property
    def quantity(self) -> int:
        """Return how many units are handed out: a begun one is a whole one."""
        return -(-self.per_day * self.days // 10)

    def last_on(self, first_on: date) -> date:
        return first_on + timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Conditions:
    """What the prescriber vouches for."""

    diagnosed: bool
    stable: bool
    adherent: bool
    agreed: Agreed
    slip: str = ""  # where the signed paper is kept
    reason: str = ""  # why longer than usual, or why an antimicrobial


@dataclass(frozen=True)
class Limits:
    usual: int  # days: four weeks
    longest: int  # twelve


def faults_of(lines: Sequence[Wanted], conditions: Conditions, limits: Limits) -> dict[str, str]:
    """Return what stands in the way, by field; nothing: it may be prescribed."""
    found: dict[str, str] = {}
    if not 0 < len(lines) <= MOST_LINES:
        found["lines"] = f"一张处方写 1 到 {MOST_LINES} 种药。"
    for place, line in enumerate(lines):
        found |= {f"lines.{place}.{name}": said for name, said in _line_faults(line, limits).items()}
    names = [line.name.strip() for line in lines]
    if len(set(names)) < len(names):
        found["lines"] = "同一种药写了两行，请合成一行。"
    found |= _condition_faults(lines, conditions, limits)
    return found


def is_longer(lines: Sequence[Wanted], limits: Limits) -> bool:
    return any(line.days > limits.usual for line in lines)


def _line_faults(line: Wanted, limits: Limits) -> dict[str, str]:
    found: dict[str, str] = {}
    kind = class_of(line.name, line.kind)
    if kind not in ALLOWED:
        found["name"] = f"{CLASS_WORDS[kind]}不能开长期处方，请开普通处方。"
    if not 0 < line.days <= limits.longest:
        found["days"] = f"天数要在 1 到 {limits.longest} 之间，最长 {limits.longest // 7} 周。"
    if not 0 < line.per_day <= 1000:  # noqa: PLR2004  a hundred a day is no dose
        found["per_day"] = "每天用量要大于 0，不超过 100。"
    return found


def _condition_faults(lines: Sequence[Wanted], given: Conditions, limits: Limits) -> dict[str, str]:
    found: dict[str, str] = {}
    asked = {
        "diagnosed": (given.diagnosed, "诊断要明确，才能开长期处方。"),
        "stable": (given.stable, "病情和用药要稳定，才能开长期处方。"),
        "adherent": (given.adherent, "要能按时吃药，才能开长期处方。"),
    }
    found |= {name: said for name, (holds, said) in asked.items() if not holds}
    reasoned = any(class_of(line.name, line.kind) in NEEDS_REASON for line in lines)
    longer = is_longer(lines, limits)
    if (longer or reasoned) and not given.reason.strip():
        found["reason"] = f"超过 {limits.usual // 7} 周或开抗结核等药，请写明评估的理由。"
    if longer and given.agreed is not Agreed.SIGNED:
        found["agreed"] = f"超过 {limits.usual // 7} 周要长者或代办人签字确认。"
    if given.agreed is Agreed.SIGNED and not given.slip.strip():
        found["slip"] = "请写明签字的纸存在哪里。"
    return found
