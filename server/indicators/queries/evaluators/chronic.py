"""Residents with a chronic disease: managed by the rule, and controlled. Whoever manages them knows who they are; the home does not."""

from collections.abc import Callable
from typing import Final

from server.followups.models import ChronicEpisode
from server.followups.queries.years import TIMES, years_of
from server.followups.rules import DISEASE_WORDS, Disease, YearOfOne
from server.indicators.queries.evaluators.indicator import Indicator, in_parts, target
from server.indicators.rules import Cadence, Definition, Fact, Reason, Scope, Subject, left_out, met, unmet

GONE: Final = Reason("去世、迁出、转出或诊断有误")
LOST: Final = Reason("今年还没有随访", "联系长者，安排面对面随访")


def _definition(
    disease: Disease, code: str, what: str, *, numerator: str, percent: int, reason: Reason
) -> Definition:
    return Definition(
        code=code,
        version=1,
        name=f"{DISEASE_WORDS[disease]}{what}",
        subject=Subject.EPISODE,
        cadence=Cadence.YEAR,
        numerator=numerator,
        denominator="年内已管理、住在养老机构的长者，按最近一次纳入，同一人只计一次；失访计入",
        exclusions="去世、迁出、转出、诊断有误的；现在不住养老机构的",
        clause="①③⑤ 慢病随访；国家基本公共卫生服务规范（第三版）",
        confidence="medium",
        target=target(code, percent, "facts/domain.md §8 某省 2023 规范管理率；控制率目标为自拟"),
        numbers=(TIMES,),
        reasons={"behind": reason, "lost": LOST, "gone": GONE},
        home_knows=False,
    )


def _regular(year: YearOfOne, scope: Scope) -> bool:
    return year.is_regular(scope.period.first.year, times=scope.numbers[TIMES], until=scope.today)


def _controlled(year: YearOfOne, scope: Scope) -> bool:
    return year.is_controlled(scope.period.first.year)


def _indicator(
    definition: Definition, disease: Disease, holds: Callable[[YearOfOne, Scope], bool]
) -> Indicator:
    async def evaluate(scope: Scope) -> list[Fact]:
        year = scope.period.first.year
        latest = {
            resident: (keeper, each)
            for keeper, resident, each in await years_of(disease=disease, year=year, institutions=None)
        }
        people = [(keeper, each) for keeper, each in latest.values() if each.was_managed(year)]
        whose: dict[int, tuple[str, int, int]] = {}
        for some in in_parts([each.episode for _, each in people]):
            rows = ChronicEpisode.filter(id__in=some, resident__home_id__in=list(scope.homes))
            for number, uid, resident, home in await rows.values_list(
                "id", "uid", "resident_id", "resident__home_id"
            ):
                whose[number] = (uid, resident, home)
        return [
            _fact(each, keeper, whose[each.episode], holds=holds(each, scope), year_of=year)
            for keeper, each in people
            if each.episode in whose
        ]

    return Indicator(definition, evaluate)


def _fact(year: YearOfOne, keeper: int, whose: tuple[str, int, int], *, holds: bool, year_of: int) -> Fact:
    uid, resident, home = whose
    subject = (year.episode, uid)
    if year.is_left_out(year_of):
        return left_out(home, subject, "gone", keeper_id=keeper, resident_id=resident)
    if holds:
        return met(home, subject, keeper_id=keeper, resident_id=resident)
    reason = "lost" if year.is_lost(year_of) else "behind"
    return unmet(home, subject, reason, keeper_id=keeper, resident_id=resident)


_REGULAR = "面对面随访的次数够（每年次数为参数，年中纳入按季度折算）"
_CONTROL = "今年最近一次随访达标，按随访那天的年龄取线"
_MORE = Reason("随访次数不够", "补一次面对面随访")
_HIGH = Reason("最近一次随访没有达标", "两周内复测，调整或转诊")
INDICATORS = (
    _indicator(_definition(Disease.HYPERTENSION, "bp_regular", "规范管理率", numerator=_REGULAR, percent=76, reason=_MORE), Disease.HYPERTENSION, _regular),
    _indicator(_definition(Disease.HYPERTENSION, "bp_control", "控制率", numerator=_CONTROL, percent=60, reason=_HIGH), Disease.HYPERTENSION, _controlled),
    _indicator(_definition(Disease.DIABETES, "sugar_regular", "规范管理率", numerator=_REGULAR, percent=76, reason=_MORE), Disease.DIABETES, _regular),
    _indicator(_definition(Disease.DIABETES, "sugar_control", "控制率", numerator=_CONTROL, percent=60, reason=_HIGH), Disease.DIABETES, _controlled),
)  # fmt: skip
