"""How a home bed lives (machine ⑫). Beside the model: an application may be declined or withdrawn before it was opened."""

from collections.abc import Mapping
from enum import StrEnum

from server.kit.moves import Moves


class HomeBedStatus(StrEnum):
    APPLIED = "applied"
    ASSESSED = "assessed"
    OPENED = "opened"
    SUSPENDED = "suspended"  # the resident lies in hospital
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class HomeBedEvent(StrEnum):
    ASSESS = "assess"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    OPEN = "open"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


_S, _E = HomeBedStatus, HomeBedEvent
HOME_BED_MOVES: Moves[HomeBedStatus, HomeBedEvent] = Moves(
    {
        (_S.APPLIED, _E.ASSESS): _S.ASSESSED,
        (_S.APPLIED, _E.DECLINE): _S.DECLINED,
        (_S.APPLIED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.ASSESSED, _E.DECLINE): _S.DECLINED,
        (_S.ASSESSED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.ASSESSED, _E.OPEN): _S.OPENED,
        (_S.OPENED, _E.SUSPEND): _S.SUSPENDED,
        (_S.SUSPENDED, _E.RESUME): _S.OPENED,
        (_S.OPENED, _E.CLOSE): _S.CLOSED,
        (_S.SUSPENDED, _E.CLOSE): _S.CLOSED,
    }
)
ENDED = frozenset({_S.CLOSED, _S.DECLINED, _S.WITHDRAWN})
LIVE = frozenset(HomeBedStatus) - ENDED
IN_USE = frozenset({_S.OPENED, _S.SUSPENDED})
STATUS_WORDS: Mapping[HomeBedStatus, str] = {
    _S.APPLIED: "待评估",
    _S.ASSESSED: "评估通过，待建床",
    _S.OPENED: "在床",
    _S.SUSPENDED: "住院暂停",
    _S.CLOSED: "已撤床",
    _S.DECLINED: "没有收治",
    _S.WITHDRAWN: "已撤回申请",
}
NEXT_WORDS: Mapping[HomeBedStatus, str] = {
    _S.APPLIED: "上门评估",
    _S.ASSESSED: "办好医保备案并建床",
    _S.OPENED: "查床",
    _S.SUSPENDED: "问清住院情况，决定继续还是撤床",
}


class BedKind(StrEnum):
    TREATMENT = "treatment"
    NURSING = "nursing"
    REHABILITATION = "rehabilitation"
    HOSPICE = "hospice"


BED_KIND_WORDS: Mapping[BedKind, str] = {
    BedKind.TREATMENT: "治疗型",
    BedKind.NURSING: "护理型",
    BedKind.REHABILITATION: "康复型",
    BedKind.HOSPICE: "安宁型",
}


class Source(StrEnum):
    """Who asked for it."""

    FAMILY = "family"
    HOME = "home"
    CLINICIAN = "clinician"


SOURCE_WORDS: Mapping[Source, str] = {
    Source.FAMILY: "本人或家属申请",
    Source.HOME: "养老院代为申请",
    Source.CLINICIAN: "医生建议",
}


class EndReason(StrEnum):
    CURED = "cured"
    STABLE = "stable"
    HOSPITAL = "hospital"
    DIED = "died"
    ASKED = "asked"  # by the resident or their family
    UNCOOPERATIVE = "uncooperative"
    UNSUITABLE = "unsuitable"  # the room is not fit for it
    EXPIRED = "expired"  # ran out and was not applied for again
    LEFT = "left"  # the home
    MERGED = "merged"  # two rows were one person, who has another bed


END_WORDS: Mapping[EndReason, str] = {
    EndReason.CURED: "治愈",
    EndReason.STABLE: "好转、稳定",
    EndReason.HOSPITAL: "转院或需要住院",
    EndReason.DIED: "离世",
    EndReason.ASKED: "本人或家属要求",
    EndReason.UNCOOPERATIVE: "不配合治疗",
    EndReason.UNSUITABLE: "环境不适合",
    EndReason.EXPIRED: "期满",
    EndReason.LEFT: "已不住在这家养老院",
    EndReason.MERGED: "登记合并，重复的一张",
}
# These the clock finds out by itself; nobody writes a summary for them.
BY_ITSELF = frozenset({EndReason.DIED, EndReason.EXPIRED, EndReason.LEFT, EndReason.MERGED})


class RoundLevel(StrEnum):
    FIRST = "first"  # the clinician in charge
    SECOND = "second"  # their senior


LEVEL_WORDS: Mapping[RoundLevel, str] = {
    RoundLevel.FIRST: "责任医师查床",
    RoundLevel.SECOND: "上级医师查床",
}
