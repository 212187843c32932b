"""What may happen to a campaign, to somebody's place in it, and to what was found abnormal."""

from collections.abc import Mapping
from enum import StrEnum

from server.checkups.errors import NotThisNow
from server.kit.moves import Moves


class CampaignStatus(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class CampaignEvent(StrEnum):
    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"  # somebody came back from hospital


CAMPAIGN_MOVES: Moves[CampaignStatus, CampaignEvent] = Moves(
    {
        (CampaignStatus.PLANNED, CampaignEvent.OPEN): CampaignStatus.OPEN,
        (CampaignStatus.OPEN, CampaignEvent.CLOSE): CampaignStatus.CLOSED,
        (CampaignStatus.CLOSED, CampaignEvent.REOPEN): CampaignStatus.OPEN,
    }
)


NOT_OPEN: Mapping[CampaignStatus, str] = {
    CampaignStatus.PLANNED: "体检还没有开始。请先点“开始体检”，再录入报告。",
    CampaignStatus.CLOSED: "体检已经结束，不能再录入。要补录，请先点“重新打开”。",
}


def ensure_open(status: CampaignStatus) -> None:
    """Refuse with `NotThisNow`: reports are taken in and put right while a campaign is open."""
    if (said := NOT_OPEN.get(status)) is not None:
        raise NotThisNow(said)


class PlaceStatus(StrEnum):
    LISTED = "listed"
    DECLINED = "declined"
    EXAMINED = "examined"


class PlaceEvent(StrEnum):
    DECLINE = "decline"
    ACCEPT = "accept"  # they changed their mind
    REPORT = "report"


PLACE_MOVES: Moves[PlaceStatus, PlaceEvent] = Moves(
    {
        (PlaceStatus.LISTED, PlaceEvent.DECLINE): PlaceStatus.DECLINED,
        (PlaceStatus.DECLINED, PlaceEvent.ACCEPT): PlaceStatus.LISTED,
        (PlaceStatus.LISTED, PlaceEvent.REPORT): PlaceStatus.EXAMINED,
        (PlaceStatus.DECLINED, PlaceEvent.REPORT): PlaceStatus.EXAMINED,
    }
)


class DutyStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    VOID = "void"  # the report was put right, and nothing is abnormal; or they have died


class DutyEvent(StrEnum):
    SETTLE = "settle"
    WITHDRAW = "withdraw"


DUTY_MOVES: Moves[DutyStatus, DutyEvent] = Moves(
    {
        (DutyStatus.OPEN, DutyEvent.SETTLE): DutyStatus.DONE,
        (DutyStatus.OPEN, DutyEvent.WITHDRAW): DutyStatus.VOID,
    }
)


class Settled(StrEnum):
    """What was done about something abnormal."""

    RECHECKED = "rechecked"
    REFERRED = "referred"
    ENROLLED = "enrolled"
    KNOWN = "known"


class How(StrEnum):
    FILE = "file"
    HAND = "hand"


CAMPAIGN_WORDS: Mapping[CampaignStatus, str] = {
    CampaignStatus.PLANNED: "计划中",
    CampaignStatus.OPEN: "进行中",
    CampaignStatus.CLOSED: "已结束",
}
PLACE_WORDS: Mapping[PlaceStatus, str] = {
    PlaceStatus.LISTED: "待体检",
    PlaceStatus.DECLINED: "本人不愿意",
    PlaceStatus.EXAMINED: "已有报告",
}
DUTY_WORDS: Mapping[DutyStatus, str] = {
    DutyStatus.OPEN: "待办",
    DutyStatus.DONE: "已办",
    DutyStatus.VOID: "已撤销",
}
SETTLED_WORDS: Mapping[Settled, str] = {
    Settled.RECHECKED: "复查过了",
    Settled.REFERRED: "已转诊",
    Settled.ENROLLED: "已纳入慢病管理",
    Settled.KNOWN: "原来就有，已在治疗",
}
