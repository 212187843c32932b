"""Why somebody has no family doctor, and what to do next about it."""

from collections.abc import Mapping
from enum import StrEnum

from server.enrolments.rules.lifecycle import EndReason, EnrolmentStatus


class Why(StrEnum):
    NEVER_ASKED = "never_asked"
    WAITS_FOR_FAMILY = "waits_for_family"
    WAITS_FOR_TEAM = "waits_for_team"
    NOT_YET_BEGUN = "not_yet_begun"
    EXPIRED = "expired"
    DECLINED = "declined"
    LAPSED = "lapsed"
    OWN_WISH = "own_wish"
    ENDED = "ended"


WHY_WORDS: Mapping[Why, str] = {
    Why.NEVER_ASKED: "还没有人提起过签约",
    Why.WAITS_FOR_FAMILY: "等长者或家属签字",
    Why.WAITS_FOR_TEAM: "等团队确认",
    Why.NOT_YET_BEGUN: "已签好，还没到起始日",
    Why.EXPIRED: "签约到期，没有续",
    Why.DECLINED: "团队没有接受",
    Why.LAPSED: "申请超期没有答复",
    Why.OWN_WISH: "本人或家属不愿意",
    Why.ENDED: "签约提前结束",
}
NEXT_STEP: Mapping[Why, str] = {
    Why.NEVER_ASKED: "请护士当面介绍，选好团队和服务包",
    Why.WAITS_FOR_FAMILY: "请养老院把协议读给长者听；没有手机的在纸上签",
    Why.WAITS_FOR_TEAM: "请团队今天确认",
    Why.NOT_YET_BEGUN: "不用做什么，到那天自动生效",
    Why.EXPIRED: "问长者愿不愿意续签",
    Why.DECLINED: "换一个还有名额的团队",
    Why.LAPSED: "再问一次，当面办",
    Why.OWN_WISH: "尊重本人意愿，半年后再问一次",
    Why.ENDED: "问清原因，愿意的话另选团队",
}
_ENDED: Mapping[EndReason, Why] = {
    EndReason.EXPIRED: Why.EXPIRED,
    EndReason.DECLINED: Why.DECLINED,
    EndReason.LAPSED: Why.LAPSED,
    EndReason.OWN_WISH: Why.OWN_WISH,
    EndReason.WITHDRAWN: Why.OWN_WISH,
}


def why_none(status: EnrolmentStatus | None, *, signed: bool, ended: EndReason | None) -> Why:
    """Tell from somebody's latest contract why they have no live one; no status: there was none ever."""
    if status is None:
        return Why.NEVER_ASKED
    if status is EnrolmentStatus.APPLIED:
        return Why.WAITS_FOR_TEAM if signed else Why.WAITS_FOR_FAMILY
    if status is EnrolmentStatus.SIGNED:
        return Why.NOT_YET_BEGUN
    return _ENDED.get(ended, Why.ENDED) if ended is not None else Why.ENDED
