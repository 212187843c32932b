"""Monthly statements: whose turn it is."""

from collections.abc import Mapping

from server.authority.permissions import Role
from server.notifications.templates.kinds import BUREAUS, CITY, Template, for_staff

_STATEMENT = "/admin/statements/{uid}"
_HOME = (Role.HOME_MANAGER,)
_PROVIDER = (Role.HOSPITAL_MANAGER,)


def _home(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _STATEMENT, _HOME, "home")


def _provider(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _STATEMENT, _PROVIDER, "provider")


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "settlement.drawn": (_provider("上个月的结算单列好了", "请核对每一行，没有出入就出单给养老机构。"),),
    "settlement.issued": (_home("有一份结算单请您确认", "请逐行核对，没有出入就确认；哪一行不对，可以对那一行提出异议。"),),
    "settlement.unanswered": (
        _home("结算单超期没有确认", "有一份结算单已经过了答复期限，请尽快核对。没有确认之前不会入账。"),
        _provider("结算单超期没有确认", "养老机构还没有确认一份结算单，请与对方联系。"),
    ),
    "settlement.accepted": (_provider("结算单确认了", "养老机构确认了一份结算单，已经入账。收到款后请登记。"),),
    "settlement.payment_taken_back": (_home("一笔收款冲正了", "医疗机构登记的收款有误，已经冲正，这份结算单又是待收款。请与对方核对。"),),
    "settlement.paid": (_home("结算款已到账", "医疗机构登记了收款，这份结算单已结清。"),),
    "settlement.line_dispute": (_provider("结算单有一行被提出异议", "请看对方写的原因，再说明为什么保留，或者撤下这一行。"),),
    "settlement.line_keep": (_home("对方说明了有异议的一行", "请看说明。可以接受，也可以请主管部门裁定。"),),
    "settlement.line_withdraw": (_home("结算单撤下了一行", "医疗机构撤下了一行，不再计费。"),),
    "settlement.line_uncount": (
        _home("结算单撤下了一行", "有一次服务后来更正了，这一行不再计费。"),
        _provider("结算单撤下了一行", "有一次服务后来更正了，这一行不再计费。"),
    ),
    "settlement.line_escalate": (
        for_staff("有一行结算请您裁定", "两家机构对一行结算谈不拢，请看双方的说明后裁定。", _STATEMENT, BUREAUS, CITY),
    ),
    "settlement.line_uphold": (
        _home("主管部门裁定了一行结算", "裁定保留这一行。"),
        _provider("主管部门裁定了一行结算", "裁定保留这一行。"),
    ),
    "settlement.line_strike": (
        _home("主管部门裁定了一行结算", "裁定撤下这一行，不再计费。"),
        _provider("主管部门裁定了一行结算", "裁定撤下这一行，不再计费。"),
    ),
}  # fmt: skip
