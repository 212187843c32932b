"""What homes need: published, answered, chosen, brought about."""

from collections.abc import Mapping

from server.authority.permissions import Role
from server.notifications.templates.kinds import CITY, Template, for_staff

_DEMAND = "/admin/demands/{uid}"
_HOME, _PROVIDER = (Role.HOME_MANAGER,), (Role.HOSPITAL_MANAGER,)
_CIVIL, _HEALTH = (Role.CIVIL_AFFAIRS,), (Role.HEALTH_COMMISSION,)


def _home(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _DEMAND, _HOME, "home")


def _provider(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _DEMAND, _PROVIDER, "provider")


def _bureau(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _DEMAND, _CIVIL, "bureau")


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "demands.published": (
        for_staff("有养老机构的需求公布了", "民政部门公布了一家养老机构的医养需求。能承接的，请答复人数和能去的日子。", "/admin/demands", _PROVIDER, CITY),
        for_staff("贵机构的需求公布了", "民政部门公布了贵机构的医养需求，有医疗机构答复时会通知您。", "/admin/demands", _HOME, "home"),
    ),
    "demands.answered": (
        _home("有医疗机构答复了需求", "请看对方能承接多少人、哪天能来，合适的就选定。"),
        _bureau("有医疗机构答复了需求", "请与养老机构商量，选定一家。"),
    ),
    "demands.matched": (
        _provider("需求选定了贵机构", "请在期限内与养老机构起草协议；已有协议的，请安排上门。"),
        _home("需求选定了医疗机构", "请在期限内与对方起草协议；已有协议的，请约好上门的日子。"),
    ),
    "demands.reopened": (
        _home("选定的医疗机构退出了", "需求重新公开，等其他医疗机构答复。"),
        _bureau("选定的医疗机构退出了", "需求重新公开，请联系其他医疗机构。"),
    ),
    "demands.settled": (
        _home("一项需求落实了", "双方协议已经生效，或者已经安排上门。"),
        _provider("一项需求落实了", "双方协议已经生效，或者已经安排上门。"),
        _bureau("一项需求落实了", "双方协议已经生效，或者已经安排上门。"),
    ),
    "demands.withdrawn": (
        _home("一项需求撤回了", "民政部门撤回了一项需求，请点开看原因。"),
        _provider("一项需求撤回了", "民政部门撤回了一项需求，不用再准备。"),
    ),
    "demands.unanswered": (
        for_staff("有需求到期没有人答复", "一项养老机构的需求过了期限，请督促医疗机构答复。", _DEMAND, _HEALTH, CITY),
        _bureau("有需求到期没有人答复", "一项需求过了期限，已上报卫健部门督办。"),
    ),
    "demands.unsettled": (
        _bureau("选定的需求到期没有落实", "请联系双方，问清卡在哪里。"),
        _provider("选定的需求到期没有落实", "请尽快起草协议或安排上门；做不到的，请撤回答复。"),
    ),
}  # fmt: skip
