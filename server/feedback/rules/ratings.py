"""What a rating is, and how the visibility of its text moves."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from server.kit.moves import Moves


class SourceKind(StrEnum):
    VISIT = "visit"
    APPOINTMENT = "appointment"


class TokenStatus(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"


class Capacity(StrEnum):
    """In what capacity the score was given."""

    SELF = "self"
    FAMILY = "family"
    ASSISTED = "assisted"  # staff wrote it down for a resident without a phone


CAPACITY_WORDS = {Capacity.SELF: "本人", Capacity.FAMILY: "家属", Capacity.ASSISTED: "协助代记"}


class Dimension(StrEnum):
    """What the score was about: tags to tap, no typing needed."""

    ATTITUDE = "attitude"  # 态度
    PUNCTUAL = "punctual"  # 准时
    EXPLAINED = "explained"  # 讲得明白
    SKILL = "skill"  # 技术
    WAITING = "waiting"  # 等候
    SURROUNDINGS = "surroundings"  # 环境
    COST = "cost"  # 费用


class RatingStatus(StrEnum):
    """Where the text of a rating stands. The score has no state: it is given once and stays (I41)."""

    TOKEN = "token"  # noqa: S105  a state, not a secret
    SUBMITTED = "submitted"
    SCREENING = "screening"  # by the machine first, by a person when the machine doubts or is silent
    PUBLISHED = "published"
    RETURNED_FOR_EDIT = "returned_for_edit"
    WITHHELD = "withheld"
    ESCALATED = "escalated"


RATING_WORDS = {
    RatingStatus.TOKEN: "待评价",
    RatingStatus.SUBMITTED: "已提交",
    RatingStatus.SCREENING: "文字审核中",
    RatingStatus.PUBLISHED: "已公开",
    RatingStatus.RETURNED_FOR_EDIT: "已退回修改",
    RatingStatus.WITHHELD: "暂不公开",
    RatingStatus.ESCALATED: "上报待定",
}


class RatingEvent(StrEnum):
    SUBMIT = "submit"
    SCREEN = "screen"
    PUBLISH = "publish"
    RETURN = "return"
    EDIT = "edit"
    WITHHOLD = "withhold"
    ESCALATE = "escalate"


RATING_MOVES: Moves[RatingStatus, RatingEvent] = Moves(
    {
        (RatingStatus.TOKEN, RatingEvent.SUBMIT): RatingStatus.SUBMITTED,
        (RatingStatus.SUBMITTED, RatingEvent.SCREEN): RatingStatus.SCREENING,
        (RatingStatus.SUBMITTED, RatingEvent.PUBLISH): RatingStatus.PUBLISHED,  # no text: nothing to screen
        (RatingStatus.SCREENING, RatingEvent.PUBLISH): RatingStatus.PUBLISHED,
        (RatingStatus.SCREENING, RatingEvent.RETURN): RatingStatus.RETURNED_FOR_EDIT,
        (RatingStatus.SCREENING, RatingEvent.WITHHOLD): RatingStatus.WITHHELD,
        (RatingStatus.SCREENING, RatingEvent.ESCALATE): RatingStatus.ESCALATED,
        (RatingStatus.ESCALATED, RatingEvent.PUBLISH): RatingStatus.PUBLISHED,
        (RatingStatus.ESCALATED, RatingEvent.RETURN): RatingStatus.RETURNED_FOR_EDIT,
        (RatingStatus.ESCALATED, RatingEvent.WITHHOLD): RatingStatus.WITHHELD,
        (
            RatingStatus.PUBLISHED,
            RatingEvent.WITHHOLD,
        ): RatingStatus.WITHHELD,  # seen to be wrong only afterwards
        (RatingStatus.WITHHELD, RatingEvent.PUBLISH): RatingStatus.PUBLISHED,
        # A return is undone, by whoever gave it or over the machine, until its author has rewritten the text.
        (RatingStatus.RETURNED_FOR_EDIT, RatingEvent.PUBLISH): RatingStatus.PUBLISHED,
        (RatingStatus.RETURNED_FOR_EDIT, RatingEvent.EDIT): RatingStatus.SCREENING,
        (RatingStatus.WITHHELD, RatingEvent.EDIT): RatingStatus.SCREENING,  # I43
    }
)

MODERATOR_EVENTS = frozenset(
    {RatingEvent.PUBLISH, RatingEvent.RETURN, RatingEvent.WITHHOLD, RatingEvent.ESCALATE}
)
QUEUE = (RatingStatus.SCREENING, RatingStatus.ESCALATED)
UNDONE_BY: Mapping[RatingEvent, RatingEvent] = {  # what takes a decision back, as far as anything does
    RatingEvent.PUBLISH: RatingEvent.WITHHOLD,
    RatingEvent.RETURN: RatingEvent.PUBLISH,
    RatingEvent.WITHHOLD: RatingEvent.PUBLISH,
}


def tidy_tags(tags: Iterable[Dimension]) -> list[str]:
    return sorted(set(tags))
