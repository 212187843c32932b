"""What is owed after urgent referrals, by when, and to whom it went."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.pages import Page, PageWish, page_of
from server.referrals.access import follow_ups_visible_to
from server.referrals.models import ReferralFollowUp
from server.referrals.rules import (
    FOLLOW_UP_WORDS,
    OUTCOME_WORDS,
    OWED,
    FollowUpOutcome,
    FollowUpStatus,
)

_READ = Permission.REFERRAL_READ


@dataclass(frozen=True)
class FollowUpCard:
    uid: str
    referral_uid: str
    resident_uid: str
    resident_name: str
    bed: str | None
    owner_name: str
    status: FollowUpStatus
    status_text: str
    due_at: datetime
    late: bool
    owed: bool
    done_at: datetime | None
    outcome: FollowUpOutcome | None
    outcome_text: str
    reason: str | None


async def follow_ups(*, actor: Actor, owed_only: bool, wish: PageWish, now: datetime) -> Page[FollowUpCard]:
    """List the follow-ups of the actor's institutions; those that are owed by when they fall due."""
    rows = ReferralFollowUp.filter(follow_ups_visible_to(actor=actor, permission=_READ)).select_related(
        "resident", "owner", "referral"
    )
    if owed_only:
        rows = rows.filter(status__in=sorted(OWED))
        return await page_of(
            rows, wish, lambda row: follow_up_card(row, now=now), by="due_at", newest_first=False
        )
    return await page_of(rows, wish, lambda row: follow_up_card(row, now=now), by="created_at")


async def count_owed(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Return how many follow-ups my institution owes, and how many of them are late."""
    owed = ReferralFollowUp.filter(
        follow_ups_visible_to(actor=actor, permission=Permission.REFERRAL_SEND), status__in=sorted(OWED)
    )
    return await owed.count(), await owed.filter(due_at__lte=now).count()


def follow_up_card(row: ReferralFollowUp, *, now: datetime) -> FollowUpCard:
    owed = row.status in OWED
    return FollowUpCard(
        uid=row.uid,
        referral_uid=row.referral.uid,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        bed=row.resident.bed,
        owner_name=row.owner.name,
        status=row.status,
        status_text=FOLLOW_UP_WORDS[row.status],
        due_at=row.due_at,
        late=owed and row.due_at <= now,
        owed=owed,
        done_at=row.done_at,
        outcome=row.outcome,
        outcome_text=OUTCOME_WORDS[row.outcome] if row.outcome else "",
        reason=row.reason,
    )
