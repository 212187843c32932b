"""What the inbox shows."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.kit.pages import Page, PageWish, page_of
from server.notifications.access import own_inbox
from server.notifications.models import InboxMessage, QuietPreference, SubscriptionCredit
from server.notifications.rules import QuietHours
from server.notifications.templates import platform_ids


@dataclass(frozen=True)
class InboxCard:
    uid: str
    topic: str
    title: str
    text: str
    target: str
    read: bool
    at: datetime


@dataclass(frozen=True)
class Unread:
    count: int


@dataclass(frozen=True)
class QuietCard:
    starts: str  # 21:00, city time
    ends: str
    own: bool  # False: the city's hours


@dataclass(frozen=True)
class CreditCard:
    kind: str  # our word for it, which stays
    template: str  # the platform's id, for wx.requestSubscribeMessage
    remaining: int


async def inbox(*, actor: Actor, wish: PageWish, unread_only: bool = False) -> Page[InboxCard]:
    rows = InboxMessage.filter(own_inbox(actor=actor))
    if unread_only:
        rows = rows.filter(read_at__isnull=True)
    return await page_of(rows, wish, inbox_card, by="created_at")


def inbox_card(row: InboxMessage) -> InboxCard:
    return InboxCard(
        uid=row.uid,
        topic=row.topic,
        title=row.title,
        text=row.text,
        target=row.target,
        read=row.read_at is not None,
        at=row.created_at,
    )


async def unread(*, actor: Actor) -> Unread:
    return Unread(await InboxMessage.filter(own_inbox(actor=actor), read_at__isnull=True).count())


async def my_credits(*, actor: Actor) -> tuple[CreditCard, ...]:
    """List every template with what is left: where nothing is, the mini-program asks at the next tap."""
    rows = await SubscriptionCredit.filter(account_id=actor.account_id).values_list("template", "balance")
    balances = dict(rows)
    ids = platform_ids()
    return tuple(CreditCard(key, template_id, balances.get(key, 0)) for key, template_id in ids.items())


async def quiet_hours_of(*, account_id: int, now: datetime) -> tuple[QuietHours, bool]:
    """Return somebody's quiet hours, and whether they chose them."""
    own = await QuietPreference.get_or_none(account_id=account_id)
    if own is not None:
        return QuietHours(own.starts_minute, own.ends_minute), True
    from_, until = "notifications.quiet_from", "notifications.quiet_until"
    city = await parameters((from_, until), on=now)
    return QuietHours(city[from_], city[until]), False


async def my_quiet_hours(*, actor: Actor, now: datetime) -> QuietCard:
    hours, own = await quiet_hours_of(account_id=actor.account_id or 0, now=now)
    return QuietCard(starts=_clock(hours.start), ends=_clock(hours.end), own=own)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
