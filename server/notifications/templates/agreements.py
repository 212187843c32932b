"""What institutions agree on."""

from collections.abc import Mapping

from server.authority.permissions import Role
from server.notifications.templates.kinds import CITY, MANAGERS, Audience, Template, for_staff

_AGREEMENT = "/admin/agreements/{uid}"


def _both(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _AGREEMENT, MANAGERS, "both")


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "alliance.agreement_proposed": (_both("有一份协议请您看", "有一份服务协议的草案已经提出，请仔细核对，没有出入再签署。"),),
    "alliance.agreement_signed": (_both("协议有一方签署了", "一份服务协议有一方签署了。两家都签好后，由卫健部门备案才生效。"),),
    "alliance.agreement_filed": (_both("协议备案好了", "一份服务协议已备案，从约定的第一天起生效。"),),
    "alliance.agreement_expiring": (
        Template(
            "协议快到期了", "有一份服务协议快到期了，请与对方商量续签。", "/admin/agreements", Audience.STAFF,
            roles=MANAGERS, place="both",
        ),
    ),
    "alliance.agreement_ended": (
        _both("协议停下了", "一份服务协议已经暂停、终止或到期。请点开看原因，并安排好正在接受服务的长者。"),
        for_staff("有一份协议停下了", "一份服务协议已经暂停、终止或到期，请留意签约覆盖。", _AGREEMENT, (Role.HEALTH_COMMISSION,), CITY),
    ),
}  # fmt: skip
