"""From answers to a result. Pure: the same answers, the same version and the same numbers give the same result for ever."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any

from server.assessments.rules import constitution, gbt42195, ltc, selfcare
from server.assessments.rules.dictionary import DEMENTIA, MENTAL, RISKS
from server.assessments.rules.questionnaires import Answers, Questionnaire, Section

Numbers = Mapping[str, int]


class AbilityLevel(IntEnum):
    """How much of somebody's ability is lost: GB/T 42195's five levels."""

    INTACT = 0
    MILD = 1
    MODERATE = 2
    SEVERE = 3
    TOTAL = 4


ABILITY_WORDS: Mapping[AbilityLevel, str] = {
    AbilityLevel.INTACT: "能力完好",
    AbilityLevel.MILD: "能力轻度受损（轻度失能）",
    AbilityLevel.MODERATE: "能力中度受损（中度失能）",
    AbilityLevel.SEVERE: "能力重度受损（重度失能）",
    AbilityLevel.TOTAL: "能力完全丧失（完全失能）",
}
COMA, DIAGNOSIS, EVENTS = "coma", "diagnosis", "events"
TRIGGER_WORDS: Mapping[str, str] = {
    COMA: "处于昏迷状态，直接定为能力完全丧失",
    DIAGNOSIS: "确诊痴呆或其他精神和行为障碍，加重一级",
    EVENTS: "近 30 天内照护风险事件两次及以上，加重一级",
}
YES, TENDENCY, NO, MOSTLY = "是", "倾向是", "否", "基本是"


@dataclass(frozen=True)
class ScorePart:
    """One section's or one constitution's share."""

    code: str
    title: str
    score: int
    most: int
    verdict: str = ""


@dataclass(frozen=True)
class Score:
    """What comes of a sheet. Of GB/T 42195 these are its table C: C.1 parts, C.2 total, C.3 preliminary, C.4 triggers, C.5 level."""

    result: str  # one sentence, as it stands in the record
    parts: tuple[ScorePart, ...] = ()
    total: int | None = None
    most: int | None = None
    preliminary: int | None = None
    triggers: tuple[str, ...] = ()
    level: int | None = None
    numbers: Mapping[str, int | float] | None = None  # the parameters and measured values that decided it

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def score_of(kept: Mapping[str, Any]) -> Score:
    """Read a score as it was kept."""
    parts = tuple(ScorePart(**part) for part in kept["parts"])
    return replace(Score(**{**kept, "parts": ()}), parts=parts, triggers=tuple(kept["triggers"]))


def scored(questionnaire: Questionnaire, answers: Answers, numbers: Numbers) -> Score:
    """Score a whole sheet; what is not whole was refused before (`checked`)."""
    return _BY_CODE[questionnaire.code](questionnaire, answers, numbers)


def points(section: Section, answers: Answers) -> int:
    return sum(item.by_value[answers[item.code]].score for item in section.items)


def preliminary_level(total: int) -> AbilityLevel:
    return AbilityLevel(next(level for level, least in enumerate(gbt42195.LEVEL_FROM) if total >= least))


def triggers_of(answers: Answers, numbers: Numbers) -> tuple[str, ...]:
    """Return every ground that C.4 names and that is there, whether or not it still changes the level."""
    found = []
    if answers["B-3-9"] == gbt42195.COMA or answers["A-5-11"] == "yes":
        found.append(COMA)
    if not {DEMENTIA, MENTAL}.isdisjoint(answers["A-4-1"]):
        found.append(DIAGNOSIS)
    if points(RISKS, answers) >= numbers["assessments.risk_events"]:
        found.append(EVENTS)
    return tuple(found)


def final_level(preliminary: AbilityLevel, triggers: Sequence[str], *, stacking: bool) -> AbilityLevel:
    """Raise the level by its grounds; the worst is the last."""
    if COMA in triggers:
        return AbilityLevel.TOTAL
    raising = len({DIAGNOSIS, EVENTS} & set(triggers))
    return AbilityLevel(min(AbilityLevel.TOTAL, preliminary + (raising if stacking else min(raising, 1))))


def _ability(questionnaire: Questionnaire, answers: Answers, numbers: Numbers) -> Score:
    parts = tuple(
        ScorePart(each.code, each.title, points(each, answers), each.most) for each in questionnaire.scored
    )
    total = sum(part.score for part in parts)
    preliminary, triggers = preliminary_level(total), triggers_of(answers, numbers)
    level = final_level(preliminary, triggers, stacking=bool(numbers["assessments.stack_adjustments"]))
    raised = "" if level is preliminary else f"，按变更依据由“{ABILITY_WORDS[preliminary]}”加重"
    return Score(
        result=f"{ABILITY_WORDS[level]}，{total} 分（满分 90 分）{raised}",
        parts=parts,
        total=total,
        most=90,
        preliminary=int(preliminary),
        triggers=triggers,
        level=int(level),
        numbers={name: numbers[f"assessments.{name}"] for name in ("risk_events", "stack_adjustments")},
    )


def selfcare_level(total: int) -> int:
    """Return the last grade whose least points are reached: the more points, the worse."""
    return max(grade for grade, least in enumerate(selfcare.LEVEL_FROM) if total >= least)


def _selfcare(questionnaire: Questionnaire, answers: Answers, numbers: Numbers) -> Score:  # noqa: ARG001  every scale is scored alike
    (section,) = questionnaire.scored
    total = points(section, answers)
    level = selfcare_level(total)
    parts = tuple(
        ScorePart(item.code, item.label, item.by_value[answers[item.code]].score, item.most)
        for item in section.items
    )
    return Score(
        result=f"{selfcare.WORDS[level]}，{total} 分（0–37 分，分数越高越需要帮助）",
        parts=parts,
        total=total,
        most=section.most,
        level=level,
    )


def step_of(value: float, *lines: int) -> int:
    """Return 1 and one more for every line that the value reaches."""
    return 1 + sum(value >= line for line in lines)


def _above(value: float, *lines: int) -> int:
    return sum(value > line for line in lines)


def measured_points(answers: Answers, numbers: Numbers) -> dict[int, int]:
    """Return what items 9, 14 and 28 are worth; an index is judged before it is rounded."""

    def lines(name: str, *steps: int) -> list[int]:
        return [numbers[f"assessments.{name}_{step}"] for step in steps]

    waist, least = answers[constitution.WAIST], numbers["assessments.waist_2"]
    return {
        9: step_of(10 * body_mass_index(answers), *lines("bmi", 2, 3, 4, 5)),
        14: step_of(answers[constitution.COLDS], *lines("colds", 2, 3, 4, 5)),
        # 80–85 is two, 86–90 three: above 85 it is no longer two, whatever the decimals.
        28: 1 if waist < least else 2 + _above(waist, *lines("waist_most", 2, 3, 4)),
    }


def body_mass_index(answers: Answers) -> float:
    metres = float(answers[constitution.HEIGHT]) / 100
    return round(float(answers[constitution.WEIGHT]) / metres**2, 6)


def leaning_verdict(total: int) -> str:
    if total >= constitution.YES_FROM:
        return YES
    return TENDENCY if total >= constitution.TENDENCY_FROM else NO


def balanced_verdict(total: int, others: Sequence[int]) -> str:
    if total < constitution.BALANCED_FROM:
        return NO
    worst = max(others)
    if worst <= constitution.BALANCED_OTHERS:
        return YES
    return MOSTLY if worst <= constitution.MOSTLY_OTHERS else NO


def _constitution(questionnaire: Questionnaire, answers: Answers, numbers: Numbers) -> Score:  # noqa: ARG001  as above
    worth = measured_points(answers, numbers)
    worth |= {number: int(answers[f"Q{number}"]) for number in range(1, 34) if number not in worth}
    parts = []
    for code, title, items in constitution.LEANING:
        total = sum(worth[number] for number in items)
        parts.append(ScorePart(code, title, total, 5 * len(items), leaning_verdict(total)))
    code, title, items = constitution.BALANCED
    total = sum(6 - worth[number] if number in constitution.TURNED else worth[number] for number in items)
    verdict = balanced_verdict(total, [part.score for part in parts])
    parts.append(ScorePart(code, title, total, 5 * len(items), verdict))
    found = [f"{part.title}（{part.verdict}）" for part in parts if part.verdict != NO]
    deciding = {
        name.removeprefix("assessments."): value
        for name, value in numbers.items()
        if name.startswith(("assessments.bmi_", "assessments.colds_", "assessments.waist_"))
    }
    return Score(
        result="、".join(found) if found else "九种体质都没有达到“倾向是”",
        parts=tuple(parts),
        numbers={**deciding, "bmi": round(body_mass_index(answers), 1), "colds": answers[constitution.COLDS]},
    )


def _long_term(questionnaire: Questionnaire, answers: Answers, numbers: Numbers) -> Score:  # noqa: ARG001  as above
    grade = answers[ltc.GRADE]
    words = dict(ltc.GRADES)[grade]
    return Score(result=f"{grade} 级，{words}（{answers['agency']}评定）", level=int(grade))


_BY_CODE: Mapping[str, Callable[[Questionnaire, Answers, Numbers], Score]] = {
    gbt42195.CODE: _ability,
    selfcare.CODE: _selfcare,
    constitution.CODE: _constitution,
    ltc.CODE: _long_term,
}
