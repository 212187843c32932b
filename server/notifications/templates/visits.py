"""Rounds of a medical institution in a home."""

from collections.abc import Mapping

from server.authority.permissions import Permission, Role
from server.notifications.templates.kinds import Audience, Template, for_staff

P = Permission

_VISIT = "pages/visits/visit?uid={uid}&resident={resident_uid}"
_ROUND = "pages/round/visit?visit={uid}"
_DESK = "/admin/visits"
_CORRECTIONS = "/admin/visits/corrections"


def _home(title: str, sentence: str, target: str = _DESK) -> Template:
    return for_staff(title, sentence, target, (Role.HOME_MANAGER,), "home")


def _provider(title: str, sentence: str, target: str = _DESK) -> Template:
    return for_staff(title, sentence, target, (Role.HOSPITAL_MANAGER,), "provider")


def _both(title: str, sentence: str, target: str = _DESK) -> tuple[Template, ...]:
    return _home(title, sentence, target), _provider(title, sentence, target)


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "visits.confirmed": (
        Template(
            "有新的巡诊记录", "{institution}的医生来看过{resident}，两家机构都已确认。请点开查看。",
            _VISIT, permission=P.VISIT_READ, wechat="tmpl_visit_report", hint="有新的巡诊记录，请点开看",
        ),
    ),
    "visits.planned": (
        Template(
            "有新的巡诊安排", "{institution}计划{when}来巡诊，请安排好房间和陪同。", _ROUND, Audience.STAFF,
            roles=(Role.NURSE, Role.HOME_MANAGER), place="home", wechat="tmpl_visit_report", hint="有新的巡诊安排，请准备",
        ),
    ),
    "visits.finished": (
        Template(
            "巡诊等您确认", "{institution}{when}的巡诊已结束，请核对后确认。", "/admin/visits", Audience.STAFF,
            roles=(Role.HOME_MANAGER,), place="home",
        ),
        Template(
            "巡诊等您确认", "{when}的巡诊已结束，请核对后确认。", "/admin/visits", Audience.STAFF,
            roles=(Role.HOSPITAL_MANAGER,), place="provider",
        ),
    ),
    "visits.disputed": (
        Template(
            "巡诊有异议", "{when}的巡诊有一方提出异议，请尽快核对说明。", "/admin/visits", Audience.STAFF,
            roles=(Role.HOME_MANAGER,), place="home",
        ),
        Template(
            "巡诊有异议", "{when}的巡诊有一方提出异议，请尽快核对说明。", "/admin/visits", Audience.STAFF,
            roles=(Role.HOSPITAL_MANAGER,), place="provider",
        ),
    ),
    "visits.missed": (
        Template(
            "巡诊没有按时进行", "{institution}{when}的巡诊没有进行，请联系对方另约时间。", "/admin/visits", Audience.STAFF,
            roles=(Role.HOME_MANAGER,), place="home",
        ),
        _provider("巡诊没有按时进行", "{when}的巡诊没有进行，请联系养老机构另约时间。"),
    ),
    "visits.cancelled": (
        for_staff(
            "巡诊取消了", "{institution}{when}的巡诊取消了，请告诉等着的长者，并与对方另约时间。", _ROUND,
            (Role.NURSE, Role.HOME_MANAGER), "home",
        ),
        _provider("巡诊取消了", "{when}的巡诊取消了，请告诉出诊的医生护士，并与养老机构另约时间。"),
    ),
    "visits.abandoned": _both("巡诊中途停下了", "{institution}{when}的巡诊没有做完就停下了，这一次不计入。请与对方商量补上。"),
    "visits.unfinished": _both("有一次巡诊还没有结束", "{institution}{when}开始的巡诊到现在还没有结束。请联系出诊的人点“结束”，或写明原因停下。"),
    "visits.resolved": _both("巡诊异议有结果了", "{institution}{when}的巡诊，两家机构已核对出结果。请点开查看。"),
    "visits.correction_requested": _both(
        "巡诊记录申请更正", "{institution}{when}的巡诊记录，有一方申请更正一处。需要另一家机构核对后同意。", _CORRECTIONS
    ),
    "visits.correction_refused": _both("巡诊更正没有同意", "{institution}{when}的巡诊记录，另一家机构没有同意更正，仍按原来的记录。"),
    "visits.corrected": (
        Template(
            "巡诊记录更正了一处", "{institution}{when}看望{resident}的巡诊记录更正了一处，两家机构都已同意。请点开查看。",
            _VISIT, permission=P.VISIT_READ,
        ),
        *_both("巡诊记录已更正", "{institution}{when}的巡诊记录已按两家同意的内容更正。"),
    ),
}  # fmt: skip
