"""Priority groups: two follow from the birthday, the others are stated with a source."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from server.kit.clock import age_on


class Group(StrEnum):
    AGED_65 = "aged_65"
    AGED_80 = "aged_80"
    HYPERTENSION = "hypertension"
    DIABETES = "diabetes"
    IMPAIRED = "impaired"
    DISABLED = "disabled"
    EXTREME_POVERTY = "extreme_poverty"
    LOW_INCOME = "low_income"
    SPECIAL_FAMILY = "special_family"


# 基本医疗卫生与健康促进法、国卫基层发〔2022〕10 号 name them in substance; the list as codes is our own (2026.1).
GROUPS_VERSION = "2026.1"
GROUP_WORDS: Mapping[Group, str] = {
    Group.AGED_65: "65 岁及以上",
    Group.AGED_80: "80 岁及以上",
    Group.HYPERTENSION: "高血压",
    Group.DIABETES: "2 型糖尿病",
    Group.IMPAIRED: "失能",
    Group.DISABLED: "残疾",
    Group.EXTREME_POVERTY: "特困供养",
    Group.LOW_INCOME: "最低生活保障",
    Group.SPECIAL_FAMILY: "计划生育特殊家庭",
}
BY_AGE: Mapping[Group, int] = {Group.AGED_65: 65, Group.AGED_80: 80}
STATED = tuple(group for group in Group if group not in BY_AGE)
# They say something about health: told to whoever stated them, to the team that is to serve, and to the family.
ABOUT_HEALTH = frozenset({Group.HYPERTENSION, Group.DIABETES, Group.IMPAIRED, Group.DISABLED})


def groups_of(birth_date: date, stated: Iterable[Group], *, today: date) -> tuple[Group, ...]:
    """Return all groups somebody belongs to on a day, in the list's own order."""
    age, said = age_on(birth_date, today), frozenset(stated)
    return tuple(group for group in Group if group in said or (group in BY_AGE and age >= BY_AGE[group]))
