"""All indicators, in the order in which a board shows them, theme by theme. A room's file stands here in one line."""

from collections.abc import Mapping
from datetime import date

from server.alliance.rules import Parameter
from server.indicators.queries.evaluators import (
    alliance,
    booking,
    chronic,
    clinics,
    consents,
    elders,
    enrolments,
    health,
    home_beds,
    promises,
    referrals,
    settlement,
    training,
    visits,
)
from server.indicators.queries.evaluators.indicator import Indicator
from server.indicators.rules import Definition, Period, period_of
from server.kit.errors import NotFound

THEMES = {
    "机构和人员": (alliance, clinics, training),
    "健康档案和健康管理": (health, elders, chronic),
    "家庭医生和共享同意": (enrolments, consents),
    "上门服务和绿色通道": (promises, visits, home_beds, booking),
    "转诊": (referrals,),
    "结算": (settlement,),
}
INDICATORS: tuple[Indicator, ...] = tuple(
    each for rooms in THEMES.values() for room in rooms for each in room.INDICATORS
)
THEME_OF: Mapping[str, str] = {
    each.definition.key: theme
    for theme, rooms in THEMES.items()
    for room in rooms
    for each in room.INDICATORS
}
BY_KEY: Mapping[str, Indicator] = {each.definition.key: each for each in INDICATORS}
TARGETS: tuple[Parameter, ...] = tuple(
    each.definition.target for each in INDICATORS if each.definition.target is not None
)


def in_force_on(day: date) -> tuple[Indicator, ...]:
    """Return of each indicator the version that holds on a day, in their order."""
    newest: dict[str, Indicator] = {}
    for each in INDICATORS:
        known = newest.get(each.definition.code)
        if each.definition.effective_from <= day and (
            known is None or known.definition.version < each.definition.version
        ):
            newest[each.definition.code] = each
    return tuple(newest.values())


def indicator_of(code: str, day: date) -> Indicator:
    found = next((each for each in in_force_on(day) if each.definition.code == code), None)
    if found is None:
        raise NotFound
    return found


def indicator_in(code: str, day: date, *, today: date) -> tuple[Indicator, Period]:
    """Return the period of a day, and the version by which it is counted: a period that is over keeps its own."""
    period = period_of(indicator_of(code, today).definition.cadence, min(day, today))
    return indicator_of(code, period.as_of(today)), period


def indicators_in(day: date, *, today: date) -> tuple[Indicator, ...]:
    """Return what is counted of the month and of the year of a day, each in its period's version."""
    return tuple(
        each
        for each in INDICATORS
        if each in in_force_on(period_of(each.definition.cadence, day).as_of(today))
    )


def definition_of(code: str, version: int) -> Definition:
    return BY_KEY[f"{code}.{version}"].definition
