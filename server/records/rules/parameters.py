"""The policy numbers of this room; tenths where the unit says so."""

from server.alliance.rules import Parameter

_SPEC = "国家基本公共卫生服务规范（第三版）高血压患者健康管理：<65 岁 140/90，≥65 岁 150/90"
_SUGAR = "国家基本公共卫生服务规范（第三版）2 型糖尿病患者健康管理"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("records.senior_age", 65, "years", _SPEC, "high"),
    Parameter("records.systolic_line", 140, "mmHg", _SPEC, "high"),
    Parameter("records.diastolic_line", 90, "mmHg", _SPEC, "high"),
    Parameter("records.systolic_line_senior", 150, "mmHg", _SPEC, "high"),
    Parameter("records.diastolic_line_senior", 90, "mmHg", _SPEC, "high"),
    Parameter("records.systolic_urgent", 180, "mmHg", "同上，紧急转诊：收缩压≥180 和/或舒张压≥110", "high"),
    Parameter("records.diastolic_urgent", 110, "mmHg", "同上，紧急转诊：收缩压≥180 和/或舒张压≥110", "high"),
    Parameter("records.sugar_line", 70, "0.1 mmol/L", f"{_SUGAR}：空腹血糖<7.0", "high"),
    Parameter("records.sugar_urgent_high", 167, "0.1 mmol/L", f"{_SUGAR}：紧急转诊 ≥16.7", "high"),
    Parameter("records.sugar_urgent_low", 39, "0.1 mmol/L", f"{_SUGAR}：紧急转诊 ≤3.9", "high"),
    Parameter(
        "records.emergency_review_hours", 72, "hours", "产品需求 C06：紧急查阅 72 小时内复核", "assumed"
    ),
    Parameter(
        "records.checkup_age",
        60,
        "years",
        "养医联合体实施方案（2024）：入住老人每年 1 次上门体检，60 岁及以上",
        "high",
    ),
    Parameter("records.checkup_days", 365, "days", "养医联合体实施方案（2024）：每年 1 次体检", "high"),
    Parameter(
        "records.follow_up_days", 92, "days", "国家基本公共卫生服务规范（第三版）：每年至少 4 次随访", "high"
    ),
    Parameter(
        "records.ability_age", 80, "years", "养医联合体实施方案（2024）：为 80 岁及以上做能力评估", "high"
    ),
    Parameter(
        "records.chains_checked", 100, "residents", "管理台一次核对多少位长者的调阅记录链（自拟）", "assumed"
    ),
    Parameter(
        "records.ability_days", 365, "days", "常规复评间隔（facts/domain.md §1.6，默认 12 个月）", "assumed"
    ),
)
# Read together whenever a number is put into words.
LINES = tuple(
    each.code
    for each in PARAMETERS
    if each.code.endswith(("_line", "_line_senior", "_urgent", "_high", "_low", "_age"))
)
