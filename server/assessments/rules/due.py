"""Who is to be assessed by which questionnaire, how long a result holds, and how many must sign."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.assessments.rules import constitution, gbt42195, ltc, selfcare


@dataclass(frozen=True)
class Habit:
    """What a questionnaire's list asks: an age is a parameter, of the record's duties where it is theirs."""

    age: str | None  # None: nobody is due by age
    months: str


HABITS: Mapping[str, Habit] = {
    gbt42195.CODE: Habit("records.ability_age", "assessments.reassess_months"),
    selfcare.CODE: Habit("assessments.senior_age", "assessments.screen_months"),
    constitution.CODE: Habit("assessments.senior_age", "assessments.screen_months"),
    ltc.CODE: Habit(None, "assessments.reassess_months"),
}


class WorkState(StrEnum):
    """Where somebody stands on the work list."""

    NEVER = "never"
    LAPSED = "lapsed"
    ENDING = "ending"  # holds for a few more days
    DRAFT = "draft"
    PROPOSED = "proposed"
    VALID = "valid"  # holds, and nothing is to be done


WORK_WORDS: Mapping[WorkState, str] = {
    WorkState.NEVER: "还没有评过",
    WorkState.LAPSED: "已过有效期",
    WorkState.ENDING: "快到期",
    WorkState.DRAFT: "在填",
    WorkState.PROPOSED: "等第二位签名",
    WorkState.VALID: "有效",
}


def assessors_needed(code: str, numbers: Mapping[str, int]) -> int:
    return numbers[f"assessments.{code}_assessors"]


def clinicians_needed(code: str, numbers: Mapping[str, int]) -> int:
    return numbers.get(f"assessments.{code}_clinicians", 0)


def after_months(day: date, months: int) -> date:
    """Return the same day so many months on; a month that is shorter ends sooner."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def valid_until(day: date, months: int) -> date:
    """Return the last day on which a result holds."""
    return after_months(day, months) - timedelta(days=1)


def work_state(*, live: str | None, valid_until: date | None, today: date, notice_until: date) -> WorkState:
    """Tell what is to be done about somebody on the list."""
    if live is not None:
        return WorkState(live)
    if valid_until is None:
        return WorkState.NEVER
    if valid_until < today:
        return WorkState.LAPSED
    return WorkState.ENDING if valid_until <= notice_until else WorkState.VALID
