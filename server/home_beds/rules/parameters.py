"""The local numbers of home beds (facts/domain.md §7.5: they differ by place), each a row with its source (R7)."""

from server.alliance.rules import Parameter

_ONE_PLACE = "facts/domain.md §7.5（一地）"
_RETOLD = "facts/domain.md §7.5（记忆）"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("home_beds.most_days", 90, "days", f"{_ONE_PLACE}：一次不超过 90 天，期满须重新办理", "low"),
    Parameter("home_beds.most_days_a_year", 180, "days", f"{_ONE_PLACE}：一年累计不超过 180 天", "low"),
    Parameter("home_beds.most_times_a_year", 3, "times", f"{_ONE_PLACE}：一年最多 3 次", "low"),
    Parameter(
        "home_beds.immobile_age", 70, "years", f"{_ONE_PLACE}：70 岁及以上慢病需连续治疗而行动不便", "medium"
    ),
    Parameter(
        "home_beds.least_rounds_a_week", 1, "times", f"{_RETOLD}：责任医师每周查床不少于 1 次", "assumed"
    ),
    Parameter(
        "home_beds.first_round_hours", 24, "hours", f"{_RETOLD}：建床 24 小时内完成首次病历", "assumed"
    ),
    Parameter("home_beds.second_level_days", 3, "days", f"{_RETOLD}：上级医师建床 3 日内二级查床", "assumed"),
    Parameter("home_beds.assess_days", 3, "days", "收到申请后几天内上门评估，数值自拟"),
    Parameter("home_beds.open_days", 3, "days", "评估通过后几天内办好医保备案并建床，数值自拟"),
    Parameter("home_beds.suspended_days", 30, "days", "住院暂停后几天内决定继续还是撤床，数值自拟"),
    Parameter("home_beds.expiring_days", 7, "days", "期满前几天提醒复评或撤床，数值自拟"),
    Parameter("home_beds.small_cell", 5, "people", "facts/domain.md §8：少于 5 人不向主管部门显示（自拟）"),
)
