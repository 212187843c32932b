"""What was asked to be put right: for the family that asked, and for the institution that answers."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import HistoryLine, history_of
from server.kit.pages import Page, PageWish, page_of
from server.privacy.access import (
    family_rectifications,
    rectification_for,
    rectifications_answered_by,
    rectifications_visible_to,
)
from server.privacy.models import Rectification
from server.privacy.rules import (
    STATUS_WORDS,
    SUBJECT_WORDS,
    RectificationStatus,
    RectificationSubject,
)

MOST_SHOWN = 50


@dataclass(frozen=True)
class RectificationCard:
    uid: str
    resident: str
    resident_uid: str
    institution: str
    subject: RectificationSubject
    subject_words: str
    entry_uid: str | None
    text: str
    status: RectificationStatus
    status_words: str
    asked_at: datetime
    due_at: datetime
    overdue: bool
    decided_at: datetime | None
    answer: str
    mine: bool = False  # asked by the reader: they may take it back

    @property
    def open(self) -> bool:
        return self.status is RectificationStatus.OPEN


@dataclass(frozen=True)
class RectificationSheet:
    card: RectificationCard
    may_decide: bool
    history: tuple[HistoryLine, ...]


async def my_rectifications(*, actor: Actor, now: datetime) -> tuple[RectificationCard, ...]:
    """Return what was asked about the actor's residents, the newest first."""
    mine = await family_rectifications(actor=actor, now=now)
    rows = Rectification.filter(mine).order_by("-id").limit(MOST_SHOWN)
    return tuple(
        rectification_card(row, now=now, reader=actor)
        for row in await rows.select_related("resident", "institution")
    )


async def rectifications(
    *, actor: Actor, waiting_only: bool, wish: PageWish, now: datetime
) -> Page[RectificationCard]:
    """List what the actor's institution is asked: what waits by the day it is due, otherwise the newest first."""
    rows = Rectification.filter(await rectifications_visible_to(actor=actor, now=now))
    rows = rows.select_related("resident", "institution")
    if waiting_only:
        waiting = rows.filter(status=RectificationStatus.OPEN)
        return await page_of(
            waiting, wish, lambda row: rectification_card(row, now=now), by="due_at", newest_first=False
        )
    return await page_of(rows, wish, lambda row: rectification_card(row, now=now), by="created_at")


async def rectification_sheet(*, actor: Actor, uid: str, now: datetime) -> RectificationSheet:
    row = await rectification_for(actor=actor, uid=uid, now=now)
    card = rectification_card(row, now=now)
    decides = row.institution_id in actor.institutions_with(Permission.RECTIFICATION_DECIDE)
    return RectificationSheet(card, decides and card.open, await history_of(subject_uid=row.uid))


async def count_rectifications_waiting(*, actor: Actor) -> int:
    own = rectifications_answered_by(actor=actor)
    return await Rectification.filter(own, status=RectificationStatus.OPEN).count()


def rectification_card(
    row: Rectification, *, now: datetime, reader: Actor | None = None
) -> RectificationCard:
    is_open = row.status is RectificationStatus.OPEN
    return RectificationCard(
        uid=row.uid,
        resident=row.resident.name,
        resident_uid=row.resident.uid,
        institution=row.institution.name,
        subject=row.subject,
        subject_words=SUBJECT_WORDS[row.subject],
        entry_uid=row.entry_uid,
        text=row.text,
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        asked_at=row.created_at,
        due_at=row.due_at,
        overdue=is_open and row.due_at <= now,
        decided_at=row.decided_at,
        answer=row.answer,
        mine=reader is not None and row.asked_by_id == reader.account_id,
    )
