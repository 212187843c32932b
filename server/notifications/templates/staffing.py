"""Courses, certificates, registrations, and the month of work: to whose they are, and to who answers for the staff."""

from collections.abc import Mapping

from server.authority.permissions import Role
from server.notifications.templates.kinds import MANAGERS, Audience, Template, for_staff

_STAFF = "/admin/staff"
_TRAINING = "/admin/staff/training"
_HOME, _OWN_TRAINING = "pages/home/home", "pages/duty/training"


def _own(title: str, sentence: str, target: str = _OWN_TRAINING) -> Template:
    return Template(title, sentence, target, Audience.AUTHOR)


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "training.certified": (_own("您有一张新的培训证书", "培训已经结束，您的证书登记好了，可以在“我的培训”里看。"),),
    "training.certificate_ending": (
        _own("您的一张证书快到期了", "您有一张证书快到期了，请尽快报名复训。过期以后不能安排巡诊。"),
        for_staff("有人的证书快到期了", "有一位同事的证书快到期了，请安排复训。", _TRAINING, MANAGERS),
    ),
    "training.unfinished": (
        for_staff(
            "有一场培训还没有结束", "有一场培训已经开完，还没有结束发证。请核对签到后结束，没有开成的请取消。",
            "/admin/courses/{uid}", (*MANAGERS, Role.CIVIL_AFFAIRS, Role.HEALTH_COMMISSION),
        ),
    ),
    "identity.workplace_ending": (
        _own("您在一家机构的期限快到了", "您在{institution}的执业备案或挂职快到期了。要继续的，请尽早办理延续。", _HOME),
        for_staff("有人的执业备案或挂职快到期了", "有一位同事在{institution}的期限快到了。要继续的请延长，到期以后不能再安排。", _STAFF, MANAGERS),
    ),
    "workload.month_due": (
        for_staff("上个月的工作量还没有关账", "请核对上个月的工作量，没有出入就关账。", "/admin/workload/{uid}", (Role.HOSPITAL_MANAGER,)),
    ),
}  # fmt: skip
