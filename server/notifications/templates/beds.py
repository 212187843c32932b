"""Clinics inside homes, whom the insurance pays, and home beds: whose turn it is, and what a family should know."""

from collections.abc import Mapping

from server.authority.permissions import Permission, Role
from server.notifications.templates.kinds import CITY, Template, for_staff

P = Permission

_CLINICS = "/admin/clinics"
_DESIGNATIONS = "/admin/clinics/designations"
_BED = "/admin/home-beds/{uid}"
_STORY = "pages/bed/bed?resident={resident_uid}"
_HOME = (Role.HOME_MANAGER,)
_CARE = (Role.HOME_MANAGER, Role.NURSE)
_COMMISSION = (Role.HEALTH_COMMISSION,)
_BESIDE = (Role.CLINICIAN, Role.HOSPITAL_MANAGER)
_OFFICE = (Role.HOSPITAL_MANAGER,)
_PAID = (Role.HOME_MANAGER, Role.HOSPITAL_MANAGER)


def _clinic(title: str, sentence: str) -> Template:
    return for_staff(title, sentence, _CLINICS, _HOME, "home")


def _family(title: str, sentence: str) -> Template:
    return Template(title, sentence, _STORY, permission=P.HOME_BED_READ)


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "clinics.applied": (
        for_staff("有内设医疗机构的申请", "{institution}递交了内设医疗机构的申请，请核对材料后登记结果。", _CLINICS, _COMMISSION, CITY),
    ),
    "clinics.answer_overdue": (
        for_staff("内设医疗机构的申请还没有答复", "{institution}的申请过了答复期限，请尽快登记结果。", _CLINICS, _COMMISSION, CITY),
    ),
    "clinics.refused": (_clinic("内设医疗机构的申请被退回", "请看退回的原因，补齐后再递交。"),),
    "clinics.licensed": (_clinic("内设医疗机构的许可登记好了", "许可或备案已经登记，可以准备运行，也可以申请医保定点。"),),
    "clinics.renewed": (_clinic("内设医疗机构换证登记好了", "新的有效期已经登记。"),),
    "clinics.insured": (_clinic("内设医疗机构纳入了医保定点", "医保定点已经登记，请登记开始运行的日期。"),),
    "clinics.uninsured": (_clinic("内设医疗机构的医保定点结束了", "从登记的那天起医保不再支付，请看原因。"),),
    "clinics.lapsed": (_clinic("内设医疗机构的许可过期了", "许可已经过期，不能再执业。请尽快换证，或者停办。"),),
    "clinics.expiring": (_clinic("内设医疗机构的许可快到期", "请提前办理换证，过期后不能执业。"),),
    "clinics.overdue": (_clinic("内设医疗机构有一步逾期了", "申办的下一步过了日期，请点开看要做什么。"),),
    "clinics.designated": (for_staff("医保定点登记好了", "{institution}的定点已经登记，家庭病床等服务可由医保支付。", _DESIGNATIONS, _PAID),),
    "clinics.undesignated": (for_staff("医保定点登记为结束", "{institution}的定点已登记结束，请看从哪天起、为什么。", _DESIGNATIONS, _PAID),),
    "clinics.designation_expiring": (
        for_staff("医保定点快到期", "{institution}的定点快到期，请提前续签，过期后医保不再支付。", _DESIGNATIONS, _PAID),
    ),
    "home_beds.applied": (for_staff("有家庭病床的申请", "有一位长者申请家庭病床，请在期限内上门评估。", _BED, _BESIDE, "provider"),),
    "home_beds.assessed": (
        for_staff("家庭病床评估通过", "{institution}的家庭病床评估通过了，正在办医保备案。", _BED, _HOME, "home"),
    ),
    "home_beds.opened": (
        _family("家庭病床开好了", "{resident}的家庭病床开好了，{institution}会按时来查床。"),
        for_staff("家庭病床开好了", "{institution}给一位长者开了家庭病床，请配合查床。", _BED, _CARE, "home"),
    ),
    "home_beds.suspended": (
        _family("家庭病床暂停", "{resident}住院期间家庭病床暂停，回来以后自动继续。"),
        for_staff("家庭病床因住院暂停", "有一位长者住院，家庭病床已暂停计床日。", _BED, _BESIDE, "provider"),
    ),
    "home_beds.resumed": (
        _family("家庭病床继续", "{resident}已回来，家庭病床继续。"),
        for_staff("家庭病床继续", "有一位长者出院回来，家庭病床已继续，请尽快查床。", _BED, _BESIDE, "provider"),
    ),
    "home_beds.closed": (
        _family("家庭病床结束", "{resident}的家庭病床结束了，原因请点开看。"),
        for_staff("家庭病床结束", "有一位长者的家庭病床结束了，原因请点开看。", _BED, _HOME, "home"),
        for_staff("家庭病床结束", "有一位长者的家庭病床结束了，原因请点开看。", _BED, _OFFICE, "provider"),
    ),
    "home_beds.declined": (
        _family("家庭病床没有收治", "{institution}这次没有收治{resident}，原因请点开看。"),
        for_staff("家庭病床没有收治", "{institution}没有收治一位长者，原因请点开看。", _BED, _HOME, "home"),
    ),
    "home_beds.withdrawn": (for_staff("家庭病床的申请撤回了", "有一件家庭病床的申请撤回了，不用再评估。", _BED, _OFFICE, "provider"),),
    "home_beds.emergency": (
        _family("家庭病床期间急送医院", "{resident}从家庭病床送去了医院，凭备案号按门急诊医保结算。"),
        for_staff("家庭病床期间急送医院", "有一位长者从家庭病床急送医院，请与养老院联系。", _BED, _BESIDE, "provider"),
    ),
    "home_beds.overdue": (for_staff("家庭病床有一步逾期了", "有一位长者的家庭病床过了期限，请点开看要做什么。", _BED, _BESIDE, "provider"),),
    "home_beds.expiring": (for_staff("家庭病床快期满", "有一位长者的家庭病床快期满，请决定撤床还是重新办理。", _BED, _BESIDE, "provider"),),
}  # fmt: skip
