"""What settlement refuses."""

from server.kit.errors import DomainError, Kind


class LineMoved(DomainError):
    code = "settlement.line_moved"
    kind = Kind.CONFLICT
    message = "这一行已经有人处理过了，请刷新后看最新的情况。"


class StatementMoved(DomainError):
    code = "settlement.statement_moved"
    kind = Kind.CONFLICT
    message = "这份结算单的状态已经变了，请刷新后再试。"


class ReversalStands(DomainError):
    code = "settlement.reversal_stands"
    kind = Kind.CONFLICT
    message = (
        "这一行是退回以前结算过的一次服务，不能撤下，也不能提出异议。那次服务有疑问，请在巡诊里申请更正。"
    )


class StillToAnswer(DomainError):
    code = "settlement.still_to_answer"
    kind = Kind.CONFLICT
    message = "医疗机构的答复期限还没有到，请等答复；过了期限没有答复，再请主管部门裁定。"


class LinesUncounted(DomainError):
    code = "settlement.lines_uncounted"
    kind = Kind.CONFLICT
    message = "有服务刚刚更正了，正在从这份结算单里撤下。请过一分钟刷新，核对后再确认。"


class LinesInDispute(DomainError):
    code = "settlement.lines_in_dispute"
    kind = Kind.CONFLICT
    message = "还有有异议的行没有谈妥，谈妥后才能确认。"


class NothingToPay(DomainError):
    code = "settlement.nothing_to_pay"
    kind = Kind.CONFLICT
    message = "这份结算单没有要付的钱，不用登记收款。"


class PaidInFuture(DomainError):
    code = "settlement.paid_in_future"
    kind = Kind.INVALID
    message = "收款日不能晚于今天，请改一个日期。"
