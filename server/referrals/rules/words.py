"""What states and steps are called, at a desk and to a family."""

from collections.abc import Mapping

from server.referrals.rules.lifecycle import (
    Direction,
    FollowUpOutcome,
    FollowUpStatus,
    ReferralEvent,
    ReferralStatus,
    Urgency,
)

_S = ReferralStatus
_E = ReferralEvent

DIRECTION_WORDS: Mapping[Direction, str] = {Direction.UP: "上转", Direction.DOWN: "下转"}
URGENCY_WORDS: Mapping[Urgency, str] = {Urgency.URGENT: "紧急", Urgency.ROUTINE: "一般"}
STATUS_WORDS: Mapping[ReferralStatus, str] = {
    _S.DRAFT: "草稿",
    _S.SUBMITTED: "等待受理",
    _S.RETURNED: "请补充",
    _S.DECLINED: "没有受理",
    _S.ACCEPTED: "已受理",
    _S.SCHEDULED: "约好时间",
    _S.IN_TRANSIT: "在路上",
    _S.RECEIVED: "已收到人",
    _S.IN_TREATMENT: "治疗中",
    _S.DISCHARGE_PLANNED: "准备出院",
    _S.BACK_OFFERED: "等待接回",
    _S.BACK_ACCEPTED: "同意接回",
    _S.RETURNED_HOME: "已回来",
    _S.CLOSED: "已结案",
    _S.CANCELLED: "已取消",
}


def slip_address(code: str, *, city: str) -> str:
    """Return what a slip's squares say: the address at the receiver's desk, or the number alone where none is set."""
    origin = city.rstrip("/")
    return f"{origin}/admin/referrals/slip/{code}" if origin else code


# What has to happen next, for whoever has to do it.
NEXT_WORDS: Mapping[ReferralStatus, str] = {
    _S.DRAFT: "写好后发给对方",
    _S.SUBMITTED: "看转诊单，决定能不能接收",
    _S.RETURNED: "按对方的要求补充后重新发出",
    _S.ACCEPTED: "约一个来的时间，或预约绿色通道的号",
    _S.SCHEDULED: "按约好的时间把长者送过去",
    _S.IN_TRANSIT: "人到了以后登记收到",
    _S.RECEIVED: "说明是收治还是看完就回",
    _S.IN_TREATMENT: "定期说明情况，能出院时计划出院",
    _S.DISCHARGE_PLANNED: "写好回转单，请对方接回",
    _S.BACK_OFFERED: "看回转单，决定怎样接回",
    _S.BACK_ACCEPTED: "把长者接回来并登记",
    _S.RETURNED_HOME: "落实后续照护后结案",
}
EVENT_WORDS: Mapping[ReferralEvent, str] = {
    _E.SUBMIT: "发给对方",
    _E.ACCEPT: "受理",
    _E.RETURN: "请对方补充",
    _E.DECLINE: "不受理",
    _E.SCHEDULE: "约时间",
    _E.DEPART: "已出发",
    _E.RECEIVE: "收到人了",
    _E.TREAT: "收治",
    _E.STAY: "继续治疗",
    _E.PLAN_DISCHARGE: "准备出院",
    _E.OFFER_BACK: "请对方接回",
    _E.ASK_MORE: "请对方补充",
    _E.ACCEPT_BACK: "同意接回",
    _E.ARRIVE_HOME: "人已回来",
    _E.CLOSE: "结案",
    _E.CANCEL: "取消转诊",
}
# What the family reads: where their relative is and who acts next. {upper} and {lower} are names.
STORIES: Mapping[ReferralStatus, str] = {
    _S.SUBMITTED: "{lower}建议去{upper}看，正在等{upper}答复。",
    _S.RETURNED: "{upper}请{lower}再补充一些情况，{lower}正在准备。",
    _S.DECLINED: "{upper}这次没有接收，{lower}会另作安排。",
    _S.ACCEPTED: "{upper}同意接收，正在安排时间。",
    _S.SCHEDULED: "{upper}约好了时间，{lower}会按时送过去。",
    _S.IN_TRANSIT: "正在去{upper}的路上。",
    _S.RECEIVED: "已经到了{upper}。",
    _S.IN_TREATMENT: "正在{upper}治疗。",
    _S.DISCHARGE_PLANNED: "{upper}正在准备出院。",
    _S.BACK_OFFERED: "可以出院了，正在等{lower}安排接回。",
    _S.BACK_ACCEPTED: "{lower}已经安排好，准备接回来。",
    _S.RETURNED_HOME: "已经回到{lower}。",
    _S.CLOSED: "这次转诊已经办完。",
    _S.CANCELLED: "这次转诊取消了。",
}
# What to bring along, told to the family (自拟，按通常的就诊准备).
BRING = (
    "身份证",
    "医保卡或社保卡",
    "转诊单（纸的，或手机上的二维码）",
    "正在吃的药，或者药单",
    "以前的检查单和片子",
)
FOLLOW_UP_WORDS: Mapping[FollowUpStatus, str] = {
    FollowUpStatus.DUE: "待随访",
    FollowUpStatus.OVERDUE: "逾期未随访",
    FollowUpStatus.DONE: "已随访",
    FollowUpStatus.WAIVED: "不用随访",
}
OUTCOME_WORDS: Mapping[FollowUpOutcome, str] = {
    FollowUpOutcome.GOOD: "情况稳定",
    FollowUpOutcome.POOR: "情况没有控制住",
    FollowUpOutcome.REACTION: "药物有不良反应",
    FollowUpOutcome.COMPLICATION: "出现并发症",
}
