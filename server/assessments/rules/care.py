"""医护分级 (②): from the ability level and lasting diagnoses to a care level, a package and how often somebody is visited.

No national table joins these; this one is ours, a version of its own, kept with every level that it gave.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.assessments.rules.dictionary import LASTING
from server.assessments.rules.scoring import AbilityLevel

VERSION = "2026-1"
SOURCE = "② 常政发〔2014〕124号 医护分级；分级、服务包与次数为自拟（版本 2026-1），上线前由当地卫健、民政定稿"


class CareGrade(StrEnum):
    INDEPENDENT = "independent"
    THIRD = "third"
    SECOND = "second"
    FIRST = "first"
    SPECIAL = "special"


GRADE_WORDS: Mapping[CareGrade, str] = {
    CareGrade.INDEPENDENT: "自理",
    CareGrade.THIRD: "三级",
    CareGrade.SECOND: "二级",
    CareGrade.FIRST: "一级",
    CareGrade.SPECIAL: "特级",
}
PACKAGES: Mapping[str, str] = {
    "basic": "基础健康管理包",
    "chronic": "慢性病管理包",
    "disabled": "失能照护包",
    "disabled_chronic": "失能合并慢性病照护包",
    "severe": "重度失能医护包",
}


@dataclass(frozen=True)
class CareRule:
    grade: CareGrade
    package: str
    visits_a_month: int


_G, _L = CareGrade, AbilityLevel
MANY_FROM = 3  # lasting diseases
# By ability level: with none, with one or two, with three or more lasting diseases.
TABLE: Mapping[AbilityLevel, tuple[CareRule, CareRule, CareRule]] = {
    _L.INTACT: (
        CareRule(_G.INDEPENDENT, "basic", 1),
        CareRule(_G.INDEPENDENT, "chronic", 1),
        CareRule(_G.THIRD, "chronic", 2),
    ),
    _L.MILD: (
        CareRule(_G.THIRD, "basic", 1),
        CareRule(_G.THIRD, "chronic", 2),
        CareRule(_G.SECOND, "chronic", 2),
    ),
    _L.MODERATE: (
        CareRule(_G.SECOND, "disabled", 2),
        CareRule(_G.SECOND, "disabled_chronic", 2),
        CareRule(_G.FIRST, "disabled_chronic", 4),
    ),
    _L.SEVERE: (
        CareRule(_G.FIRST, "disabled", 4),
        CareRule(_G.FIRST, "disabled_chronic", 4),
        CareRule(_G.SPECIAL, "disabled_chronic", 6),
    ),
    _L.TOTAL: (
        CareRule(_G.SPECIAL, "severe", 6),
        CareRule(_G.SPECIAL, "severe", 6),
        CareRule(_G.SPECIAL, "severe", 8),
    ),
}


def lasting(diagnoses: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in diagnoses if each in LASTING)


def care_rule(level: AbilityLevel, diagnoses: Iterable[str]) -> CareRule:
    count = len(lasting(diagnoses))
    return TABLE[level][0 if count == 0 else 1 if count < MANY_FROM else 2]
