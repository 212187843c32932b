"""The policy numbers of this room."""

from server.alliance.rules import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "people.proxies_per_resident",
        8,
        "people",
        "领域模型 I5：每位长者同时有效的代办人不超过 8 人",
        "assumed",
    ),
    Parameter(
        "people.open_applications", 5, "applications", "每个账号同时等待核对的代办申请上限（自拟）", "assumed"
    ),
    Parameter("people.application_days", 30, "days", "代办申请无人核对即失效的天数（自拟）", "assumed"),
    Parameter(
        "people.review_days",
        365,
        "days",
        "代办授权最长多久复核一次（自拟，参照 NHS 代理指引年度复核）",
        "assumed",
    ),
    Parameter("people.invitation_days", 7, "days", "参数：代办邀请的有效天数（自拟）", "assumed"),
    Parameter(
        "people.open_invitations", 5, "invitations", "参数：一位长者同时未用的邀请上限（自拟）", "assumed"
    ),
    Parameter("people.roster_rows", 5000, "rows", "一份名册最多的行数（自拟，防止误传整市数据）", "assumed"),
    Parameter(
        "people.advanced_age",
        80,
        "years",
        "①养医联合体实施方案（2024）、③余姚方案：80 周岁以上高龄长者",
        "medium",
    ),
    Parameter(
        "people.nursing_share_baseline",
        40,
        "percent",
        "②常州方案（2014）的起点，③余姚方案的基线（据记忆）",
        "medium",
    ),
    Parameter(
        "people.nursing_share_goal",
        60,
        "percent",
        "②常州方案（2014）的目标",
        "medium",
    ),
    Parameter(
        "people.nursing_share_national",
        55,
        "percent",
        "国家 2025 年护理型床位占比指标",
        "high",
    ),
)
