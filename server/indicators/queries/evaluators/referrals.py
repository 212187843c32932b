"""Up-referrals: come back and followed up, and late on the way."""

from dataclasses import dataclass

from server.indicators.queries.evaluators.indicator import Indicator, bounds, homes_of, in_parts, target
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
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp
from server.referrals.rules import TURN, Direction, FollowUpStatus, ReferralStatus, Side

_S = ReferralStatus
REASONS = {
    "upper": Reason("还在治疗，轮到接收的医院", "医院按时限处理，准备好了发回转单"),
    "lower": Reason("轮到转出的机构", "按时限处理：补充、安排接回或结案"),
    "follow_up": Reason("人回来了，还没有随访", "两周内随访并写下来"),
    "follow_up_late": Reason("人回来了，随访晚了", "下次在期限内随访"),
    "waived": Reason("写明了不用随访"),
    "declined": Reason("对方没有接收", "另作安排"),
    "cancelled": Reason("取消了"),
    "late": Reason("有一步超过了时限", "查看是哪一步，与轮到的机构说好时间"),
}
CLOSED = Definition(
    code="referrals_closed",
    version=1,
    name="转诊闭环率",
    subject=Subject.REFERRAL,
    cadence=Cadence.MONTH,
    numerator="接回来了，应随访的也按期随访了",
    denominator="本月发出的上转",
    exclusions="取消的、对方没有接收的；写明不用随访的；长者不住在养老机构的",
    clause="①② 双向转诊；转诊闭环率（自拟）",
    confidence="low",
    target=target("referrals_closed", 90, "自拟", "assumed"),
    reasons=REASONS,
    happens=True,
    home_knows=False,
)
LATE = Definition(
    code="referrals_late",
    version=1,
    name="转诊超时率",
    subject=Subject.REFERRAL,
    cadence=Cadence.MONTH,
    numerator="有一步到了时限没有处理、上报过的",
    denominator="本月发出的转诊，上转和下转",
    exclusions="长者不住在养老机构的",
    clause="①② 双向转诊（自拟）",
    confidence="low",
    wanted=Wanted.LOW,
    target=target("referrals_late", 5, "自拟", "assumed"),
    reasons=REASONS,
    happens=True,
    home_knows=False,
)


@dataclass(frozen=True)
class _Sent:
    id: int
    uid: str
    home: int
    resident: int
    keeper: int
    status: ReferralStatus
    direction: Direction

    def fact(self, state: str, reason: str = "") -> Fact:
        made = {"met": met, "unmet": unmet, "left_out": left_out}[state]
        return made(self.home, (self.id, self.uid), reason, keeper_id=self.keeper, resident_id=self.resident)


async def _sent(scope: Scope) -> list[_Sent]:
    start, end = bounds(scope)
    rows = await Referral.filter(sent_at__gte=start, sent_at__lt=end).values_list(
        "id", "uid", "resident_id", "lower_id", "status", "direction"
    )
    lives = await homes_of(resident for _, _, resident, *_ in rows)
    homes = frozenset(scope.homes)
    return [
        # Who referred knows of it: the home, or primary care, and then the home is told numbers alone.
        _Sent(number, uid, home, who, lower, ReferralStatus(status), Direction(way))
        for number, uid, who, lower, status, way in rows
        if (home := lives.get(who)) is not None and home in homes
    ]


async def closed(scope: Scope) -> list[Fact]:
    sent = [each for each in await _sent(scope) if each.direction is Direction.UP]
    asked: dict[int, tuple[str, str]] = {}
    for some in in_parts([each.id for each in sent]):
        rows = ReferralFollowUp.filter(referral_id__in=some)
        for number, status, due_at, done_at in await rows.values_list(
            "referral_id", "status", "due_at", "done_at"
        ):
            asked[number] = _asked(FollowUpStatus(status), late=done_at is not None and done_at > due_at)
    return [_closed(each, asked.get(each.id, ("met", ""))) for each in sent]


def _asked(status: FollowUpStatus, *, late: bool) -> tuple[str, str]:
    """Return what a follow-up makes of a referral whose resident has come back."""
    if status is FollowUpStatus.WAIVED:
        return ("left_out", "waived")
    if status is FollowUpStatus.DONE:
        return ("unmet", "follow_up_late") if late else ("met", "")
    return ("unmet", "follow_up")


def _closed(each: _Sent, asked: tuple[str, str]) -> Fact:
    if each.status in {_S.CANCELLED, _S.DECLINED}:
        return each.fact("left_out", each.status)
    if each.status in {_S.RETURNED_HOME, _S.CLOSED}:
        return each.fact(*asked)
    return each.fact("unmet", "upper" if TURN[each.status] is Side.UPPER else "lower")


async def late(scope: Scope) -> list[Fact]:
    sent = await _sent(scope)
    missed: set[int] = set()
    for some in in_parts([each.id for each in sent]):
        rows = ReferralEscalation.filter(referral_id__in=some)
        missed |= {int(each) for (each,) in await rows.values_list("referral_id")}
    return [each.fact("met", "late") if each.id in missed else each.fact("unmet") for each in sent]


INDICATORS = (Indicator(CLOSED, closed), Indicator(LATE, late))
