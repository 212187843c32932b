"""The life of an episode: one resident, one disease, one institution that follows it up."""

from collections.abc import Mapping
from enum import StrEnum

from server.kit.moves import Moves


class EpisodeStatus(StrEnum):
    ENROLLED = "enrolled"
    LOST = "lost"  # nobody has followed up for a year; they stay in every denominator
    ENDED = "ended"


class EpisodeEvent(StrEnum):
    RECORD = "record"  # a follow-up was made; it brings back whoever was lost
    LOSE = "lose"
    END = "end"


class EndReason(StrEnum):
    DIED = "died"
    MOVED = "moved"
    TRANSFERRED = "transferred"
    MISDIAGNOSED = "misdiagnosed"
    DECLINED = "declined"


class Enrolled(StrEnum):
    """From what it was known that they have the disease."""

    DIAGNOSIS = "diagnosis"  # an entry of the record
    BY_HAND = "by_hand"  # a paper that somebody saw


EPISODE_MOVES: Moves[EpisodeStatus, EpisodeEvent] = Moves(
    {
        (EpisodeStatus.ENROLLED, EpisodeEvent.RECORD): EpisodeStatus.ENROLLED,
        (EpisodeStatus.LOST, EpisodeEvent.RECORD): EpisodeStatus.ENROLLED,
        (EpisodeStatus.ENROLLED, EpisodeEvent.LOSE): EpisodeStatus.LOST,
        (EpisodeStatus.ENROLLED, EpisodeEvent.END): EpisodeStatus.ENDED,
        (EpisodeStatus.LOST, EpisodeEvent.END): EpisodeStatus.ENDED,
    }
)
LIVE = frozenset({EpisodeStatus.ENROLLED, EpisodeStatus.LOST})
STATUS_WORDS: Mapping[EpisodeStatus, str] = {
    EpisodeStatus.ENROLLED: "管理中",
    EpisodeStatus.LOST: "失访",
    EpisodeStatus.ENDED: "已结束",
}
END_WORDS: Mapping[EndReason, str] = {
    EndReason.DIED: "去世",
    EndReason.MOVED: "迁出",
    EndReason.TRANSFERRED: "转由其他机构管理",
    EndReason.MISDIAGNOSED: "诊断有误",
    EndReason.DECLINED: "本人不愿意",
}
# Left out of the year's rates and told beside them; whoever declined stays in (own choice: a no must not raise a rate).
LEFT_OUT = frozenset({EndReason.DIED, EndReason.MOVED, EndReason.TRANSFERRED, EndReason.MISDIAGNOSED})
