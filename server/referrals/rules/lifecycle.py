"""What may happen to a referral, in what order, and whose turn it is (machine ⑦, I30, I31).

Two institutions: the *lower* one, near the resident (the home, or primary care), and the *upper* one, which treats. An
up-referral goes lower → upper and comes back; a down-referral begins where the treating side plans the discharge. So the
state alone says whose turn it is, in either direction.

Simplified in the open (ADR 28): `escalated` is a row beside the referral, not a state, since what is late may be in any
state and must not lose its place; `draft` and `discharge_planned` may be called off by whoever wrote them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from server.kit.moves import Moves


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


class Urgency(StrEnum):
    URGENT = "urgent"
    ROUTINE = "routine"


class Side(StrEnum):
    LOWER = "lower"  # the home, or primary care
    UPPER = "upper"  # who treats

    @property
    def other(self) -> "Side":
        return Side.UPPER if self is Side.LOWER else Side.LOWER


class ReferralStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"  # more is asked for
    DECLINED = "declined"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    IN_TREATMENT = "in_treatment"
    DISCHARGE_PLANNED = "discharge_planned"
    BACK_OFFERED = "back_offered"
    BACK_ACCEPTED = "back_accepted"
    RETURNED_HOME = "returned_home"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ReferralEvent(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    DECLINE = "decline"
    SCHEDULE = "schedule"
    DEPART = "depart"
    RECEIVE = "receive"
    TREAT = "treat"
    STAY = "stay"  # treatment goes on: looked at, and a new date
    PLAN_DISCHARGE = "plan_discharge"
    OFFER_BACK = "offer_back"
    ASK_MORE = "ask_more"  # the lower side cannot take them back like this
    ACCEPT_BACK = "accept_back"
    ARRIVE_HOME = "arrive_home"
    CLOSE = "close"
    CANCEL = "cancel"


_S = ReferralStatus
_E = ReferralEvent

BEFORE_ARRIVAL = (_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.ACCEPTED, _S.SCHEDULED, _S.IN_TRANSIT)
ENDED = frozenset({_S.DECLINED, _S.CLOSED, _S.CANCELLED})
OPEN = tuple(status for status in ReferralStatus if status not in ENDED)

REFERRAL_MOVES: Moves[ReferralStatus, ReferralEvent] = Moves(
    {
        (_S.DRAFT, _E.SUBMIT): _S.SUBMITTED,
        (_S.RETURNED, _E.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _E.ACCEPT): _S.ACCEPTED,
        (_S.SUBMITTED, _E.RETURN): _S.RETURNED,
        (_S.SUBMITTED, _E.DECLINE): _S.DECLINED,
        (_S.ACCEPTED, _E.SCHEDULE): _S.SCHEDULED,
        (_S.SCHEDULED, _E.SCHEDULE): _S.SCHEDULED,  # another time
        (_S.SCHEDULED, _E.DEPART): _S.IN_TRANSIT,
        (_S.SCHEDULED, _E.RECEIVE): _S.RECEIVED,  # they stand at the desk, and nobody had said that they left
        (_S.IN_TRANSIT, _E.RECEIVE): _S.RECEIVED,
        (_S.RECEIVED, _E.TREAT): _S.IN_TREATMENT,
        (_S.RECEIVED, _E.PLAN_DISCHARGE): _S.DISCHARGE_PLANNED,
        (_S.IN_TREATMENT, _E.STAY): _S.IN_TREATMENT,
        (_S.IN_TREATMENT, _E.PLAN_DISCHARGE): _S.DISCHARGE_PLANNED,
        (_S.DISCHARGE_PLANNED, _E.OFFER_BACK): _S.BACK_OFFERED,
        (_S.BACK_OFFERED, _E.ASK_MORE): _S.DISCHARGE_PLANNED,
        (_S.BACK_OFFERED, _E.ACCEPT_BACK): _S.BACK_ACCEPTED,
        (_S.BACK_ACCEPTED, _E.ARRIVE_HOME): _S.RETURNED_HOME,
        (_S.RETURNED_HOME, _E.CLOSE): _S.CLOSED,
        **{(status, _E.CANCEL): _S.CANCELLED for status in OPEN},
    }
)

# Whose turn it is: exactly one institution in every open state (I30).
TURN: Mapping[ReferralStatus, Side] = {
    _S.DRAFT: Side.LOWER,
    _S.SUBMITTED: Side.UPPER,
    _S.RETURNED: Side.LOWER,
    _S.ACCEPTED: Side.UPPER,
    _S.SCHEDULED: Side.LOWER,
    _S.IN_TRANSIT: Side.UPPER,
    _S.RECEIVED: Side.UPPER,
    _S.IN_TREATMENT: Side.UPPER,
    _S.DISCHARGE_PLANNED: Side.UPPER,
    _S.BACK_OFFERED: Side.LOWER,
    _S.BACK_ACCEPTED: Side.LOWER,
    _S.RETURNED_HOME: Side.LOWER,
}
# I31 with three words that belong to the other side by their nature: who asked may take it back until the resident is
# there, the desk sees who stands before it, and who gave a time may give another.
BESIDE_THE_OWNER: Mapping[tuple[ReferralStatus, ReferralEvent], Side] = {
    (_S.SUBMITTED, _E.CANCEL): Side.LOWER,
    (_S.ACCEPTED, _E.CANCEL): Side.LOWER,
    (_S.IN_TRANSIT, _E.CANCEL): Side.LOWER,
    (_S.BACK_OFFERED, _E.CANCEL): Side.UPPER,
    (_S.SCHEDULED, _E.RECEIVE): Side.UPPER,
    (_S.SCHEDULED, _E.SCHEDULE): Side.UPPER,
}
NEEDS_REASON = frozenset({_E.RETURN, _E.DECLINE, _E.CANCEL, _E.ASK_MORE, _E.STAY})
# The steps that need nothing but a press, and perhaps a reason; the others bring something of their own.
PLAIN_STEPS = (
    _E.SUBMIT, _E.ACCEPT, _E.RETURN, _E.DECLINE, _E.DEPART, _E.RECEIVE, _E.TREAT, _E.STAY, _E.PLAN_DISCHARGE, _E.ASK_MORE,
    _E.ARRIVE_HOME, _E.CLOSE, _E.CANCEL,
)  # fmt: skip


# Who lies there leaves by a discharge, which ends the care state, too; only a death ends it at once, by the clock.
IN_HOSPITAL = frozenset({_S.RECEIVED, _S.IN_TREATMENT})


def may_move(status: ReferralStatus, event: ReferralEvent, side: Side) -> bool:
    """Tell whether it is this side's to do (I31)."""
    if not REFERRAL_MOVES.allows(status, event):
        return False
    if event is _E.CANCEL and status in IN_HOSPITAL:
        return False
    beside = BESIDE_THE_OWNER.get((status, event))
    owners = TURN[status] is side
    if event is _E.CANCEL or beside is None:
        return owners or beside is side
    return beside is side


def steps_for(status: ReferralStatus, side: Side) -> tuple[ReferralEvent, ...]:
    return tuple(event for event in ReferralEvent if may_move(status, event, side))


# Up to where the upper side has the resident with it.
WITH_THE_UPPER = frozenset({_S.RECEIVED, _S.IN_TREATMENT, _S.DISCHARGE_PLANNED, _S.BACK_OFFERED})


def deadline_code(status: ReferralStatus, urgency: Urgency) -> str:
    """Return the parameter that says within how many hours somebody has to act in this state."""
    hurried = status in {_S.SUBMITTED, _S.ACCEPTED} and urgency is Urgency.URGENT
    return f"referrals.{status}_{'urgent_' if hurried else ''}hours"


def deadline_of(*, hours: int, status: ReferralStatus, come_at: datetime | None, now: datetime) -> datetime:
    """Return until when the owner has to act: after a time that was agreed on, or from now."""
    begins = max(come_at, now) if status is _S.SCHEDULED and come_at is not None else now
    return begins + timedelta(hours=hours)


class FollowUpStatus(StrEnum):
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    WAIVED = "waived"


class FollowUpEvent(StrEnum):
    LAPSE = "lapse"
    DO = "do"
    WAIVE = "waive"


FOLLOW_UP_MOVES: Moves[FollowUpStatus, FollowUpEvent] = Moves(
    {
        (FollowUpStatus.DUE, FollowUpEvent.LAPSE): FollowUpStatus.OVERDUE,
        (FollowUpStatus.DUE, FollowUpEvent.DO): FollowUpStatus.DONE,
        (FollowUpStatus.OVERDUE, FollowUpEvent.DO): FollowUpStatus.DONE,
        (FollowUpStatus.DUE, FollowUpEvent.WAIVE): FollowUpStatus.WAIVED,
        (FollowUpStatus.OVERDUE, FollowUpEvent.WAIVE): FollowUpStatus.WAIVED,
    }
)
OWED = (FollowUpStatus.DUE, FollowUpStatus.OVERDUE)


class FollowUpOutcome(StrEnum):
    """As the record's own follow-ups have it."""

    GOOD = "good"
    POOR = "poor"
    REACTION = "reaction"
    COMPLICATION = "complication"
