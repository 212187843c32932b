"""Ratings, and complaints on their way to being put right."""

from collections.abc import Mapping

from server.authority.permissions import Permission, Role
from server.notifications.templates.kinds import BUREAUS, CITY, MANAGERS, Audience, Template, for_staff

P = Permission

_CASE = "pages/feedback/case?uid={uid}"
_RATINGS = "pages/feedback/ratings"


def _case(sentence: str, state: str) -> Template:
    return Template(
        "您反映的事有进展了",
        sentence,
        _CASE,
        Audience.AUTHOR,
        wechat="tmpl_case_answered",
        hint="请点开查看处理情况",
        state=state,
    )


def _owner(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, "/admin/cases/{uid}", MANAGERS)


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "feedback.token_issued": (
        Template(
            "这次服务怎么样？", "{institution}给{resident}的服务已完成。点开打个分，说说好在哪里、差在哪里。",
            "pages/feedback/rate?token={uid}", permission=P.RATING_GIVE, wechat="tmpl_rating_request", hint="请点开打个分，谢谢您",
        ),
    ),
    "feedback.returned": (
        Template("评价文字请改一改", "您的评分已经算数。文字有一处不便公开，请点开看说明，改好后再提交。", _RATINGS, Audience.AUTHOR),
    ),
    "feedback.withheld": (
        Template("评价文字暂不公开", "您的评分已经算数。文字暂时不公开，原因请点开查看，也可以修改后再提交。", _RATINGS, Audience.AUTHOR),
    ),
    "feedback.published": (
        Template("评价已公开", "您的评价已经公开，谢谢您帮大家把服务变得更好。", _RATINGS, Audience.AUTHOR),
    ),
    "feedback.replied": (Template("机构回复了您的评价", "{institution}回复了您的评价，请点开查看。", _RATINGS, Audience.AUTHOR),),
    "feedback.case_opened": (_owner("有一件投诉要办", "收到一件新的投诉或差评，请按时限核实。"),),
    "feedback.case_reopened": (_owner("投诉被退回重办", "家属表示事情还没有解决，请重新核实。"),),
    "feedback.case_upheld": (_owner("申诉没有成立", "主管部门认为评价成立，请继续整改。"),),
    "feedback.case_verifying": (_case("{institution}已开始核实您反映的事情。", "核实中"),),
    "feedback.case_rectifying": (_case("{institution}已核实，正在整改。", "整改中"),),
    "feedback.case_callback": (_case("{institution}已整改，请点开告诉我们事情解决了没有。", "待确认"),),
    "feedback.case_closed": (_case("您反映的事情已办结。若还没有解决，可以点开退回重办。", "已办结"),),
    "feedback.case_appealed": (
        _case("{institution}对这件事提出了说明，主管部门正在看。", "复核中"),
        Template(
            "有一件申诉要定", "机构对一条评价提出申诉，请按时限处理。", "/admin/cases/{uid}", Audience.STAFF,
            roles=(Role.CIVIL_AFFAIRS, Role.HEALTH_COMMISSION), place="owner",
        ),
    ),
    "feedback.case_voided": (_case("经两位工作人员核实，这条评价不再计入。原因请点开查看。", "已作废"),),
    "feedback.case_overdue": (
        _owner("投诉办理超时", "有一件投诉已超过办理时限，主管部门已收到提醒，请马上处理。"),
        Template(
            "有一件投诉超时", "有一件投诉超过办理时限，请督促机构处理。", "/admin/cases/{uid}", Audience.STAFF,
            roles=(Role.CIVIL_AFFAIRS, Role.HEALTH_COMMISSION), place="bureau",
        ),
    ),
    "feedback.escalated": (
        for_staff("有一条评价文字要定", "有一条评价的文字审核员拿不准，请主管部门看一看能不能公开。", "/admin/moderation", BUREAUS, CITY),
    ),
    "feedback.void_proposed": (
        for_staff("有一条评价提议作废", "有一条评价提议不再计入，需要另一位工作人员核实后决定。", "/admin/voids", BUREAUS, CITY),
    ),
}  # fmt: skip
