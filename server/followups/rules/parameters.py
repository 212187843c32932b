"""The policy numbers of follow-up. Control lines and urgent values of pressure and sugar are the record's (`records.*`)."""

from server.alliance.rules import Parameter

_SPEC = "国家基本公共卫生服务规范（第三版）高血压、2 型糖尿病患者健康管理"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("followups.from_age", 35, "years", f"{_SPEC}：35 岁及以上", "high"),
    Parameter("followups.recheck_days", 14, "days", f"{_SPEC}：控制不满意或有不良反应，2 周内随访", "high"),
    Parameter("followups.check_back_days", 14, "days", f"{_SPEC}：转诊后 2 周内主动随访转诊情况", "high"),
    Parameter("followups.yearly_times", 4, "times", f"{_SPEC}：每年至少 4 次面对面随访", "high"),
    Parameter("followups.pulse_urgent", 100, "beats", f"{_SPEC}：糖尿病，持续性心动过速（心率>100）", "high"),
    Parameter("followups.temperature_urgent", 390, "0.1 ℃", f"{_SPEC}：糖尿病，体温>39 ℃", "high"),
    Parameter(
        "followups.lost_days", 365, "days", "facts/domain.md §8：失访为当年 0 次随访；滚动天数自拟", "assumed"
    ),
    Parameter("followups.ahead_days", 14, "days", "到期前几天列入随访工作单（自拟）", "assumed"),
    Parameter("followups.small_cell", 5, "people", "facts/domain.md §8：少于 5 人不显示（自拟）", "assumed"),
)
POLICY = tuple(each.code for each in PARAMETERS)
