"""Family doctors and long prescriptions: that there is something to sign, to decide or to receive; never which drug."""

from collections.abc import Mapping

from server.authority.permissions import Permission, Role
from server.notifications.templates.kinds import Template, for_staff

P = Permission

_DOCTOR = "pages/doctor/doctor?resident={resident_uid}"
_MEDICINE = "pages/medicine/medicine?resident={resident_uid}"
_ENROLMENT, _PRESCRIPTION = "/admin/enrolments/{uid}", "/admin/prescriptions/{uid}"
_DELIVERY = "/admin/deliveries/{uid}"
_CENTER = (Role.HOSPITAL_MANAGER,)
_DOCTORS = (Role.CLINICIAN, Role.HOSPITAL_MANAGER)
_AT_HOME = (Role.NURSE, Role.HOME_MANAGER)


def _signs(title: str, sentence: str) -> Template:
    return Template(title, sentence, _DOCTOR, permission=P.ENROLMENT_SIGN)


def _takes(title: str, sentence: str) -> Template:
    return Template(title, sentence, _MEDICINE, permission=P.RECORD_READ)


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "enrolments.asked": (for_staff("有一份家庭医生申请等确认", "有一位长者申请签约，已经签好字，请团队确认。", _ENROLMENT, _CENTER),),
    "enrolments.offered": (
        _signs("请看一份家庭医生协议", "{institution}请{resident}签约家庭医生。请看过协议再决定，不签不影响任何服务。"),
        for_staff("有一份家庭医生协议等签字", "有一位长者的家庭医生协议等签字。没有手机的，请读给长者听，在纸上签。", _ENROLMENT, (Role.HOME_MANAGER,), "residence"),
    ),
    "enrolments.activated": (_signs("家庭医生签好了", "{resident}与{institution}的家庭医生签约生效了，为期一年。"),),
    "enrolments.expiring": (
        _signs("家庭医生签约快到期了", "{resident}与{institution}的签约快到期了。愿意的话可以续签，不会自动续。"),
        for_staff("有一份签约快到期", "有一位长者的家庭医生签约快到期，请问长者愿不愿意续签。", _ENROLMENT, _CENTER),
    ),
    "enrolments.ran_out": (
        _signs("家庭医生签约结束了", "{resident}与{institution}的签约或申请到期了。愿意的话可以重新申请。"),
        for_staff("有一份签约到期没有续", "有一位长者的签约或申请到期了，请看要不要再问一次。", _ENROLMENT, _CENTER),
    ),
    "enrolments.ended": (_signs("家庭医生签约有变化", "{institution}结束了{resident}的签约或申请。想知道为什么，请问护士或{institution}。"),),
    "enrolments.left": (for_staff("有一位长者结束了签约", "有一位长者撤回了申请或结束了签约，不用再做什么。", _ENROLMENT, _CENTER),),
    "prescriptions.prescribed": (_takes("开了长期处方", "{institution}给{resident}开了长期处方，吃什么、吃到哪天请点开看。"),),
    "prescriptions.refilled": (_takes("续方办好了", "{institution}给{resident}续好了药，吃什么、吃到哪天请点开看。"),),
    "prescriptions.refill_waived": (_takes("这次不续方了", "{institution}决定{resident}的一张长期处方不再续。原因请问医生，药不要自己停。"),),
    "prescriptions.stopped": (
        _takes("有一张长期处方停了", "{institution}停了{resident}的一张长期处方。请按医生说的办，有疑问马上问护士。"),
        for_staff("有一位长者的长期处方停了", "有一位长者的长期处方停了，请核对用药。", "/admin/deliveries", _AT_HOME, "residence"),
    ),
    "prescriptions.refill_asked": (for_staff("有一位长者请续方", "有一位长者或家属请医生续方，请在期限前办理。", _PRESCRIPTION, _DOCTORS),),
    "prescriptions.refill_due": (for_staff("有一张长期处方该续了", "有一位长者的药快吃完了，请复诊后续方，或写明为什么不续。", _PRESCRIPTION, _DOCTORS),),
    "prescriptions.refill_overdue": (for_staff("有一次续方逾期了", "有一位长者的续方过了期限，药就要断了，请马上办理。", _PRESCRIPTION, _DOCTORS),),
    "prescriptions.delivery_assigned": (
        for_staff("有药要送来", "有一位长者的药安排好了送达，请按日期接收。", _DELIVERY, _AT_HOME, "residence"),
    ),
    "prescriptions.handed_over": (_takes("药送到了", "{resident}的药送到了。"),),
    "prescriptions.delivery_overdue": (
        for_staff("有一次送药逾期了", "有一位长者的药过了日期还没有送到，请马上联系送药的人。", _DELIVERY, _CENTER),
        for_staff("有一次送药逾期了", "有一位长者的药过了日期还没有送到，已提醒医疗机构。", _DELIVERY, _AT_HOME, "residence"),
    ),
}  # fmt: skip
