"""What the bureau may set: policy numbers of booking, each with where it comes from."""

from server.alliance.rules import Parameter

# No text found names these numbers; the bureau may set its own versions (R7).
PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "booking.closes_minutes_before", 30, "minutes", "structure.md §5 示例；待与医院约定", "assumed"
    ),
    Parameter("booking.hold_minutes", 10, "minutes", "业务参数：确认前保留号源的时间", "assumed"),
    Parameter("booking.offer_minutes", 30, "minutes", "业务参数：候补号源的确认时限", "assumed"),
    Parameter("booking.noshow_grace_minutes", 60, "minutes", "业务参数：时段结束后多久记为未到", "assumed"),
    Parameter(
        "booking.open_per_resident",
        3,
        "appointments",
        "reliability.md §2.3F 每人最多 3 个未就诊预约",
        "assumed",
    ),
    Parameter("booking.horizon_days", 14, "days", "业务参数：提前放号天数", "assumed"),
    Parameter("booking.reoffer_days", 14, "days", "业务参数：医院取消后为长者补号的期限", "assumed"),
    Parameter("booking.reminder_days", 1, "days", "业务参数：就诊前几天提醒", "assumed"),
    Parameter(
        "booking.reminder_minute", 18 * 60, "minute_of_day", "业务参数：提醒时刻 18:00（本市时间）", "assumed"
    ),
    Parameter(
        "booking.replacement_minutes",
        24 * 60,
        "minutes",
        "业务参数：停诊后补给长者的号保留多久，家里要有时间商量",
        "assumed",
    ),
    Parameter("booking.call_undo_minutes", 5, "minutes", "业务参数：叫错号多久内可以撤回", "assumed"),
    Parameter("booking.trip_search_days", 14, "days", "业务参数：组团就诊排不下时，前后找多少天", "assumed"),
    Parameter(
        "booking.trip_riders_each", 4, "residents", "组团就诊：一位陪同照看几位长者，数值自拟", "assumed"
    ),
    Parameter(
        "booking.trip_walk_minutes",
        10,
        "minutes",
        "组团就诊：下车走到科室、看完走回来各多久，数值自拟",
        "assumed",
    ),
    Parameter(
        "booking.trip_longest_minutes",
        240,
        "minutes",
        "组团就诊：一车人从下车到上车最久多长，数值自拟",
        "assumed",
    ),
    Parameter("booking.fewest_shown", 5, "appointments", "业务参数：少于此数的等候时间不显示", "assumed"),
)
