"""Figures of a period that wait to be looked at and frozen."""

from collections.abc import Mapping

from server.authority.permissions import Role
from server.notifications.templates.kinds import BUREAUS, CITY, Template, for_staff

_REPORTS = "/admin/indicators/reports"

TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "indicators.to_freeze": (
        for_staff("上一期的指标等您核对", "上一期的指标算好了，请核对，没有问题就冻结。", _REPORTS, (Role.HOME_MANAGER,), "home"),
    ),
    "indicators.overdue": (
        for_staff("指标过了期限还没有冻结", "上一期的指标过了期限还没有冻结，请尽快核对。", _REPORTS, (Role.HOME_MANAGER,), "home"),
        for_staff("有机构的指标没有按期冻结", "有养老机构过了期限还没有冻结指标，请督促，或写明原因代为冻结。", _REPORTS, BUREAUS, CITY),
    ),
    "indicators.reopened": (
        for_staff("冻结的指标重新打开了", "主管部门重新打开了已冻结的指标，原因请点开看，改好后再冻结。", _REPORTS, (Role.HOME_MANAGER,), "home"),
    ),
}  # fmt: skip
