"""One referral as it leaves the core: for a desk, and for a family."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.referrals.access import sides_of
from server.referrals.models import Referral
from server.referrals.rules import (
    BEFORE_ARRIVAL,
    BRING,
    DIRECTION_WORDS,
    ENDED,
    NEXT_WORDS,
    STATUS_WORDS,
    STORIES,
    TURN,
    URGENCY_WORDS,
    Direction,
    ReferralEvent,
    ReferralStatus,
    Urgency,
    criteria_in_words,
    spelled,
    steps_for,
)


@dataclass(frozen=True)
class ReferralCard:
    """What the two institutions see of it in a list."""

    uid: str
    number: str  # on the slip
    direction: Direction
    direction_text: str
    urgency: Urgency
    urgency_text: str
    status: ReferralStatus
    status_text: str
    resident_uid: str
    resident_name: str
    home_name: str | None
    bed: str | None
    lower_uid: str
    lower_name: str
    upper_uid: str
    upper_name: str
    owner_uid: str | None
    owner_name: str | None
    next_text: str  # what the owner has to do
    next_deadline: datetime | None
    late: bool
    escalated: bool
    mine: bool  # whether it is the reader's institution's turn
    department: str
    come_at: datetime | None
    come_to: str
    criteria: tuple[str, ...]
    reason: str | None
    sent_at: datetime | None
    created_at: datetime
    steps: tuple[ReferralEvent, ...]  # that the reader may do now


@dataclass(frozen=True)
class StoryCard:
    """What a family reads: where they are and who acts next. Why, the record says to those who may read it."""

    uid: str
    resident_uid: str
    resident_name: str
    status: ReferralStatus
    story: str
    open: bool
    urgent: bool
    lower_name: str
    lower_phone: str
    upper_name: str
    upper_phone: str
    come_at: datetime | None
    come_to: str
    sent_at: datetime | None
    department: str
    next_by: str  # who has the next step; empty when it has ended
    next_text: str  # and what it is
    next_until: datetime | None
    late: bool
    number: str  # on the slip, for whoever receives them; empty once they are there
    code: str  # the same as it stands in the slip's QR code
    bring: tuple[str, ...]  # what to take along, until they are there


def referral_card(row: Referral, *, actor: Actor, now: datetime) -> ReferralCard:
    """Make the card; `row` has its relations with it."""
    home = row.resident.home
    sides = sides_of(row, actor=actor, permission=Permission.REFERRAL_SEND)
    owner = _owner_of(row)
    return ReferralCard(
        uid=row.uid,
        number=spelled(row.code),
        direction=row.direction,
        direction_text=DIRECTION_WORDS[row.direction],
        urgency=row.urgency,
        urgency_text=URGENCY_WORDS[row.urgency],
        status=row.status,
        status_text=STATUS_WORDS[row.status],
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        home_name=home.name if home else None,
        bed=row.resident.bed,
        lower_uid=row.lower.uid,
        lower_name=row.lower.name,
        upper_uid=row.upper.uid,
        upper_name=row.upper.name,
        owner_uid=owner.get("uid"),
        owner_name=owner.get("name"),
        next_text=NEXT_WORDS.get(row.status, ""),
        next_deadline=row.next_deadline,
        late=row.next_deadline is not None and row.next_deadline <= now,
        escalated=row.escalated_at is not None,
        mine=row.status in TURN and TURN[row.status] in sides,
        department=row.department,
        come_at=row.come_at,
        come_to=row.come_to,
        criteria=criteria_in_words(row.direction, row.check_list, row.criteria),
        reason=row.reason,
        sent_at=row.sent_at,
        created_at=row.created_at,
        steps=tuple(dict.fromkeys(step for side in sides for step in steps_for(row.status, side)))
        if row.status in TURN
        else (),
    )


def story_card(row: Referral, *, now: datetime) -> StoryCard:
    names = {"lower": row.lower.name, "upper": row.upper.name}
    story = STORIES.get(row.status, "").format_map(names)
    if row.direction is Direction.DOWN and row.status is ReferralStatus.BACK_OFFERED:
        story = f"{row.upper.name}建议转到{row.lower.name}继续照护，正在等答复。"
    on_the_way = row.direction is Direction.UP and row.status in BEFORE_ARRIVAL
    return StoryCard(
        uid=row.uid,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        status=row.status,
        story=story,
        open=row.status not in ENDED,
        urgent=row.urgency is Urgency.URGENT,
        lower_name=row.lower.name,
        lower_phone=row.lower.phone,
        upper_name=row.upper.name,
        upper_phone=row.upper.phone,
        come_at=row.come_at,
        come_to=row.come_to,
        sent_at=row.sent_at,
        department=row.department,
        next_by=_owner_of(row).get("name", ""),
        next_text=NEXT_WORDS.get(row.status, ""),
        next_until=row.next_deadline,
        late=row.next_deadline is not None and row.next_deadline <= now,
        number=spelled(row.code) if on_the_way else "",
        code=row.code if on_the_way else "",
        bring=BRING if on_the_way else (),
    )


def _owner_of(row: Referral) -> Mapping[str, str]:
    if row.owner_id is None:
        return {}
    owner = row.lower if row.owner_id == row.lower_id else row.upper
    return {"uid": owner.uid, "name": owner.name}
