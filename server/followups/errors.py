"""What chronic follow-up refuses."""

from server.kit.errors import DomainError, Kind


class AlreadyEnrolled(DomainError):
    """At most one institution follows one disease of one resident."""

    code = "followups.already_enrolled"
    kind = Kind.CONFLICT
    message = "这位长者的这种病已经有机构在管理。要换机构，请先由原来的机构结束管理。"


class TooYoung(DomainError):
    code = "followups.too_young"
    kind = Kind.CONFLICT
    message = "慢病随访从 35 岁起管理，这位长者还没有到年龄。请核对出生日期。"


class NoSuchDiagnosis(DomainError):
    """The diagnosis that was named is not in the record, or is another disease's."""

    code = "followups.no_such_diagnosis"
    kind = Kind.CONFLICT
    message = "健康档案里没有找到这个诊断。请刷新后重新选择，或改为按纸质诊断证明纳入。"


class EpisodeOver(DomainError):
    code = "followups.episode_over"
    kind = Kind.CONFLICT
    message = "这位长者的慢病管理已经结束，不能再记随访。需要时请重新纳入管理。"


class JustRecorded(DomainError):
    """A colleague was faster: the decision would have been made without knowing of theirs."""

    code = "followups.just_recorded"
    kind = Kind.CONFLICT
    message = "同事刚刚也改了这位长者的随访。请刷新看过之后，再决定要不要提交。"


class SameDay(DomainError):
    code = "followups.same_day"
    kind = Kind.CONFLICT
    message = "这一天已经有一次随访。写错了请在那一次上更正，不要再记一次。"


class WrongDay(DomainError):
    """The day of a follow-up lies in the future, or before the last one."""

    code = "followups.wrong_day"
    kind = Kind.INVALID
    message = "随访日期要晚于上一次随访、不晚于今天。请核对后重新填写。"


class WrongForm(DomainError):
    """What was filled in does not fit the form; `fields` names each fault."""

    code = "followups.wrong_form"
    kind = Kind.INVALID
    message = "随访表有几处要改，请按提示核对后再提交。"


class FormOutdated(DomainError):
    """The page was opened when another version of the form was in use."""

    code = "followups.form_outdated"
    kind = Kind.CONFLICT
    message = "随访表已经换了新版本。请重新打开随访表，再填写一次。"


class OnlyEarlier(DomainError):
    """The next date follows from a rule; people may come sooner, never later."""

    code = "followups.only_earlier"
    kind = Kind.INVALID
    message = "下次随访只能比规定的日期早，不能推后。请改早一些，或留空按规定的日期。"


class Outdated(DomainError):
    """Somebody else corrected this follow-up first."""

    code = "followups.outdated"
    kind = Kind.CONFLICT
    message = "这次随访已经有更正后的版本。请刷新后在最新的版本上更正。"


class ReasonNeeded(DomainError):
    code = "followups.reason_needed"
    kind = Kind.INVALID
    message = "请写明原因，它会和原来的内容一起保存。"


class MeasuredStays(DomainError):
    """What was measured is in the record: it can be put right, not taken away."""

    code = "followups.measured_stays"
    kind = Kind.INVALID
    message = "已经写入档案的测量值不能去掉，只能改成正确的数值。"


class YearNotCounted(DomainError):
    code = "followups.year_not_counted"
    kind = Kind.INVALID
    message = "只统计最近四年的管理率和控制率。请从列出的年份里选一个。"


class NothingToCheckBack(DomainError):
    code = "followups.nothing_to_check_back"
    kind = Kind.CONFLICT
    message = "这次随访没有要回访的转诊，或者已经有人回访过了。请刷新后查看。"
