"""The policy numbers of this room."""

from server.alliance.rules import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("demands.answer_days", 14, "days", "参数：需求公布后医疗机构答复的期限（自拟）", "assumed"),
    Parameter("demands.settle_days", 30, "days", "参数：选定后签约或安排上门的期限（自拟）", "assumed"),
    Parameter("demands.urge_days", 7, "days", "参数：无人答复上报卫健部门后的督办期限（自拟）", "assumed"),
    Parameter(
        "demands.agreements_per_clinician",
        2,
        "agreements",
        "参数：一名医护最多带几份养老机构协议，用来估算还能承接几家（自拟）",
        "assumed",
    ),
)
