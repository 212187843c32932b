"""How this feature refuses."""

from server.kit.errors import DomainError, Kind


class BookingsOpen(DomainError):
    """Nobody but this account could still change or cancel what was booked, for its person or one for whom it acts."""

    code = "privacy.bookings_open"
    kind = Kind.CONFLICT
    message = "您自己或您代办的家人还有约好的号或候补没有结束，注销后就没有人能改期或取消了。请先在“我的预约”里取消，或等看完再注销。"


class CopyOutdated(DomainError):
    """It holds more than whoever asked for it may have now, or is of somebody whom they no longer are."""

    code = "privacy.copy_outdated"
    kind = Kind.CONFLICT
    message = "写好这份副本以后，您能看的范围变了，这一份不能再给您。请重新要一份。"


class TooManyRectifications(DomainError):
    code = "privacy.too_many_rectifications"
    kind = Kind.CONFLICT
    message = "这位长者已经有好几件更正申请在核对，请等机构答复后再提新的。"


class NobodyAnswers(DomainError):
    """The resident lives in no home, and never has: no institution keeps their register."""

    code = "privacy.nobody_answers"
    kind = Kind.CONFLICT
    message = "这位长者现在没有登记住在哪家养老院，登记信息请拨打养老服务热线更正。"


class NotCorrectedYet(DomainError):
    """It was said to be corrected, and the record still says what it said."""

    code = "privacy.not_corrected_yet"
    kind = Kind.CONFLICT
    message = "这条健康记录还没有新的版本。请先在健康档案里更正，再在这里答复“已更正”。"


class AlreadyDecided(DomainError):
    code = "privacy.already_decided"
    kind = Kind.CONFLICT
    message = "这件更正申请已经办结了。请返回列表看结果。"


class BreachClosed(DomainError):
    code = "privacy.breach_closed"
    kind = Kind.CONFLICT
    message = "这件事已经结案，不能再改。如有新情况，请另登记一件。"


class NoticesOwed(DomainError):
    """The law asks that both be told; why somebody was not told is written as a notice too."""

    code = "privacy.notices_owed"
    kind = Kind.CONFLICT
    message = "还没有写明是否通知了主管部门和受影响的个人。请先登记；依法可以不通知的，也在通知里写明理由。"


class ImpossibleTimes(DomainError):
    code = "privacy.impossible_times"
    kind = Kind.INVALID
    message = "时间对不上：发生不能晚于发现，发现不能晚于现在。请核对后再登记。"
