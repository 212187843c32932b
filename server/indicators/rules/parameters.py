"""The policy numbers of indicators; each target stands beside its definition."""

from server.alliance.rules import Parameter

LEAST = "alliance.least_persons_shown"
REPORT_DAYS = "indicators.report_days"
TOLERANCE = "indicators.project_tolerance"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "indicators.dossier_age", 60, "years", "老年人权益保障法第二条：60 岁；余姚方案③ 建档 95%", "high"
    ),
    Parameter(
        "indicators.managed_age", 65, "years", "国家基本公共卫生服务规范（第三版）：65 岁及以上", "high"
    ),
    Parameter(
        "indicators.green_days", 3, "days", "绿色通道及时率的约定时限，等候天数（自拟，facts/domain.md §8）"
    ),
    Parameter("indicators.settle_days", 20, "days", "月结按期：次月几日前双方确认（自拟）"),
    Parameter(REPORT_DAYS, 10, "days", "一期结束后，养老机构核对并冻结的天数（自拟）"),
    Parameter(TOLERANCE, 5, "percent", "自报进度与数据相差几个百分点算不一致（自拟）"),
    Parameter("indicators.project_year", 2026, "year", "项目任务进度表的年份；附件 7-2 原为 2020 年（自拟）"),
)
