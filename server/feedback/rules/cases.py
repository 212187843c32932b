"""How a low rating or a complaint is put right: steps, clocks, and the two persons who may void."""

from collections.abc import Mapping
from enum import StrEnum

from server.kit.moves import Moves


class CaseStatus(StrEnum):
    OPENED = "opened"
    VERIFYING = "verifying"
    RECTIFYING = "rectifying"
    CALLBACK = "callback"
    CLOSED = "closed"
    REOPENED = "reopened"
    APPEALED = "appealed"
    UPHELD = "upheld"
    VOIDED = "voided"


CASE_WORDS = {
    CaseStatus.OPENED: "待核实",
    CaseStatus.VERIFYING: "核实中",
    CaseStatus.RECTIFYING: "整改中",
    CaseStatus.CALLBACK: "已回访，等家属确认",
    CaseStatus.CLOSED: "已办结",
    CaseStatus.REOPENED: "退回重办",
    CaseStatus.APPEALED: "申诉中",
    CaseStatus.UPHELD: "申诉不成立",
    CaseStatus.VOIDED: "已作废",
}


class CaseEvent(StrEnum):
    VERIFY = "verify"
    RECTIFY = "rectify"
    CALL_BACK = "call_back"
    CONFIRM = "confirm"  # the family says that it is settled
    CLOSE = "close"  # the institution, when the family has not answered
    REOPEN = "reopen"  # the family says that it is not
    APPEAL = "appeal"
    UPHOLD = "uphold"  # the rating stands
    VOID = "void"  # two persons


_LIVE = tuple(status for status in CaseStatus if status not in {CaseStatus.CLOSED, CaseStatus.VOIDED})
CASE_MOVES: Moves[CaseStatus, CaseEvent] = Moves(
    {
        (CaseStatus.OPENED, CaseEvent.VERIFY): CaseStatus.VERIFYING,
        (CaseStatus.REOPENED, CaseEvent.VERIFY): CaseStatus.VERIFYING,
        (CaseStatus.UPHELD, CaseEvent.VERIFY): CaseStatus.VERIFYING,
        (CaseStatus.VERIFYING, CaseEvent.RECTIFY): CaseStatus.RECTIFYING,
        (CaseStatus.RECTIFYING, CaseEvent.CALL_BACK): CaseStatus.CALLBACK,
        (CaseStatus.CALLBACK, CaseEvent.CONFIRM): CaseStatus.CLOSED,
        (CaseStatus.CALLBACK, CaseEvent.CLOSE): CaseStatus.CLOSED,
        (CaseStatus.CALLBACK, CaseEvent.REOPEN): CaseStatus.REOPENED,
        (CaseStatus.CLOSED, CaseEvent.REOPEN): CaseStatus.REOPENED,
        (CaseStatus.OPENED, CaseEvent.APPEAL): CaseStatus.APPEALED,
        (CaseStatus.VERIFYING, CaseEvent.APPEAL): CaseStatus.APPEALED,
        (CaseStatus.APPEALED, CaseEvent.UPHOLD): CaseStatus.UPHELD,
        **{(status, CaseEvent.VOID): CaseStatus.VOIDED for status in _LIVE},
    }
)
LIVE_CASES = frozenset(_LIVE)
CLOCKS: Mapping[
    CaseStatus, str
] = {  # the parameter (days) by which whoever owns the case must have moved it on
    CaseStatus.OPENED: "feedback.verify_days",
    CaseStatus.REOPENED: "feedback.verify_days",
    CaseStatus.UPHELD: "feedback.verify_days",
    CaseStatus.VERIFYING: "feedback.rectify_days",
    CaseStatus.RECTIFYING: "feedback.callback_days",
    CaseStatus.CALLBACK: "feedback.close_days",
    CaseStatus.APPEALED: "feedback.appeal_days",
}
INSTITUTION_EVENTS = frozenset(
    {
        CaseEvent.VERIFY,
        CaseEvent.RECTIFY,
        CaseEvent.CALL_BACK,
        CaseEvent.CLOSE,
        CaseEvent.APPEAL,
    }
)
CASE_REASONS_NEEDED = frozenset(CaseEvent) - {
    CaseEvent.CONFIRM
}  # each step says what was found or done (T16)


class ComplaintKind(StrEnum):
    """What a complaint is about."""

    CARE = "care"  # 照护
    MEDICAL = "medical"  # 医疗
    CHARGES = "charges"  # 收费
    ATTITUDE = "attitude"  # 态度
    PRIVACY = "privacy"  # 隐私
    OTHER = "other"


class VoidStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
