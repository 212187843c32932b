"""What is late in the city, for the bureau: which institutions, how long, and without a name."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import Forbidden
from server.kit.pages import Page, PageWish, page_of
from server.referrals.access import escalations_visible_to
from server.referrals.models import ReferralEscalation
from server.referrals.rules import NEXT_WORDS, STATUS_WORDS, URGENCY_WORDS, ReferralStatus, Urgency


@dataclass(frozen=True)
class EscalationCard:
    uid: str
    number: str  # the last letters of the slip's: enough to speak of it on the telephone
    owner_name: str
    owner_phone: str
    status: ReferralStatus
    status_text: str
    next_text: str
    urgency: Urgency
    urgency_text: str
    missed: datetime
    raised_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    remark: str | None
    hours_late: int


@dataclass(frozen=True)
class LateBoard:
    page: Page[EscalationCard]
    hours: int  # that are proposed for a new date


async def escalations(*, actor: Actor, open_only: bool, wish: PageWish, now: datetime) -> LateBoard:
    """List what is late in the whole city; those still open by how long they have been, otherwise the newest first."""
    if not actor.may(Permission.REFERRAL_WATCH):
        raise Forbidden
    rows = ReferralEscalation.filter(escalations_visible_to(actor=actor)).select_related(
        "referral", "owner", "settled_by"
    )
    if open_only:
        rows = rows.filter(settled_at__isnull=True)
    page = await page_of(
        rows, wish, lambda row: escalation_card(row, now=now), by="created_at", newest_first=not open_only
    )
    return LateBoard(page, await parameter("referrals.settled_hours", on=now))


async def count_open_escalations(*, actor: Actor) -> int:
    return await ReferralEscalation.filter(
        escalations_visible_to(actor=actor), settled_at__isnull=True
    ).count()


def escalation_card(row: ReferralEscalation, *, now: datetime) -> EscalationCard:
    until = row.settled_at or now
    settled_by = getattr(row.settled_by, "name", None) if row.settled_by_id is not None else None
    return EscalationCard(
        uid=row.uid,
        number=row.referral.code[-5:],
        owner_name=row.owner.name,
        owner_phone=row.owner.phone,
        status=row.status,
        status_text=STATUS_WORDS[row.status],
        next_text=NEXT_WORDS.get(row.status, ""),
        urgency=row.referral.urgency,
        urgency_text=URGENCY_WORDS[row.referral.urgency],
        missed=row.missed,
        raised_at=row.created_at,
        settled_at=row.settled_at,
        settled_by=settled_by,
        remark=row.remark,
        hours_late=max(0, int((until - row.missed).total_seconds() // 3600)),
    )
