"""The numbers of this feature, each a row with its source (R7)."""

from server.alliance.rules import Parameter

_RATES = "政策② 岗前培训率 90%→100%、持证率 85%→95%"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "training.grace_days",
        0,
        "days",
        "证书到期后、或到岗后还可以安排巡诊的天数；0 为不许。启用的头几个月可由主管部门放宽（自拟）",
    ),
    Parameter("training.early_minutes", 30, "minutes", "开始前多久可以签到（自拟）"),
    Parameter("training.late_minutes", 60, "minutes", "结束后多久还可以签到（自拟）"),
    Parameter("training.unfinished_hours", 24, "hours", "结束多久还没有发证就提醒主办机构（自拟）"),
    Parameter("training.first_notice", 30, "days", "证书到期前第一次提醒（自拟，同协议到期 30/7 日）"),
    Parameter("training.last_notice", 7, "days", "证书到期前最后一次提醒（自拟，同协议到期 30/7 日）"),
    Parameter("training.pre_service_least", 90, "percent", _RATES, "medium"),
    Parameter("training.pre_service_goal", 100, "percent", _RATES, "medium"),
    Parameter("training.certificate_least", 85, "percent", _RATES, "medium"),
    Parameter("training.certificate_goal", 95, "percent", _RATES, "medium"),
)
