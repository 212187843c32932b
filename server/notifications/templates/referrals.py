"""A resident on the way between two institutions: both desks, the family, and the bureau where something is late."""

from collections.abc import Mapping

from server.authority.permissions import Permission, Role
from server.notifications.templates.kinds import BUREAUS, CITY, Template, for_staff

P = Permission

_DESK = "/admin/referrals/{uid}"
_STORY = "pages/care/referral?resident={resident_uid}&uid={uid}"
_AT_THE_DESK = (Role.HOME_MANAGER, Role.HOSPITAL_MANAGER)
_AT_THE_BED = (Role.NURSE, Role.CLINICIAN)


def _owner(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _DESK, (*_AT_THE_DESK, *_AT_THE_BED), "owner")


def _lower(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _DESK, (*_AT_THE_DESK, *_AT_THE_BED), "lower")


def _upper(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _DESK, (*_AT_THE_DESK, *_AT_THE_BED), "upper")


def _family(title: str, sentence: str, *, critical: bool = False) -> Template:
    return Template(title, sentence, _STORY, permission=P.REFERRAL_READ, critical=critical)


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "referrals.submitted": (
        _owner("有一件转诊等您受理", "{lower}转来一位长者，请看转诊单，按时限答复。"),
        _family("正在联系转诊", "{lower}建议{resident}去{institution}看，正在等答复。"),
    ),
    "referrals.accepted": (
        _lower("转诊受理了", "{institution}同意接收，正在安排时间。"),
        _family("医院同意接收", "{institution}同意接收{resident}，正在安排时间。"),
    ),
    "referrals.returned": (_lower("转诊要补充", "{institution}请您补充一些情况，补好后重新发出。"),),
    "referrals.declined": (
        _lower("转诊没有受理", "{institution}这次没有接收，原因请点开看，并尽快另作安排。"),
        _family("医院这次没有接收", "{institution}这次没有接收{resident}，{lower}会另作安排。", critical=True),
    ),
    "referrals.scheduled": (
        _lower("转诊约好时间了", "{institution}约{when}来，请安排好车和陪同。"),
        _family("转诊约好时间了", "{resident}{when}去{institution}，请带好证件和药单。", critical=True),
    ),
    "referrals.departed": (_upper("长者已出发", "{lower}已把长者送出，请准备接收。"),),
    "referrals.received": (
        _lower("对方收到人了", "{institution}已收到长者，照护状态已转为住院：巡诊暂停，停餐，床位保留。"),
        _family("已经到医院了", "{resident}已经到{institution}。", critical=True),
    ),
    "referrals.in_treatment": (_family("住下来治疗了", "{resident}在{institution}住下来治疗。"),),
    "referrals.staying": (_lower("还在治疗", "{institution}说明了最近的情况，长者继续治疗。"),),
    "referrals.discharge_planned": (
        _lower("准备出院", "{institution}正在准备出院，请留意床位和护理。"),
        _family("准备出院了", "{institution}正在为{resident}准备出院。"),
    ),
    "referrals.back_offered": (
        _owner("有一位长者等您接回", "{institution}发来回转单，请按时限答复怎样接回。"),
        _family("可以出院了", "{resident}可以从{institution}出院，正在等{lower}安排。"),
    ),
    "referrals.back_returned": (_upper("对方请您补充", "{lower}请您补充一些情况，再商量接回。"),),
    "referrals.back_accepted": (
        _upper("对方同意接回", "{lower}已安排好接回，请办理出院手续。"),
        _family("安排好接回了", "{lower}已经安排好接{resident}回来。"),
    ),
    "referrals.returned_home": (
        _upper("长者已接回", "{lower}已把长者接回，谢谢。"),
        _family("已经回来了", "{resident}已经回到{lower}。"),
    ),
    "referrals.cancelled": (
        _lower("转诊取消了", "一件转诊已经取消，原因请点开看。"),
        _upper("转诊取消了", "一件转诊已经取消，原因请点开看。"),
        _family("转诊取消了", "{resident}去{institution}的转诊取消了，有疑问请问{lower}。"),
    ),
    "referrals.escalated": (
        _owner("转诊超时了", "有一件转诊到了时限还没有处理，已报主管部门。请马上处理。"),
        for_staff("有转诊超时", "有一件转诊到了时限还没有处理，请督办。", "/admin/referrals/late", BUREAUS, CITY),
    ),
    "referrals.urged": (_owner("主管部门在催办", "主管部门看过超时的转诊，给了新的时限，请按时处理。"),),
    "referrals.follow_up_overdue": (
        _lower("转诊随访逾期了", "紧急转诊后两周内要随访，已经逾期，请尽快随访并写下来。"),
    ),
}  # fmt: skip
