"""When somebody should be seen next: from how often the agreement says, and when they were last seen (A01, C10).

The frequency is the agreement's (`ServiceItem.times_a_year`), or the care level's where that is higher (A14); only a visit that both institutions confirmed counts as seen
(I36). Who is in hospital is not waited for, who convalesces is seen more often (I17).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.alliance.rules import Cooperation
from server.home_beds.rules import days_between
from server.people.rules import CareState

YEAR, MONTHS = 365, 12  # days, and months, of it
# Ways of working together by which somebody comes to the home; a remote consultation or a seat at the hospital is no round.
COMING = frozenset({Cooperation.STATIONED, Cooperation.PATROL, Cooperation.BRANCH, Cooperation.PRIMARY_CARE})


class DueState(StrEnum):
    """In the order in which one would go and see them."""

    OVERDUE = "overdue"
    NEVER = "never"  # nobody has ever come, and it is not overdue yet
    DUE = "due"
    LATER = "later"
    PLANNED = "planned"
    PAUSED = "paused"


TO_PLAN = frozenset({DueState.OVERDUE, DueState.NEVER, DueState.DUE})


@dataclass(frozen=True)
class Frequency:
    """How often the agreement promises a service, and the numbers that go with it."""

    times_a_year: int
    convalescent_times: int  # parameter visits.convalescent_times
    ahead: int  # days; parameter visits.due_ahead_days
    level_from: int = MONTHS  # parameter visits.level_from_times: what is promised more seldom is no round

    @property
    def days(self) -> int:
        return max(1, YEAR // self.times_a_year)

    def days_for(
        self, state: CareState, visits_a_month: int | None = None, rounds_a_week: int | None = None
    ) -> int:
        """Return how many days may lie between two visits: as agreed, or as the care level (A14) or an open home bed asks.

        Whichever is oftenest; what is promised more seldom than a round is left as it was agreed.
        """
        days = self.days
        if self.times_a_year >= self.level_from:
            if visits_a_month:
                days = min(days, max(1, YEAR // (MONTHS * visits_a_month)))
            if rounds_a_week:
                days = min(days, days_between(rounds_a_week))
        return max(1, days // self.convalescent_times) if state is CareState.CONVALESCENT else days


@dataclass(frozen=True)
class Due:
    state: DueState
    on: date | None  # the day by which they should be seen; None while they are in hospital
    overdue_days: int = 0


def due_of(
    *,
    frequency: Frequency,
    care_state: CareState,
    last_seen: date | None,
    waiting_since: date,  # for who was never seen: when the agreement began or they moved in, the later of both
    planned: bool,
    today: date,
    visits_a_month: int | None = None,  # as the care level asks
    rounds_a_week: int | None = None,  # as an open home bed of this institution asks
) -> Due:
    """Tell when somebody should be seen. The day itself is still in time."""
    if care_state is CareState.INPATIENT:
        return Due(DueState.PAUSED, None)
    on = (last_seen or waiting_since) + timedelta(
        days=frequency.days_for(care_state, visits_a_month, rounds_a_week)
    )
    if planned:
        return Due(DueState.PLANNED, on)
    if on < today:
        return Due(DueState.OVERDUE, on, (today - on).days)
    if last_seen is None:
        return Due(DueState.NEVER, on)
    near = on <= today + timedelta(days=frequency.ahead)
    return Due(DueState.DUE if near else DueState.LATER, on)
