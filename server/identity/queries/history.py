"""What was done to one subject, with the names of those who did it: the history at the foot of its page."""

from dataclasses import dataclass
from datetime import datetime

from server.audit.queries import newest_about
from server.identity.queries.accounts import names_of

MOST_LINES = 50
NOBODY = "系统"


@dataclass(frozen=True)
class HistoryLine:
    at: datetime
    who: str
    what: str  # a word of the trail: "visits.confirmed"
    reason: str


async def history_of(*, subject_uid: str) -> tuple[HistoryLine, ...]:
    """Return the newest lines about a subject. The caller has made sure that its reader may see the subject."""
    lines = await newest_about(subject_uid=subject_uid, most=MOST_LINES)
    names = await names_of({line.account_id for line in lines if line.account_id is not None})
    return tuple(
        HistoryLine(line.at, names.get(line.account_id or 0, NOBODY), line.action, line.reason or "")
        for line in lines
    )
