"""Rounds: due and kept, attested by both, disputed, corrected. Only what both confirmed counts as kept (I36)."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.indicators.queries.evaluators.indicator import Indicator, bounds, in_parts, target
from server.indicators.rules import (
    Cadence,
    Definition,
    Fact,
    Reason,
    Scope,
    Subject,
    Wanted,
    left_out,
    met,
    unmet,
)
from server.kit.clock import start_of_day
from server.visits.models import Attestation, Visit, VisitCorrection
from server.visits.rules import CorrectionStatus, Verdict, VisitStatus

_S = VisitStatus
REASONS = {
    _S.PLANNED: Reason("过了时间没有签到", "医疗机构说明原因，或重新安排"),
    _S.MISSED: Reason("没有进行", "医疗机构重新安排"),
    _S.STARTED: Reason("已开始，还没有结束", "医疗机构在小程序里结束这次巡诊"),
    _S.FINISHED: Reason("双方都没有确认", "双方核对后确认"),
    _S.ATTESTED_PROVIDER: Reason("等养老机构确认", "养老机构核对后确认"),
    _S.ATTESTED_HOST: Reason("等医疗机构确认", "医疗机构核对后确认"),
    _S.DISPUTED: Reason("双方说法不一", "双方核实后写明结论"),
    _S.CORRECTION_REQUESTED: Reason("正在更正", "对方核准更正"),
    _S.VOID: Reason("作废", "查明原因，避免再发生"),
    _S.CANCELLED: Reason("取消，不算到期"),
    "corrected": Reason("确认后又更正过", "核对记录习惯，一次填对"),
}
FAILED = frozenset({_S.MISSED, _S.VOID})  # whatever the day still brings
DONE = frozenset({_S.CONFIRMED, _S.CORRECTION_REQUESTED})
AFTER_FINISH = frozenset({_S.FINISHED, _S.ATTESTED_PROVIDER, _S.ATTESTED_HOST, _S.DISPUTED}) | DONE


def _definition(
    code: str, name: str, *, words: tuple[str, str, str], wanted: Wanted, percent: int
) -> Definition:
    numerator, denominator, exclusions = words
    return Definition(
        code=code,
        version=1,
        name=name,
        subject=Subject.VISIT,
        cadence=Cadence.MONTH,
        numerator=numerator,
        denominator=denominator,
        exclusions=exclusions,
        clause="① 定期上门巡诊；比率和目标为自拟",
        confidence="low",
        wanted=wanted,
        target=target(code, percent, "自拟", "assumed"),
        reasons=REASONS,
        happens=True,
    )


KEPT = _definition(
    "visits_kept",
    "巡诊达成率",
    words=("双方确认的巡诊", "本月到期的巡诊", "取消的；还没有到时间的"),
    wanted=Wanted.HIGH,
    percent=95,
)
BOTH = _definition(
    "visits_both",
    "双方确认率",
    words=("双方都确认的", "本月结束了的巡诊", "作废的"),
    wanted=Wanted.HIGH,
    percent=95,
)
DISPUTED = _definition(
    "visits_disputed",
    "争议率",
    words=("有一方提出过异议的", "本月结束了的巡诊", "没有"),
    wanted=Wanted.LOW,
    percent=5,
)
CORRECTED = _definition(
    "visits_corrected",
    "更正率",
    words=("确认以后核准过更正的", "本月确认过的巡诊", "没有"),
    wanted=Wanted.LOW,
    percent=5,
)


@dataclass(frozen=True)
class _Round:
    id: int
    uid: str
    home: int
    provider: int
    status: VisitStatus
    ends_at: datetime
    finished: bool
    confirmed: bool

    def left_out(self, reason: str) -> Fact:
        return left_out(self.home, (self.id, self.uid), reason, keeper_id=self.provider)

    def met(self, reason: str = "") -> Fact:
        return met(self.home, (self.id, self.uid), reason, keeper_id=self.provider)

    def unmet(self, reason: str = "") -> Fact:
        return unmet(self.home, (self.id, self.uid), reason, keeper_id=self.provider)


async def _rounds(scope: Scope) -> list[_Round]:
    start, end = bounds(scope)
    rows = Visit.filter(Q(starts_at__gte=start, starts_at__lt=end), home_id__in=list(scope.homes))
    return [
        _Round(
            number,
            uid,
            home,
            provider,
            VisitStatus(status),
            ends_at,
            finished is not None,
            confirmed is not None,
        )
        for number, uid, home, provider, status, ends_at, finished, confirmed in await rows.values_list(
            "id", "uid", "home_id", "provider_id", "status", "ends_at", "finished_at", "confirmed_at"
        )
    ]


async def kept(scope: Scope) -> list[Fact]:
    until = start_of_day(scope.over_before)  # of today nothing is due yet: the day is not over
    found = []
    for each in await _rounds(scope):
        if each.status is _S.CANCELLED:
            found.append(each.left_out(_S.CANCELLED))
        elif each.status is _S.CONFIRMED:
            found.append(each.met())
        elif each.status in FAILED or each.ends_at <= until:
            found.append(each.unmet(each.status))
    return found


async def both(scope: Scope) -> list[Fact]:
    found = []
    for each in await _rounds(scope):
        if each.status is _S.CONFIRMED:
            found.append(each.met())
        elif each.status in AFTER_FINISH:
            found.append(each.unmet(each.status))
        elif each.status is _S.VOID and each.finished:
            found.append(each.left_out(_S.VOID))
    return found


async def disputed(scope: Scope) -> list[Fact]:
    rounds = [each for each in await _rounds(scope) if each.finished]
    said: set[int] = set()
    for some in in_parts([each.id for each in rounds]):
        rows = Attestation.filter(visit_id__in=some, verdict=Verdict.DISPUTED)
        said |= {int(each) for (each,) in await rows.values_list("visit_id")}
    return [each.met(_S.DISPUTED) if each.id in said else each.unmet() for each in rounds]


async def corrected(scope: Scope) -> list[Fact]:
    rounds = [each for each in await _rounds(scope) if each.confirmed]
    changed: set[int] = set()
    for some in in_parts([each.id for each in rounds]):
        rows = VisitCorrection.filter(visit_id__in=some, status=CorrectionStatus.APPROVED)
        changed |= {int(each) for (each,) in await rows.values_list("visit_id")}
    return [each.met("corrected") if each.id in changed else each.unmet() for each in rounds]


INDICATORS = (
    Indicator(KEPT, kept),
    Indicator(BOTH, both),
    Indicator(DISPUTED, disputed),
    Indicator(CORRECTED, corrected),
)
