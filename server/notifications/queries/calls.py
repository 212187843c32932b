"""The hotline's list, and the slip that a home can print and read out."""

from dataclasses import dataclass
from datetime import datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.identity.models import PHONE as ACCOUNT_PHONE
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish, page_of
from server.kit.sealing import open_sealed
from server.notifications.access import calls_open_to, claimed_call_for
from server.notifications.models import CallListEntry
from server.notifications.rules import CallOutcome, CallReason, CallStatus
from server.people.models import PHONE as RESIDENT_PHONE


@dataclass(frozen=True)
class CallCard:
    """A call in the list: whom it is for is masked until somebody takes it."""

    uid: str
    name: str  # masked
    topic: str
    reason: CallReason
    status: CallStatus
    claimed_by: str | None
    is_mine: bool
    outcome: CallOutcome | None
    since: datetime


@dataclass(frozen=True)
class CallSheet:
    """What the operator who took the call needs to make it. The number leaves in no list and no log."""

    card: CallCard
    name: str
    phone: str | None
    home: str | None  # where to reach them when the number does not answer
    home_phone: str | None
    text: str
    note: str | None


async def count_calls_waiting(*, actor: Actor) -> int:
    return await CallListEntry.filter(calls_open_to(actor=actor), status=CallStatus.WAITING).count()


async def call_list(*, actor: Actor, wish: PageWish, status: CallStatus | None = None) -> Page[CallCard]:
    """List the calls to make, the oldest first."""
    rows = CallListEntry.filter(calls_open_to(actor=actor)).select_related(
        "resident", "account", "claimed_by"
    )
    rows = rows.filter(status=status) if status is not None else rows.exclude(status=CallStatus.DONE)
    return await page_of(rows, wish, lambda row: _card(row, actor), by="created_at", newest_first=False)


async def call_sheet(*, actor: Actor, uid: str, now: datetime) -> CallSheet:
    """Return name and number to the operator who took the call; each look leaves a line, before the answer does."""
    row = await claimed_call_for(actor=actor, uid=uid)
    await note(
        actor,
        "notifications.call_read",
        subject_kind="call",
        subject_uid=uid,
        resident_id=row.resident_id,
        now=now,
    )
    home = row.resident.home if row.resident else None
    return CallSheet(
        card=_card(row, actor),
        name=_name(row),
        phone=_phone(row),
        home=home.name if home else None,
        home_phone=home.phone or None if home else None,
        text=row.text,
        note=row.note,
    )


def _name(row: CallListEntry) -> str:
    person = row.account or row.resident
    return person.name if person else ""


def _phone(row: CallListEntry) -> str | None:
    if row.account is not None and row.account.phone_sealed is not None:
        return open_sealed(row.account.phone_sealed, place=f"{ACCOUNT_PHONE}|{row.account.uid}")
    if row.account is None and row.resident is not None and row.resident.phone_sealed is not None:
        return open_sealed(row.resident.phone_sealed, place=f"{RESIDENT_PHONE}|{row.resident.uid}")
    return None


def _card(row: CallListEntry, actor: Actor) -> CallCard:
    return CallCard(
        uid=row.uid,
        name=masked_name(_name(row)),
        topic=row.topic,
        reason=row.reason,
        status=row.status,
        claimed_by=row.claimed_by.name if row.claimed_by else None,
        is_mine=row.claimed_by_id is not None and row.claimed_by_id == actor.account_id,
        outcome=row.outcome,
        since=row.created_at,
    )
