"""What may be told of chronic follow-up."""

from server.followups.queries.candidates import Candidate, CandidateBoard, candidates
from server.followups.queries.cards import EpisodeCard, FollowUpCard
from server.followups.queries.faults import faults
from server.followups.queries.rates import (
    BEHIND_WORDS,
    Behind,
    DiseaseRates,
    RateLine,
    RatesCard,
    people_behind,
    rates,
)
from server.followups.queries.sheets import (
    EpisodeSheet,
    FormSheet,
    ResidentLine,
    correction_sheet,
    episode_sheet,
    follow_ups_of,
    form_sheet,
)
from server.followups.queries.work import (
    WORK_WORDS,
    Work,
    WorkBoard,
    WorkFilter,
    count_work,
    find_episodes,
    work_board,
    work_counts,
    work_rows,
)

__all__ = [
    "BEHIND_WORDS",
    "WORK_WORDS",
    "Behind",
    "Candidate",
    "CandidateBoard",
    "DiseaseRates",
    "EpisodeCard",
    "EpisodeSheet",
    "FollowUpCard",
    "FormSheet",
    "RateLine",
    "RatesCard",
    "ResidentLine",
    "Work",
    "WorkBoard",
    "WorkFilter",
    "candidates",
    "correction_sheet",
    "count_work",
    "episode_sheet",
    "faults",
    "find_episodes",
    "follow_ups_of",
    "form_sheet",
    "people_behind",
    "rates",
    "work_board",
    "work_counts",
    "work_rows",
]
