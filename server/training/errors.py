"""Refusals around courses and certificates."""

from server.kit.errors import DomainError, Kind


class UnknownCourse(DomainError):
    code = "training.unknown_course"
    kind = Kind.INVALID
    message = "没有这门课程，请在名单里重新选择。"


class BadSession(DomainError):
    code = "training.bad_session"
    kind = Kind.INVALID
    message = "开始要早于结束，一场最长 12 小时，名额 1 到 500，请重新填写。"


class NotThisSession(DomainError):
    """It was finished or called off before."""

    code = "training.not_this_session"
    kind = Kind.CONFLICT
    message = "这场培训已经结束或取消了，请刷新后查看。"


class NotBegun(DomainError):
    code = "training.not_begun"
    kind = Kind.CONFLICT
    message = "这场培训还没有开始，开始以后才能结束并发证。"


class SessionFull(DomainError):
    code = "training.session_full"
    kind = Kind.CONFLICT
    message = "这场培训的名额满了。请看下一场，或请主办机构增加名额。"


class CodeNotOurs(DomainError):
    code = "training.code_not_ours"
    kind = Kind.INVALID
    message = "这不是培训签到码。请扫培训现场屏幕上每 30 秒更新的码。"


class CodeOver(DomainError):
    code = "training.code_over"
    kind = Kind.CONFLICT
    message = "签到码已经更新了，请扫屏幕上正在显示的码。"


class OutsideHours(DomainError):
    code = "training.outside_hours"
    kind = Kind.CONFLICT
    message = "现在不在签到时间内。忘记签到的，请本机构管理员按纸面签到表补登。"


class NotInvited(DomainError):
    code = "training.not_invited"
    kind = Kind.FORBIDDEN
    message = "这场培训只对主办机构的人开放。请联系本机构管理员安排其他场次。"


class AttendedAlready(DomainError):
    code = "training.attended_already"
    kind = Kind.CONFLICT
    message = "这场培训已经签到过了，不用再签。"


class SecondPersonNeeded(DomainError):
    code = "training.second_person_needed"
    kind = Kind.FORBIDDEN
    message = "自己的签到和证书要由另一位管理员登记，请同事来办。"


class ReasonNeeded(DomainError):
    code = "training.reason_needed"
    kind = Kind.INVALID
    message = "请写明原因，再提交一次。"


class Untrained(DomainError):
    """Raised with the sentence that names who lacks which course."""

    code = "training.untrained"
    kind = Kind.CONFLICT
    message = "有人还没有这项工作要求的有效培训证书，不能安排。请先在“培训与持证”里登记证书或安排培训，或换一位同事。"

    @staticmethod
    def sentence_of(who: str, when: str) -> str:
        return f"{who}，{when}不能安排。请先在“培训与持证”里登记证书或安排培训，或换一位同事。"
