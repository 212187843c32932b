"""What the annual check-up refuses."""

from server.kit.errors import DomainError, Kind


class NoAgreement(DomainError):
    code = "checkups.no_agreement"
    kind = Kind.CONFLICT
    message = "两家机构之间没有生效的协议，不能计划体检。请先签约、备案。"


class AlreadyPlanned(DomainError):
    code = "checkups.already_planned"
    kind = Kind.CONFLICT
    message = "这家养老机构这一年的体检已经计划过了。请在原来的计划里继续。"


class NotThisNow(DomainError):
    """The campaign, place or duty is in a state that does not allow the step."""

    code = "checkups.not_this_now"
    kind = Kind.CONFLICT
    message = "状态已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class WrongDays(DomainError):
    code = "checkups.wrong_days"
    kind = Kind.INVALID
    message = "日期不对：要在体检开始和结束之间，结束不早于开始。请重新填写。"


class DaysTooFew(DomainError):
    code = "checkups.days_too_few"
    kind = Kind.INVALID
    message = "这几天排不下所有要体检的长者。请增加天数，或每天多排几位。"


class DayTooLong(DomainError):
    code = "checkups.day_too_long"
    kind = Kind.INVALID
    message = "一天排得太满，最后一位排到了下班以后。请早些开始、每天少排几位，或增加天数。"


class WrongReport(DomainError):
    """What stands in a report cannot be; `fields` names each fault."""

    code = "checkups.wrong_report"
    kind = Kind.INVALID
    message = "体检结果有几处要改，请按提示核对后再提交。"


class NotOfThisHome(DomainError):
    code = "checkups.not_of_this_home"
    kind = Kind.CONFLICT
    message = "这位长者不住在这家养老机构，不能录入这次体检。请核对名单。"


class AlreadyReported(DomainError):
    code = "checkups.already_reported"
    kind = Kind.CONFLICT
    message = "这位长者今年的体检报告已经录入。写错了请在那一份上更正。"


class Outdated(DomainError):
    code = "checkups.outdated"
    kind = Kind.CONFLICT
    message = "这份报告已经有更正后的版本。请刷新后在最新的版本上更正。"


class ReasonNeeded(DomainError):
    code = "checkups.reason_needed"
    kind = Kind.INVALID
    message = "请写明原因或结果，它会一直保存。"


class FileUnreadable(DomainError):
    code = "checkups.file_unreadable"
    kind = Kind.INVALID
    message = "这个文件读不出体检结果。请下载模板，按模板的表头填写，存成 .xlsx 或 .csv 后再上传。"


class TooManyRows(DomainError):
    code = "checkups.too_many_rows"
    kind = Kind.INVALID
    message = "这个文件的行数太多，一行也没有检查。请分成几份，一份一份地上传。"

    @classmethod
    def than(cls, most: int) -> "TooManyRows":
        return cls(f"一份文件最多 {most} 行，这一份更多，一行也没有检查。请分成几份，一份一份地上传。")


class PreviewOver(DomainError):
    """Said alike of a preview that is too old, was altered, or was somebody else's."""

    code = "checkups.preview_over"
    kind = Kind.CONFLICT
    message = "这次预览已经过期，一行也没有导入。请重新选择文件，再检查一遍。"


class Overtaken(DomainError):
    code = "checkups.overtaken"
    kind = Kind.CONFLICT
    message = "检查之后有人改了名单或报告，所以一行也没有导入。请重新上传，再看一遍。"
