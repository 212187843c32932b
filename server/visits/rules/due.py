"""When somebody should be seen next: from how often the agreement says, and when they were last seen (A01, C10).

The frequency is the agreement's (`ServiceItem.times_a_year`); only a visit that both institutions confirmed counts as seen
(I36). Who is in hospital is not waited for, who convalesces is seen more often (I17).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.alliance.rules import Cooperation
from server.people.rules import CareState

YEAR = 365  # days
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

    @property
    def days(self) -> int:
        return max(1, YEAR // self.times_a_year)

    def days_for(self, state: CareState) -> int:
        return max(1, self.days // self.convalescent_times) if state is CareState.CONVALESCENT else self.days


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
) -> Due:
    """Tell when somebody should be seen. The day itself is still in time."""
    if care_state is CareState.INPATIENT:
        return Due(DueState.PAUSED, None)
    on = (last_seen or waiting_since) + timedelta(days=frequency.days_for(care_state))
    if planned:
        return Due(DueState.PLANNED, on)
    if on < today:
        return Due(DueState.OVERDUE, on, (today - on).days)
    if last_seen is None:
        return Due(DueState.NEVER, on)
    near = on <= today + timedelta(days=frequency.ahead)
    return Due(DueState.DUE if near else DueState.LATER, on)
