"""Who may see a record, who did, and who speaks for whom."""

from collections.abc import Mapping
from dataclasses import replace

from server.authority.permissions import Permission, Role
from server.notifications.templates.kinds import BUREAUS, CITY, MANAGERS, Audience, Template, for_staff

P = Permission

_CONSENT = "pages/consent/consent?uid={uid}"
_TRAIL = "pages/record/trail?resident={resident_uid}"
_PROXY = "pages/family/proxy?uid={uid}"


def _proxy(title: str, sentence: str, state: str) -> tuple[Template, ...]:
    """Tell the resident, and the proxy, who may not be one any more."""
    told = Template(
        title,
        sentence,
        _PROXY,
        permission=P.PROXY_READ,
        wechat="tmpl_kinship_verified",
        hint="请点开查看",
        state=state,
    )
    return told, replace(told, audience=Audience.AUTHOR)


def _rectification(title: str, sentence: str) -> tuple[Template, ...]:
    return (
        Template(
            title, sentence, "pages/settings/corrections", Audience.AUTHOR, permission=P.RECTIFICATION_ASK
        ),
    )


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "consent.requested": (
        Template(
            "有一份授权请您决定", "{institution}想查看{resident}的部分健康档案。同意还是不同意，都不影响看病和服务。",
            _CONSENT, permission=P.CONSENT_DECIDE, wechat="tmpl_consent_asked", hint="请点开看清楚后再决定", critical=True,
        ),
    ),
    "consent.granted": (
        Template(
            "授权已生效", "您已同意{institution}查看{resident}的部分健康档案，随时可以收回。", _CONSENT, permission=P.CONSENT_READ
        ),
    ),
    "consent.withdrawn": (
        Template("授权已收回", "{institution}从现在起不能再查看{resident}的健康档案。", _CONSENT, permission=P.CONSENT_READ),
        Template(
            "有一份授权已收回", "有一位长者收回了授权，请从现在起停止查看相关档案。", "/admin/consents", Audience.STAFF,
            roles=MANAGERS,
        ),
    ),
    "consent.expired": (
        Template(
            "授权到期了", "{institution}查看{resident}健康档案的授权已到期，需要的话对方会再来征求同意。",
            _CONSENT, permission=P.CONSENT_READ,
        ),
    ),
    "consent.denied": (
        Template(
            "没有同意这份授权", "已记下：{institution}不能查看{resident}的健康档案。看病和服务照旧，以后改主意也可以。",
            _CONSENT, permission=P.CONSENT_READ,
        ),
        for_staff("有一份授权没有同意", "有一位长者没有同意授权。请尊重他们的决定，照常提供服务，不要反复询问。", "/admin/consents", MANAGERS),
    ),
    "records.emergency_read": (
        Template(
            "档案被紧急查看", "因为紧急情况，{institution}查看了{resident}的健康档案，主管部门会在三天内复核。请点开查看。",
            _TRAIL, permission=P.TRAIL_READ, wechat="tmpl_emergency_read", hint="紧急情况，请点开查看", urgent=True, critical=True,
        ),
        for_staff(
            "有一次紧急查看要复核", "{institution}因为紧急情况查看了一位长者的健康档案，请在期限内复核是否必要。", "/admin/emergency-reads",
            BUREAUS, CITY,
        ),
    ),
    "records.emergency_overdue": (
        for_staff(
            "紧急查看的复核超时了", "{institution}的一次紧急查看已超过复核期限，请马上处理。", "/admin/emergency-reads", BUREAUS, CITY
        ),
    ),
    "records.objected": (
        for_staff("有一条记录长者不认同", "有一位长者或家属对你们写的一条记录提出了不同看法，请核对；确有出入的，请写一份更正。", "/admin/rectifications", MANAGERS),
    ),
    "privacy.rectification_asked": (
        for_staff("有一件更正申请", "有一位长者或家属说登记的信息不对，请在期限内核对并答复。", "/admin/rectifications", MANAGERS),
    ),
    "privacy.rectified": _rectification("已经更正了", "{institution}已按您说的更正，请点开看答复。"),
    "privacy.rectification_declined": _rectification("更正申请有答复了", "{institution}核对后没有更正，理由请点开看。说的是健康记录的，您的话仍在那一条旁边。"),
    "people.proxy_applied": (
        Template(
            "有人申请替您办事", "有人申请替{resident}办理事项。请点开看清是谁，同意后才会生效。", _PROXY, permission=P.PROXY_CONFIRM
        ),
        for_staff("有一份代办申请", "有人申请替院里的一位长者办事，请当面核对证件。", "/admin/proxies", (Role.HOME_MANAGER,), "residence"),
    ),
    "people.invitation_redeemed": (
        Template(
            "有人用了您的邀请", "有人接受了{resident}的代办邀请。院里核对证件后就会生效。请点开看清是不是您想的人，不是就点“不同意”。", _PROXY,
            permission=P.PROXY_CONFIRM,
        ),
        for_staff(
            "有一份代办申请", "院里的一位长者邀请了一位家人替他办事，本人已经同意，请当面核对证件。", "/admin/proxies",
            (Role.HOME_MANAGER,), "residence",
        ),
    ),
    "people.account_unbound": (
        for_staff(
            "有一位长者注销了账号", "院里有一位长者注销了自己的小程序账号，档案照旧保管。以后的授权和代办请当面询问本人，由两位同事见证。",
            "/admin/residents", (Role.HOME_MANAGER,), "residence",
        ),
    ),
    "people.proxy_active": _proxy("代办已生效", "现在可以替{resident}办理事项了。请点开查看可以办哪些。", "已生效"),
    "people.proxy_suspended": _proxy("代办已暂停", "替{resident}办事的权限暂停了，原因请点开查看。", "已暂停"),
    "people.proxy_ended": _proxy("代办已结束", "替{resident}办事的权限结束了，原因请点开查看。", "已结束"),
    "people.merged": (
        Template(
            "两份登记并成了一份", "{resident}有两份重复的登记，现在并成了一份，预约、档案和代办都照旧。若觉得不对，请告诉院里或拨打 96345。",
            "pages/home/home",
        ),
    ),
}  # fmt: skip
