"""How a wish to have something put right is decided."""

from collections.abc import Mapping
from enum import StrEnum

from server.kit.moves import Moves


class RectificationSubject(StrEnum):
    PROFILE = "profile"  # name, sex, birth date, bed, contacts: the home where they live answers for it
    ENTRY = "entry"  # an entry of the health record: who wrote it answers for it


SUBJECT_WORDS: Mapping[RectificationSubject, str] = {
    RectificationSubject.PROFILE: "登记信息",
    RectificationSubject.ENTRY: "健康记录",
}


class RectificationStatus(StrEnum):
    OPEN = "open"
    CORRECTED = "corrected"  # of an entry there is a newer version; of the register there are new values
    DECLINED = "declined"  # it is right as it stands; what the person said of an entry stays beside it
    WITHDRAWN = "withdrawn"


STATUS_WORDS: Mapping[RectificationStatus, str] = {
    RectificationStatus.OPEN: "等机构核对",
    RectificationStatus.CORRECTED: "已更正",
    RectificationStatus.DECLINED: "没有更正",
    RectificationStatus.WITHDRAWN: "已撤回",
}


class RectificationEvent(StrEnum):
    CORRECT = "correct"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


RECTIFICATION_MOVES: Moves[RectificationStatus, RectificationEvent] = Moves(
    {
        (RectificationStatus.OPEN, RectificationEvent.CORRECT): RectificationStatus.CORRECTED,
        (RectificationStatus.OPEN, RectificationEvent.DECLINE): RectificationStatus.DECLINED,
        (RectificationStatus.OPEN, RectificationEvent.WITHDRAW): RectificationStatus.WITHDRAWN,
    }
)
