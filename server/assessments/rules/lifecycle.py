"""How a sheet becomes a result, and what may still become of a result."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from server.kit.moves import Moves


class AssessmentReason(StrEnum):
    """Why somebody is assessed (annex A)."""

    FIRST = "first"
    ROUTINE = "routine"
    CHANGED = "changed"
    REVIEW = "review"  # a result is in doubt: by others than those who signed it
    OTHER = "other"


REASON_WORDS: Mapping[AssessmentReason, str] = {
    AssessmentReason.FIRST: "首次评估",
    AssessmentReason.ROUTINE: "常规评估",
    AssessmentReason.CHANGED: "即时评估（状况变化）",
    AssessmentReason.REVIEW: "对结果有疑问的复评",
    AssessmentReason.OTHER: "其他",
}


class AssessmentStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"  # one assessor has signed
    FINAL = "final"
    DISPUTED = "disputed"
    SUPERSEDED = "superseded"  # by a re-assessment
    DISCARDED = "discarded"


STATUS_WORDS: Mapping[AssessmentStatus, str] = {
    AssessmentStatus.DRAFT: "在填",
    AssessmentStatus.PROPOSED: "等第二位评估员签名",
    AssessmentStatus.FINAL: "已定",
    AssessmentStatus.DISPUTED: "有异议",
    AssessmentStatus.SUPERSEDED: "已被复评代替",
    AssessmentStatus.DISCARDED: "已作废",
}


class AssessmentEvent(StrEnum):
    PROPOSE = "propose"  # the first of several signs
    SETTLE = "settle"  # the only one signs
    AGREE = "agree"  # the second signs
    RETURN = "return"
    DISCARD = "discard"
    LAPSE = "lapse"  # nobody touched it for long
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    SUPERSEDE = "supersede"


_S, _E = AssessmentStatus, AssessmentEvent


def disputable_until(status: AssessmentStatus, final_at: datetime | None, days: timedelta) -> datetime | None:
    """Return until when a result may be objected to; None for what is none, or is in doubt or replaced already."""
    return final_at + days if status is AssessmentStatus.FINAL and final_at is not None else None


ASSESSMENT_MOVES: Moves[AssessmentStatus, AssessmentEvent] = Moves(
    {
        (_S.DRAFT, _E.PROPOSE): _S.PROPOSED,
        (_S.DRAFT, _E.SETTLE): _S.FINAL,
        (_S.DRAFT, _E.DISCARD): _S.DISCARDED,
        (_S.DRAFT, _E.LAPSE): _S.DISCARDED,
        (_S.PROPOSED, _E.LAPSE): _S.DISCARDED,
        (_S.PROPOSED, _E.AGREE): _S.FINAL,
        (_S.PROPOSED, _E.RETURN): _S.DRAFT,
        (_S.FINAL, _E.DISPUTE): _S.DISPUTED,
        (_S.DISPUTED, _E.UPHOLD): _S.FINAL,
        (_S.DISPUTED, _E.SUPERSEDE): _S.SUPERSEDED,
    }
)
LIVE = frozenset({_S.DRAFT, _S.PROPOSED})  # one of a resident and questionnaire
RESULTS = frozenset({_S.FINAL, _S.DISPUTED, _S.SUPERSEDED})  # written into the record
COUNTS = frozenset({_S.FINAL, _S.DISPUTED})  # holds until something better is known


class DisputeStatus(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"  # the result stands
    REPLACED = "replaced"  # somebody else assessed anew


DISPUTE_WORDS: Mapping[DisputeStatus, str] = {
    DisputeStatus.OPEN: "等答复或复评",
    DisputeStatus.UPHELD: "核对后维持原结果",
    DisputeStatus.REPLACED: "已经复评",
}
