"""What may happen to a session of a course."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from server.kit.moves import Moves
from server.training.errors import BadSession

LONGEST = timedelta(hours=12)
MOST_SEATS = 500


class SessionStatus(StrEnum):
    PLANNED = "planned"
    FINISHED = "finished"  # certificates are written
    CANCELLED = "cancelled"


class SessionEvent(StrEnum):
    FINISH = "finish"
    CANCEL = "cancel"


SESSION_MOVES: Moves[SessionStatus, SessionEvent] = Moves(
    {
        (SessionStatus.PLANNED, SessionEvent.FINISH): SessionStatus.FINISHED,
        (SessionStatus.PLANNED, SessionEvent.CANCEL): SessionStatus.CANCELLED,
    }
)
STATUS_WORDS: Mapping[SessionStatus, str] = {
    SessionStatus.PLANNED: "已安排",
    SessionStatus.FINISHED: "已结束",
    SessionStatus.CANCELLED: "已取消",
}


class OpenTo(StrEnum):
    OWN = "own"  # staff of the institution that holds it
    ALLIANCE = "alliance"  # of every member of its alliances; held by a bureau, of every member there is


OPEN_WORDS: Mapping[OpenTo, str] = {OpenTo.OWN: "本机构", OpenTo.ALLIANCE: "联合体各成员"}


class Means(StrEnum):
    SCAN = "scan"
    PAPER = "paper"  # written down by a second person, with a reason


MEANS_WORDS: Mapping[Means, str] = {Means.SCAN: "扫码", Means.PAPER: "纸面补登"}


def ensure_sound(starts_at: datetime, ends_at: datetime, seats: int) -> None:
    if not starts_at < ends_at <= starts_at + LONGEST or not 1 <= seats <= MOST_SEATS:
        raise BadSession


def may_sign(at: datetime, *, starts_at: datetime, ends_at: datetime, early: int, late: int) -> bool:
    """Tell whether the code counts now (minutes before the start, after the end; both edges belong to it)."""
    return starts_at - timedelta(minutes=early) <= at <= ends_at + timedelta(minutes=late)


def certificate_number(session_uid: str, day: datetime, place: int) -> str:
    return f"PX{day:%Y%m%d}-{session_uid[-6:]}-{place:03d}"
