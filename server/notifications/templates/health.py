"""Chronic follow-up and the annual check-up. That there is something to read or to do, never what was found."""

from collections.abc import Mapping

from server.authority.permissions import Permission, Role
from server.notifications.templates.kinds import Template, for_staff

P = Permission

_RECORD = "pages/record/record?resident={resident_uid}"
_CARE = "pages/care/care?resident={resident_uid}"
_CHECKUP = "pages/care/checkup?resident={resident_uid}"
_EPISODE = "/admin/followups/{uid}"
_AT_HOME = (Role.NURSE, Role.HOME_MANAGER)
_PROVIDER = (Role.HOSPITAL_MANAGER,)

TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "followups.recorded": (
        Template(
            "有新的随访记录", "{institution}给{resident}做了随访，结果和下次的日期请点开看。", _CARE, permission=P.RECORD_READ,
        ),
    ),
    "followups.urgent": (
        Template(
            "请尽快带长者去医院", "{institution}随访后，建议{resident}尽快去医院。请马上联系养老院或{institution}。", _CARE,
            permission=P.RECORD_READ, urgent=True, critical=True,
        ),
        for_staff(
            "有一位长者要马上转诊", "{institution}随访后，建议{resident}马上转诊。请立即与{institution}联系。", _RECORD, _AT_HOME, "residence",
        ),
    ),
    "followups.overdue": (
        for_staff("有一次随访逾期了", "有一位长者的慢病随访过了日期，请尽快安排。", _EPISODE, _PROVIDER),
    ),
    "followups.check_back_overdue": (
        for_staff("有一次转诊还没有回访", "有一位长者转诊已满两周，还没有回访。请问一问转诊的结果，写在随访里。", _EPISODE, _PROVIDER),
    ),
    "checkups.planned": (
        for_staff("有新的体检安排", "{institution}计划来做今年的体检，名单和日程请点开看。", "/admin/checkups/{uid}", (Role.HOME_MANAGER,), "home"),
        for_staff("有新的体检安排", "有一家养老机构计划了今年的体检，请核对日程。", "/admin/checkups/{uid}", _PROVIDER, "provider"),
    ),
    "checkups.opened": (
        for_staff("体检开始了", "{institution}今年的体检开始了，请按日程安排好长者。", "/admin/checkups/{uid}", (Role.HOME_MANAGER,), "home"),
    ),
    "checkups.reported": (
        Template(
            "体检报告出来了", "{resident}今年的体检报告出来了，结果和下次体检的日期请点开看。", _CHECKUP, permission=P.RECORD_READ,
        ),
    ),
    "checkups.duty_overdue": (
        for_staff("体检后有一件事逾期没有办", "有一位长者体检后要办的事过了期限，请尽快办理。", "/admin/checkups/duties", _PROVIDER, "provider"),
    ),
    "checkups.over": (
        for_staff("体检期限过了", "今年体检的最后一天已经过了，请看还有谁没有查，补查后结束。", "/admin/checkups/{uid}", _PROVIDER, "provider"),
        for_staff("体检期限过了", "今年体检的最后一天已经过了，请与{institution}商量还没有查的长者。", "/admin/checkups/{uid}", (Role.HOME_MANAGER,), "home"),
    ),
}  # fmt: skip
