"""What the console calls states, steps and reasons of feedback."""

from collections.abc import Mapping
from typing import Any

from server.feedback.rules import (
    REASONS,
    Capacity,
    CaseEvent,
    CaseStatus,
    ComplaintKind,
    Dimension,
    RatingEvent,
    RatingStatus,
    Verdict,
)

WORDS = {
    Capacity.SELF: "本人", Capacity.FAMILY: "家属", Capacity.ASSISTED: "协助代记",
    Dimension.ATTITUDE: "态度", Dimension.PUNCTUAL: "准时", Dimension.EXPLAINED: "讲解", Dimension.SKILL: "技术",
    Dimension.WAITING: "等候", Dimension.SURROUNDINGS: "环境", Dimension.COST: "费用",
}  # fmt: skip
RATING_WORDS = {
    RatingStatus.TOKEN: ("待评价", "note"), RatingStatus.SUBMITTED: ("已提交", "note"),
    RatingStatus.SCREENING: ("文字审核中", "wait"), RatingStatus.PUBLISHED: ("已公开", "ok"),
    RatingStatus.RETURNED_FOR_EDIT: ("已退回修改", "wait"), RatingStatus.WITHHELD: ("暂不公开", "stop"),
    RatingStatus.ESCALATED: ("上报待定", "wait"),
}  # fmt: skip
CASE_WORDS = {
    CaseStatus.OPENED: ("待核实", "wait"), CaseStatus.VERIFYING: ("核实中", "wait"),
    CaseStatus.RECTIFYING: ("整改中", "wait"), CaseStatus.CALLBACK: ("已回访，等家属确认", "wait"),
    CaseStatus.CLOSED: ("已办结", "ok"), CaseStatus.REOPENED: ("退回重办", "stop"),
    CaseStatus.APPEALED: ("申诉中", "note"), CaseStatus.UPHELD: ("申诉不成立", "wait"),
    CaseStatus.VOIDED: ("已作废", "done"),
}  # fmt: skip
STEPS = {
    CaseEvent.VERIFY: ("开始核实", "准备怎么核实？"), CaseEvent.RECTIFY: ("提出整改", "查到了什么？怎么改？"),
    CaseEvent.CALL_BACK: ("已整改并回访", "改了什么？怎么告诉家属的？"),
    CaseEvent.CLOSE: ("办结", "家属没有回音时，写明回访情况再办结。"),
    CaseEvent.APPEAL: ("提出申诉", "为什么认为这条评价不实？"),
}  # fmt: skip
EVENT_WORDS = {
    **{event: words for event, (words, _) in STEPS.items()},
    CaseEvent.CONFIRM: "家属确认已解决", CaseEvent.REOPEN: "家属退回重办", CaseEvent.UPHOLD: "申诉不成立",
    CaseEvent.VOID: "两人核实后作废",
}  # fmt: skip
COMPLAINT_WORDS = {
    ComplaintKind.CARE: "照护", ComplaintKind.MEDICAL: "医疗", ComplaintKind.CHARGES: "收费",
    ComplaintKind.ATTITUDE: "态度", ComplaintKind.PRIVACY: "隐私", ComplaintKind.OTHER: "其他",
}  # fmt: skip
DECISIONS = {
    RatingEvent.PUBLISH: "公开", RatingEvent.RETURN: "退回作者修改", RatingEvent.WITHHOLD: "暂不公开",
    RatingEvent.ESCALATE: "上报主管部门",
}  # fmt: skip
STAGES = (  # the way of a case that is not disputed
    (CaseStatus.OPENED, "核实"), (CaseStatus.VERIFYING, "提出整改"), (CaseStatus.RECTIFYING, "整改回访"),
    (CaseStatus.CALLBACK, "家属确认"), (CaseStatus.CLOSED, "办结"),
)  # fmt: skip
VERDICT_WORDS = {
    Verdict.PASS: "通过", Verdict.REVIEW: "建议人工看", Verdict.RISKY: "有风险", Verdict.UNAVAILABLE: "没有结果",
}  # fmt: skip
EVERY_WORD: Mapping[str, Any] = {
    "words": WORDS, "rating_words": RATING_WORDS, "case_words": CASE_WORDS, "steps": STEPS, "event_words": EVENT_WORDS,
    "complaint_words": COMPLAINT_WORDS, "decisions": DECISIONS, "verdict_words": VERDICT_WORDS, "reasons": REASONS, "stages": STAGES,
}  # fmt: skip
