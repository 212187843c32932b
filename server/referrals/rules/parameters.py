"""Within how many hours each state must be left, and the other numbers of this feature."""

from server.alliance.rules import Parameter

_OWN = "自拟：各地规范只要求“及时”，facts/domain.md §7.7 未见时限"


def _hours(state: str, hours: int, what: str, citation: str = _OWN) -> Parameter:
    return Parameter(f"referrals.{state}_hours", hours, "hours", f"{what}（{citation}）", "assumed")


PARAMETERS: tuple[Parameter, ...] = (
    _hours("draft", 72, "草稿写好后发出"),
    _hours("submitted", 72, "一般转诊，对方答复"),
    _hours("submitted_urgent", 24, "紧急转诊 24 小时内人工确认", "facts/domain.md §7.7 自拟"),
    _hours("returned", 48, "补充后重新发出"),
    _hours("accepted", 48, "一般转诊，受理后约好时间"),
    _hours("accepted_urgent", 4, "紧急转诊，受理后约好时间"),
    _hours("scheduled", 24, "约好的时间过后，人应当出发或到达"),
    _hours("in_transit", 12, "出发后登记收到"),
    _hours("received", 24, "收到后说明收治还是看完就回"),
    _hours("in_treatment", 14 * 24, "治疗中多久说明一次情况"),
    _hours("discharge_planned", 48, "准备出院后写好回转单"),
    _hours("back_offered", 48, "答复能否接回"),
    _hours("back_accepted", 72, "同意后把人接回来"),
    _hours("returned_home", 15 * 24, "回来后落实照护、随访并结案"),
    _hours("settled", 24, "督办时默认再给的时间"),
    Parameter(
        "referrals.packet_days",
        14,
        "days",
        "转诊结案后随附资料还能看几天（自拟；个人信息保护法第十九条“最短时间”）",
        "assumed",
    ),
    Parameter(
        "referrals.follow_up_days",
        14,
        "days",
        "国家基本公共卫生服务规范（第三版）：紧急转诊后 2 周内主动随访转诊情况",
        "high",
    ),
    Parameter("referrals.schedule_ahead_days", 90, "days", "约来的时间最多提前多少天（自拟）", "assumed"),
)
