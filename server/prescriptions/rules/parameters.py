"""The policy numbers of long prescriptions."""

from server.alliance.rules import Parameter

_RULE = "长期处方管理规范（试行）2021，facts/domain.md §7.6"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("prescriptions.usual_days", 28, "days", f"{_RULE}：一般在 4 周以内", "high"),
    Parameter("prescriptions.longest_days", 84, "days", f"{_RULE}：最长不超过 12 周", "high"),
    Parameter("prescriptions.ahead_days", 7, "days", "facts/domain.md §7.6：到期前 7 天提醒", "medium"),
    Parameter("prescriptions.small_cell", 5, "people", "少于此数的人数不向主管部门显示（自拟）", "assumed"),
)
