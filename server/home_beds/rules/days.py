"""How bed-days are counted: the day of opening counts and the day of the end does not, as hospitals count (own choice, ADR 31).

So a day on which somebody goes into hospital is the hospital's, the day on which they come back is the home bed's, and no day
is ever both or twice: spans of one person do not overlap, and touching ones share no counted day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.kit.clock import day_bounds, local_date


@dataclass(frozen=True)
class Span:
    """One stretch for which a bed was open."""

    started_at: datetime
    ended_at: datetime | None = None

    def days(self, today: date) -> tuple[date, date]:
        """Return the first day that counts, and the first that does not any more."""
        first = local_date(self.started_at)
        return first, local_date(self.ended_at) if self.ended_at else max(first, today + timedelta(days=1))


def counted_days(spans: Iterable[Span], *, since: date, until: date, today: date) -> int:
    """Count bed-days from `since` to `until` (exclusive), as far as they have come; today counts while it is open."""
    found, reached = 0, since
    for first, end in sorted(span.days(today) for span in spans):
        begins, ends = max(first, reached), min(end, until)
        if ends > begins:  # of rows that were merged two may cover one day: it counts once
            found += (ends - begins).days
            reached = ends
    return found


def open_on(spans: Iterable[Span], day: date) -> bool:
    """Tell whether a bed was open at any moment of a day: a morning's round on the day of the end was one at a home bed."""
    begins, ends = day_bounds(day)
    return any(span.started_at < ends and (span.ended_at is None or span.ended_at > begins) for span in spans)


def last_day_of(*, opened_on: date, most_days: int, days_left: int) -> date:
    """Return the last day on which it may be open: so many days at once, and no more than the year has left."""
    return opened_on + timedelta(days=min(most_days, days_left) - 1)
