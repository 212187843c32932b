"""Why a text may not be shown as it is, who says so, and what is kept of each decision."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.feedback.rules.ratings import MODERATOR_EVENTS, RatingEvent, RatingStatus


class ReasonCode(StrEnum):
    """Why a text was not published as it is."""

    PERSONAL_DATA = "personal_data"
    ABUSE = "abuse"
    ADVERTISING = "advertising"
    UNLAWFUL = "unlawful"
    OFF_TOPIC = "off_topic"
    ACCUSATION = "accusation"
    PLATFORM = "platform"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Reason:
    label: str  # for the moderator
    sentence: str  # for the author: what to change
    events: frozenset[RatingEvent]


_NOT_SHOWN = frozenset({RatingEvent.RETURN, RatingEvent.WITHHOLD})
REASONS: Mapping[ReasonCode, Reason] = {
    ReasonCode.PERSONAL_DATA: Reason(
        "含个人信息", "文字里有电话、证件号或他人姓名，为保护隐私，请删去后再提交。", _NOT_SHOWN
    ),
    ReasonCode.ABUSE: Reason(
        "用语不文明", "有个别用语不太合适，请换个说法，您反映的事情我们照样会办。", _NOT_SHOWN
    ),
    ReasonCode.ADVERTISING: Reason("广告推销", "文字像是广告，请只写这次服务的感受。", _NOT_SHOWN),
    ReasonCode.UNLAWFUL: Reason("违反法律法规", "文字里有法律不允许公开的内容，请修改后再提交。", _NOT_SHOWN),
    ReasonCode.OFF_TOPIC: Reason(
        "与本次服务无关", "文字与这次服务关系不大，请写写这次服务好在哪里、差在哪里。", _NOT_SHOWN
    ),
    ReasonCode.ACCUSATION: Reason(
        "指名指责、待核实",
        "文字点名说了某个人，事情还在核实，暂不公开。核实进度请看“我反映的事”。",
        _NOT_SHOWN,
    ),
    ReasonCode.PLATFORM: Reason(
        "微信内容安全提示", "文字没有通过内容安全检查，请换个说法再提交。评分不受影响。", _NOT_SHOWN
    ),
    ReasonCode.UNSURE: Reason(
        "拿不准，请上级定",
        "文字正在由主管部门再看一遍，请稍候。评分不受影响。",
        frozenset({RatingEvent.ESCALATE}),
    ),
}


def needs_reason(event: RatingEvent) -> bool:
    return event in MODERATOR_EVENTS and event is not RatingEvent.PUBLISH


class Verdict(StrEnum):
    """What the machine said of a text."""

    PASS = "pass"  # noqa: S105  the platform's word
    REVIEW = "review"
    RISKY = "risky"
    UNAVAILABLE = "unavailable"  # no answer, or the author was not in the mini-program lately (61010)


def event_after(verdict: Verdict, *, auto_publish: bool) -> RatingEvent | None:
    """Return the move that a verdict makes by itself; None leaves the text in the human queue (fail closed)."""
    if verdict is Verdict.PASS and auto_publish:
        return RatingEvent.PUBLISH
    return RatingEvent.RETURN if verdict is Verdict.RISKY else None


# The local list stands in front of the platform's check, which cannot be asked about texts typed at a console.
SCREENED_WORDS: Mapping[ReasonCode, tuple[str, ...]] = {
    ReasonCode.ADVERTISING: ("加微信", "加我微信", "代开发票", "保健品优惠", "免费领取", "扫码领"),
    ReasonCode.ABUSE: ("去死", "畜生", "王八蛋", "狗东西", "滚蛋"),
}
_NUMBERS = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
_GAPS = re.compile(r"[\s\-·.*_]+")


def found_by_local_list(text: str) -> ReasonCode | None:
    """Return why a text may not be shown as it is, looking through spaces and dashes put between the characters."""
    bare = _GAPS.sub("", text)
    if _NUMBERS.search(bare):
        return ReasonCode.PERSONAL_DATA
    return next((code for code, words in SCREENED_WORDS.items() if any(word in bare for word in words)), None)


def digest_of(*, score: int, status: RatingStatus, text: str) -> str:
    """Digest what a decision could have touched: two decisions with the same score part prove I41."""
    return hashlib.sha256(f"{score}\n{status}\n{text}".encode()).hexdigest()
