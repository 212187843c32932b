"""The policy numbers of the annual check-up; the age and the interval of the duty are the record's (`records.*`)."""

from server.alliance.rules import Parameter

_POLICY = "养医联合体实施方案（2024）"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "checkups.public_health_age", 65, "years", "国家基本公共卫生服务规范（第三版）老年人健康管理：65 岁及以上", "high"
    ),
    Parameter(
        "checkups.age_at_year_end", 1, "yes", "【记忆】按当年内满岁计（1）或按体检日满岁计（0），各地不同", "assumed"
    ),
    Parameter("checkups.resident_days", 30, "days", "领域模型 年度体检覆盖率：入住满 N 天，天数自拟", "assumed"),
    Parameter("checkups.grave_days", 3, "days", "体检重要异常几天内要有人办（自拟）", "assumed"),
    Parameter("checkups.recheck_days", 30, "days", "体检一般异常几天内要有人办（自拟）", "assumed"),
    Parameter("checkups.minutes_each", 10, "minutes", "上门体检一位长者排多少分钟（自拟）", "assumed"),
    Parameter("checkups.day_ends_at", 1020, "minutes", "上门体检一天最晚到几点，从零点起的分钟数，17:00（自拟）", "assumed"),
    Parameter("checkups.most_rows", 500, "rows", "一份体检结果最多的行数（自拟）", "assumed"),
)  # fmt: skip
POLICY = tuple(each.code for each in PARAMETERS)
AGE, YEARLY = "records.checkup_age", "records.checkup_days"
