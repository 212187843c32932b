"""Somebody was assessed, somebody disagrees, somebody is due again. What was found is never told here."""

from collections.abc import Mapping

from server.authority.permissions import Permission, Role
from server.notifications.templates.kinds import MANAGERS, Template, for_staff

P = Permission

_LEVEL = "pages/care/level?resident={resident_uid}"
_ASSESSORS = (Role.NURSE, Role.CLINICIAN, *MANAGERS)
_LIST = "/admin/assessments"
_DISPUTES = "/admin/assessments/disputes"


def _family(title: str, sentence: str) -> Template:
    return Template(title, sentence, _LEVEL, permission=P.RECORD_READ)


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "assessments.proposed": (
        for_staff(
            "有一份评估等第二位签名", "有一份评估已由第一位评估员签名，请另一位评估员当面核对后签名。", "/admin/assessments/work",
            _ASSESSORS,
        ),
    ),
    "assessments.returned": (
        for_staff("有一份评估退回重填", "第二位评估员退回了一份评估，理由写在表上，请核对后重新签名。", "/admin/assessments/work", _ASSESSORS),
    ),
    "assessments.lapsed": (
        for_staff("有一份评估过期作废", "有一份评估签了第一个名，一直没有第二位评估员签名，已经作废。需要的话请重新评估。", _LIST, MANAGERS),
    ),
    "assessments.final": (
        _family("评估有结果了", "{institution}为{resident}做的评估有了结果，请点开查看。觉得不对，可以在期限内提出异议。"),
    ),
    "assessments.disputed": (
        for_staff("对评估结果有异议", "有一位长者或家属对你们的一次评估结果提出异议，请在期限内答复，或安排没有签过名的评估员复评。", _DISPUTES, MANAGERS),
    ),
    "assessments.dispute_overdue": (
        for_staff("评估异议超期没有答复", "有一件评估异议过了答复期限，请马上答复或安排复评。", _DISPUTES, MANAGERS),
    ),
    "assessments.upheld": (
        _family("评估异议有答复了", "{institution}核对后维持{resident}原来的评估结果，理由请点开查看。"),
    ),
    "assessments.superseded": (
        _family("评估结果已更新", "{resident}的评估已由另外的评估员重新做过，请点开看新的结果。"),
    ),
    "assessments.expiring": (
        for_staff("有长者该重新评估了", "有一位长者的评估快到有效期，请安排下一次。", _LIST, MANAGERS, "residence"),
    ),
}  # fmt: skip
