"""The numbers of this feature, each a row with its source (R7)."""

from server.alliance.rules import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "clinics.residents_from", 50, "people", "政策① 一：入住 50 人及以上者鼓励申办内设医疗机构", "high"
    ),
    Parameter("clinics.beds_from", 100, "beds", "政策③：100 张床位及以上设医务室", "high"),
    Parameter("clinics.intended_days", 90, "days", "登记意向后几天内递交申请，数值自拟"),
    Parameter("clinics.applied_days", 30, "days", "递交申请后几天内登记批复，数值自拟"),
    Parameter("clinics.licensed_days", 90, "days", "取得许可或备案后几天内开始运行，数值自拟"),
    Parameter("clinics.insured_days", 30, "days", "纳入医保定点后几天内开始运行，数值自拟"),
    Parameter("clinics.lapsed_days", 30, "days", "许可过期后几天内换证或停办，数值自拟"),
    Parameter("clinics.first_notice", 90, "days", "许可、定点到期前第一次提醒，数值自拟"),
    Parameter("clinics.last_notice", 30, "days", "许可、定点到期前最后一次提醒，数值自拟"),
)
