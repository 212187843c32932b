"""What is refused, and what to do instead."""

from server.kit.errors import DomainError, Kind


class ReportMoved(DomainError):
    code = "indicators.report_moved"
    kind = Kind.CONFLICT
    message = "这份指标刚刚有人处理过了，请刷新后看最新的情况。"


class NotYetCounted(DomainError):
    code = "indicators.not_yet_counted"
    kind = Kind.CONFLICT
    message = "这一期还没有全部算完，请过几分钟再冻结。"


class HomesStillOpen(DomainError):
    """A county is frozen after its homes, the city after its counties (T15)."""

    code = "indicators.below_still_open"
    kind = Kind.CONFLICT
    message = "下一级还有没有冻结的，请等它们都冻结了再冻结这一级；名单就在这一页。"


class FrozenAbove(DomainError):
    code = "indicators.frozen_above"
    kind = Kind.CONFLICT
    message = "上一级已经冻结。要重新打开，请先由主管部门重新打开上一级。"


class NotYetTheirs(DomainError):
    code = "indicators.not_yet_overdue"
    kind = Kind.CONFLICT
    message = "还没有到这家机构自己冻结的期限，请先请它核对；过了期限主管部门才能代为冻结。"


class NoReason(DomainError):
    """For a home that let its time pass the bureau freezes with a reason (T15)."""

    code = "indicators.no_reason"
    kind = Kind.INVALID
    message = "代为冻结要写明原因，请写上再冻结。"


class NotTried(DomainError):
    code = "indicators.not_tried"
    kind = Kind.INVALID
    message = "这个参数不影响这项指标，或者没有填数。请从列出的参数里选一个，再填要试的数。"


class NotAPercent(DomainError):
    code = "indicators.not_a_percent"
    kind = Kind.INVALID
    message = "完成的百分比要在 0 到 100 之间，请改一下。"


class TooManyFiles(DomainError):
    code = "indicators.too_many_files"
    kind = Kind.CONFLICT
    message = "一次填报最多附六份佐证材料。要换的，请重新填报一次。"
