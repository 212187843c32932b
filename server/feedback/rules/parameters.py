"""The policy numbers of this room."""

from server.alliance.rules import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("feedback.rating_days", 30, "days", "服务确认后可评价的天数（自拟）"),
    Parameter("feedback.undo_minutes", 10, "minutes", "评价提交后可收回的分钟数，期满才计入（自拟）"),
    Parameter("feedback.case_score", 2, "score", "不高于此分即立案办理（自拟；政策①③ 满意度评价与考核）"),
    Parameter("feedback.auto_publish", 1, "yes_no", "内容安全检查通过的文字自动公开：1 是 0 否（自拟）"),
    Parameter("feedback.least_shown", 5, "ratings", "领域模型 I45：少于 5 条不显示均分和条数"),
    Parameter("feedback.verify_days", 3, "days", "立案后开始核实的期限（自拟）"),
    Parameter("feedback.rectify_days", 5, "days", "核实完成、提出整改的期限（自拟）"),
    Parameter("feedback.callback_days", 15, "days", "整改完成并回访的期限（自拟）"),
    Parameter("feedback.close_days", 7, "days", "回访后办结的期限（自拟）"),
    Parameter("feedback.callback_wait_days", 3, "days", "回访后等家属确认的天数，期满机构方可办结（自拟）"),
    Parameter("feedback.appeal_days", 10, "days", "主管部门答复申诉的期限（自拟）"),
    Parameter("feedback.reopen_days", 30, "days", "办结后家属可退回重办的天数（自拟）"),
    Parameter(
        "feedback.satisfied_score",
        4,
        "score",
        "facts/domain.md 满意度 = 满意 + 基本满意：不低于此分",
        "medium",
    ),
    Parameter("feedback.neighbour_days", 30, "days", "审核时看同机构、同作者多少天内的文字（自拟）"),
    Parameter("feedback.neighbour_texts", 200, "texts", "审核时与最近多少条文字比较（自拟）"),
    Parameter("feedback.alike_percent", 60, "percent", "文字相同到此程度即提示相似（自拟）"),
)
