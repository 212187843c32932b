"""What the desk of demands refuses."""

from server.kit.errors import DomainError, Kind


class NothingNeeded(DomainError):
    code = "demands.nothing_needed"
    kind = Kind.INVALID
    message = "清单里一项需求也没有填。请至少给一项填上人数。"


class TooManyNeeded(DomainError):
    """More than live there, or no number at all."""

    code = "demands.number_wrong"
    kind = Kind.INVALID
    message = "人数应是不小于 0 的整数，且不超过 10 万。请核对后再填。"


class NeededAlready(DomainError):
    code = "demands.needed_already"
    kind = Kind.CONFLICT
    message = "这家养老机构的同一项需求已经公布，还没有办完。请在原来的需求上办理，或先撤回它。"


class TermPast(DomainError):
    code = "demands.term_past"
    kind = Kind.INVALID
    message = "期限要晚于今天，请改一个日期。"


class DemandMoved(DomainError):
    """Somebody else was faster."""

    code = "demands.moved"
    kind = Kind.CONFLICT
    message = "这项需求刚刚有人办理过了，请刷新后看最新的情况。"


class AnsweredAlready(DomainError):
    code = "demands.answered_already"
    kind = Kind.CONFLICT
    message = "本机构已经答复过这项需求。要改，请先撤回原来的答复。"


class AnswerWrong(DomainError):
    code = "demands.answer_wrong"
    kind = Kind.INVALID
    message = "请填能承接的人数（至少 1 人）和能去的星期。"


class NotMedical(DomainError):
    code = "demands.not_medical"
    kind = Kind.CONFLICT
    message = "需求由医疗机构答复。请以医疗机构的身份办理。"


class ReasonNeeded(DomainError):
    code = "demands.reason_needed"
    kind = Kind.INVALID
    message = "请填写原因，再提交。"


class DraftedAlready(DomainError):
    code = "demands.drafted_already"
    kind = Kind.CONFLICT
    message = "这项需求已经起草过协议，请打开那份协议继续办理。"


class BoundAlready(DomainError):
    """A change of what binds them is a new version of it, not a second agreement (I20)."""

    code = "demands.bound_already"
    kind = Kind.CONFLICT
    message = "两家机构已有生效的协议，不用另起草。可以直接安排上门；要增加服务内容，请在原协议上变更。"


class NoAgreementYet(DomainError):
    code = "demands.no_agreement_yet"
    kind = Kind.CONFLICT
    message = "两家机构之间还没有生效的协议，不能算落实。请先签约备案。"
