"""What the console calls states, steps and reasons of feedback."""

from collections.abc import Mapping
from typing import Any

from admin.words import tags
from server.feedback.rules import (
    CAPACITY_WORDS,
    CASE_WORDS,
    RATING_WORDS,
    REASONS,
    CaseEvent,
    CaseStatus,
    ComplaintKind,
    Dimension,
    RatingEvent,
    RatingStatus,
    Verdict,
)

WORDS: Mapping[Any, str] = {
    **CAPACITY_WORDS,
    Dimension.ATTITUDE: "态度", Dimension.PUNCTUAL: "准时", Dimension.EXPLAINED: "讲解", Dimension.SKILL: "技术",
    Dimension.WAITING: "等候", Dimension.SURROUNDINGS: "环境", Dimension.COST: "费用",
}  # fmt: skip
RATING_TAGS = tags(
    RATING_WORDS,
    {
        RatingStatus.TOKEN: "note", RatingStatus.SUBMITTED: "note", RatingStatus.SCREENING: "wait",
        RatingStatus.PUBLISHED: "ok", RatingStatus.RETURNED_FOR_EDIT: "wait", RatingStatus.WITHHELD: "stop",
        RatingStatus.ESCALATED: "wait",
    },
)  # fmt: skip
CASE_TAGS = tags(
    CASE_WORDS,
    {
        CaseStatus.OPENED: "wait", CaseStatus.VERIFYING: "wait", CaseStatus.RECTIFYING: "wait",
        CaseStatus.CALLBACK: "wait", CaseStatus.CLOSED: "ok", CaseStatus.REOPENED: "stop", CaseStatus.APPEALED: "note",
        CaseStatus.UPHELD: "wait", CaseStatus.VOIDED: "done",
    },
)  # fmt: skip
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
    "words": WORDS, "rating_tags": RATING_TAGS, "case_tags": CASE_TAGS, "steps": STEPS, "event_words": EVENT_WORDS,
    "complaint_words": COMPLAINT_WORDS, "decisions": DECISIONS, "verdict_words": VERDICT_WORDS, "reasons": REASONS, "stages": STAGES,
}  # fmt: skip
