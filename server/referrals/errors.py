"""How this feature refuses."""

from server.kit.errors import DomainError, Kind


class NotThisNow(DomainError):
    """The table of moves does not list it, or somebody was faster."""

    code = "referrals.not_this_now"
    kind = Kind.CONFLICT
    message = "转诊的进展已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class NotYourTurn(DomainError):
    """I31: only the institution whose turn it is moves a referral."""

    code = "referrals.not_your_turn"
    kind = Kind.CONFLICT
    message = "现在轮到对方机构处理，这一步要由对方来做。着急的话，请先打电话联系对方。"


class NoPartner(DomainError):
    code = "referrals.no_partner"
    kind = Kind.INVALID
    message = (
        "这两家机构之间不能转这位长者：接收的机构要与长者所住的养老院有生效的协议。请换一家，或先签协议。"
    )


class NoLongerBound(DomainError):
    """The agreement with the home ended on the way: what is written cannot go into the record any more."""

    code = "referrals.no_longer_bound"
    kind = Kind.CONFLICT
    message = "本机构与长者所住的养老院已经没有生效的协议，不能再往他的健康档案里写。请先续签协议，或请主管部门协调。"


class AlreadyOpen(DomainError):
    code = "referrals.already_open"
    kind = Kind.CONFLICT
    message = "这位长者在这两家机构之间已经有一件没有办完的转诊，请在转诊列表里接着办。"


class CriterionNeeded(DomainError):
    code = "referrals.criterion_needed"
    kind = Kind.INVALID
    message = "请在清单里至少勾选一条转诊的理由。"


class SlipIncomplete(DomainError):
    code = "referrals.slip_incomplete"
    kind = Kind.INVALID
    message = "转诊单有几项没有填好，请按提示补上。"


class ReasonNeeded(DomainError):
    """T16."""

    code = "referrals.reason_needed"
    kind = Kind.INVALID
    message = "请写明原因，对方和家属要看的。"


class NotYoursToSend(DomainError):
    """Something was chosen for the packet that the sender may not see (any more)."""

    code = "referrals.not_yours_to_send"
    kind = Kind.CONFLICT
    message = "选中的资料里有一项您现在不能查看，所以没有发出。请重新选择要带的资料。"


class TooManyEntries(DomainError):
    code = "referrals.too_many_entries"
    kind = Kind.INVALID
    message = "一次最多带 60 条资料，请只选对方用得上的。"


class PacketClosed(DomainError):
    """I32: readable only while it is needed."""

    code = "referrals.packet_closed"
    kind = Kind.CONFLICT
    message = "转诊已经结束，随附的资料不能再看了。确有需要，请向长者另外征求同意。"


class ResidentGone(DomainError):
    code = "referrals.resident_gone"
    kind = Kind.CONFLICT
    message = "这位长者已经退住或离世，不能再办转诊。请与养老院核实。"


class ImpossibleTime(DomainError):
    code = "referrals.impossible_time"
    kind = Kind.INVALID
    message = "约的时间要在现在之后、三个月以内，请重新填写。"


class OtherHospital(DomainError):
    code = "referrals.other_hospital"
    kind = Kind.INVALID
    message = "这个号不是本机构的。请从本机构的绿色通道里选一个号。"


class DutyOver(DomainError):
    code = "referrals.duty_over"
    kind = Kind.CONFLICT
    message = "这次随访已经办结了，不用再做。"


class EscalationOver(DomainError):
    code = "referrals.escalation_over"
    kind = Kind.CONFLICT
    message = "这件催办已经有了结果，请刷新后查看。"


class FollowUpOwed(DomainError):
    """An urgent referral is not closed before somebody has asked how it went."""

    code = "referrals.follow_up_owed"
    kind = Kind.CONFLICT
    message = "紧急转诊要先做两周内的随访，写好随访再结案。"


class UnknownSlip(DomainError):
    code = "referrals.unknown_slip"
    kind = Kind.NOT_FOUND
    message = "没有找到这张转诊单，或者它不是转给本机构的。请核对单号再试。"
