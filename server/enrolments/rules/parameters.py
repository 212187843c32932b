"""The policy numbers of family-doctor contracts."""

from server.alliance.rules import Parameter

NOTICES = ("enrolments.first_notice", "enrolments.last_notice")  # in the order in which they are given
PARAMETERS: tuple[Parameter, ...] = (
    Parameter("enrolments.from_age", 65, "years", "领域模型：家庭医生签约率 = 签约 ÷ 65 岁及以上", "medium"),
    Parameter("enrolments.target", 60, "percent", "③余姚方案：65 岁及以上家庭医生签约率不低于 60%", "high"),
    Parameter("enrolments.first_notice", 30, "days", "facts/domain.md §7.2：到期前 30/7 日提醒", "medium"),
    Parameter("enrolments.last_notice", 7, "days", "facts/domain.md §7.2：到期前 30/7 日提醒", "medium"),
    Parameter("enrolments.renewal_days", 30, "days", "到期前多少天可以续签（自拟，与第一次提醒同日）", "assumed"),
    Parameter("enrolments.answer_days", 14, "days", "申请多少天没有答复即失效（自拟）", "assumed"),
    Parameter("enrolments.team_most", 2000, "people", "一个团队签约人数的上限（记忆：各地 1500–2000 人；自拟）", "low"),
    Parameter("enrolments.small_cell", 5, "people", "少于此数的人数不向主管部门显示（自拟）", "assumed"),
)  # fmt: skip
