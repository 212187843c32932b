"""The numbers of this feature, each a row with its source (R7). What belongs to a questionnaire's version stands in its module."""

from server.alliance.rules import Parameter

_STANDARD = "GB/T 42195-2022（facts/domain.md §1.4）"
_STAFF = "GB/T 42195-2022 实施做法：两名评估员到场、至少一名有医护背景（facts/domain.md §1.6，记忆）"
_YEARLY = "国家基本公共卫生服务规范（第三版）：65 岁及以上每年 1 次"
_TCM = "老年人中医药健康管理服务记录表第 {} 题切点（facts/domain.md §2.7，记忆）"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "assessments.stack_adjustments", 0, "switch",
        f"{_STANDARD}：诊断与风险事件两条同时成立加一级还是两级未能证实；0 只加一级，1 逐条加", "assumed",
    ),
    Parameter("assessments.risk_events", 2, "times", f"{_STANDARD}：近 30 天照护风险事件合计两次及以上", "high"),
    Parameter("assessments.gbt42195_assessors", 2, "people", _STAFF, "assumed"),
    Parameter("assessments.gbt42195_clinicians", 1, "people", _STAFF, "assumed"),
    Parameter("assessments.selfcare_assessors", 1, "people", "公卫筛查由一名医护完成（记忆）", "assumed"),
    Parameter("assessments.selfcare_clinicians", 1, "people", "公卫筛查由一名医护完成（记忆）", "assumed"),
    Parameter("assessments.constitution_assessors", 1, "people", "体质辨识由一名医护完成（记忆）", "assumed"),
    Parameter("assessments.constitution_clinicians", 1, "people", "体质辨识由一名医护完成（记忆）", "assumed"),
    Parameter("assessments.ltc_assessors", 1, "people", "照评估机构结论书录入，一人经手（自拟）", "assumed"),
    Parameter(
        "assessments.reassess_months", 12, "months", "地方常规复评 6–12 个月（facts/domain.md §1.6，记忆）", "assumed"
    ),
    Parameter("assessments.screen_months", 12, "months", _YEARLY, "high"),
    Parameter("assessments.senior_age", 65, "years", _YEARLY, "high"),
    Parameter("assessments.dispute_days", 30, "days", "结果告知后可提异议的天数（自拟）", "assumed"),
    Parameter("assessments.answer_days", 15, "days", "异议答复或复评的期限（自拟）", "assumed"),
    Parameter("assessments.draft_days", 14, "days", "填了一半没有再动的评估表，多少天后作废（自拟）", "assumed"),
    Parameter("assessments.expiring_days", 30, "days", "有效期满前多少天提醒安排下一次（自拟）", "assumed"),
    Parameter("assessments.bmi_2", 240, "0.1 kg/m²", _TCM.format(9), "assumed"),
    Parameter("assessments.bmi_3", 250, "0.1 kg/m²", _TCM.format(9), "assumed"),
    Parameter("assessments.bmi_4", 260, "0.1 kg/m²", _TCM.format(9), "assumed"),
    Parameter("assessments.bmi_5", 280, "0.1 kg/m²", _TCM.format(9), "assumed"),
    Parameter("assessments.colds_2", 2, "times a year", _TCM.format(14), "assumed"),
    Parameter("assessments.colds_3", 5, "times a year", _TCM.format(14), "assumed"),
    Parameter(
        "assessments.colds_4", 7, "times a year", _TCM.format(14) + "；官方表在 7 次处有缺口，按 4 分", "assumed"
    ),
    Parameter("assessments.colds_5", 12, "times a year", _TCM.format(14) + "：几乎每月", "assumed"),
    Parameter("assessments.waist_2", 80, "cm", _TCM.format(28) + "：80 厘米起 2 分", "assumed"),
    Parameter("assessments.waist_most_2", 85, "cm", _TCM.format(28) + "：2 分最多到 85", "assumed"),
    Parameter("assessments.waist_most_3", 90, "cm", _TCM.format(28) + "：3 分最多到 90", "assumed"),
    Parameter("assessments.waist_most_4", 105, "cm", _TCM.format(28) + "：4 分最多到 105", "assumed"),
)  # fmt: skip
NUMBERS = tuple(each.code for each in PARAMETERS)  # read together, out of memory (kit)
