"""Something about a resident is said to be wrong (PIPL art. 46): asked, answered within days, never overwritten.

An entry's correction is a new version of it, written where entries are written; what the person says stands beside it
from the moment they say it. Lock order: the entry's objection (records), the request, then audit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import resident_for
from server.people.models import Resident, ResidentStay
from server.privacy.access import rectification_for, rectification_to_decide
from server.privacy.errors import AlreadyDecided, NobodyAnswers, NotCorrectedYet, TooManyRectifications
from server.privacy.models import Rectification
from server.privacy.queries.rectifications import RectificationCard, rectification_card
from server.privacy.rules import (
    RECTIFICATION_MOVES,
    RectificationEvent,
    RectificationStatus,
    RectificationSubject,
)
from server.records.actions import object_to_entry
from server.records.queries import entry_place

TOPICS = {
    RectificationEvent.CORRECT: "privacy.rectified",
    RectificationEvent.DECLINE: "privacy.rectification_declined",
}


@dataclass(frozen=True)
class Wrong:
    """What somebody says is wrong: an entry of the record, or, without one, what is written in the register."""

    text: str
    entry_uid: str | None = None


@action
async def ask_for_rectification(
    *, actor: Actor, resident_uid: str, wrong: Wrong, now: datetime
) -> RectificationCard:
    """Ask whoever answers for it to put something right.

    Whoever may object to an entry may ask for its correction: a proxy for the record alone, too. The bound on open
    requests is on those about the register; one's own word beside an entry is never one too many.

    Refusals: NotFound; TooManyRectifications; NobodyAnswers.
    """
    needs = Permission.RECORD_OBJECT if wrong.entry_uid else Permission.RECTIFICATION_ASK
    resident = await resident_for(actor=as_family(actor), uid=resident_uid, permission=needs, now=now)
    if not wrong.entry_uid:
        await _ensure_not_too_many(resident, now)
    answering = await _who_answers(actor, resident, wrong, now)
    row = Rectification(
        resident_id=resident.id,
        asked_by_id=actor.account_id,
        institution_id=answering,
        subject=RectificationSubject.ENTRY if wrong.entry_uid else RectificationSubject.PROFILE,
        entry_uid=wrong.entry_uid,
        text=wrong.text,
        due_at=now + timedelta(days=await parameter("privacy.rectify_days", on=now)),
        created_at=now,
    )
    await row.save()
    await _noted(actor, "privacy.rectification_asked", row, now=now)
    await row.fetch_related("resident", "institution")
    if wrong.entry_uid is None:  # of an entry, the objection itself has told the institution
        payload = {"rectification": row.uid, "resident": resident.uid, "institution": row.institution.uid}
        await enqueue("privacy.rectification_asked", payload, now=now)
    return rectification_card(row, now=now, reader=actor)


@action
async def decide_rectification(
    *, actor: Actor, uid: str, event: RectificationEvent, answer: str, now: datetime
) -> None:
    """Answer for the institution. "Corrected" is believed of an entry only when a newer version stands over it.

    Refusals: NotFound; NotCorrectedYet; AlreadyDecided.
    """
    row = await rectification_to_decide(actor=actor, uid=uid)
    if (
        event is RectificationEvent.CORRECT
        and row.entry_uid is not None
        and (await entry_place(uid=row.entry_uid)).is_current
    ):
        raise NotCorrectedYet
    await _move(row, event, now=now, decided_by_id=actor.account_id, answer=answer)
    await _noted(actor, TOPICS[event], row, now=now)
    payload = {
        "rectification": row.uid,
        "resident": row.resident.uid,
        "account": row.asked_by.uid,
        "institution": row.institution.uid,
    }
    await enqueue(TOPICS[event], payload, now=now)


@action
async def withdraw_rectification(*, actor: Actor, uid: str, now: datetime) -> None:
    """Take one's own request back; the words beside an entry stay."""
    row = await rectification_for(actor=as_family(actor), uid=uid, now=now)
    if row.asked_by_id != actor.account_id:
        raise NotFound
    await _move(row, RectificationEvent.WITHDRAW, now=now)
    await _noted(actor, "privacy.rectification_withdrawn", row, now=now)


async def _ensure_not_too_many(resident: Resident, now: datetime) -> None:
    waiting = Rectification.filter(
        resident_id=resident.id, status=RectificationStatus.OPEN, subject=RectificationSubject.PROFILE
    )
    if await waiting.count() >= await parameter("privacy.rectifications_open", on=now):
        raise TooManyRectifications


async def _who_answers(actor: Actor, resident: Resident, wrong: Wrong, now: datetime) -> int:
    """Return the institution that wrote the entry, or the home that keeps, or kept last, the resident's register."""
    if wrong.entry_uid is not None:
        said = {"resident_uid": resident.uid, "uid": wrong.entry_uid, "text": wrong.text}
        await object_to_entry(actor=actor, **said, now=now)
        return (await entry_place(uid=wrong.entry_uid)).source_id
    if resident.home_id is not None:
        return resident.home_id
    last = await ResidentStay.filter(resident_id=resident.id).order_by("-started_at").first()
    if last is None:
        raise NobodyAnswers
    return last.home_id


async def _move(row: Rectification, event: RectificationEvent, *, now: datetime, **changes: object) -> None:
    sources = sorted(RECTIFICATION_MOVES.sources(event))
    after = RECTIFICATION_MOVES.after(RectificationStatus.OPEN, event)
    changed = await Rectification.filter(id=row.id, status__in=sources).update(
        status=after, decided_at=now, **changes
    )
    if not changed:
        raise AlreadyDecided


async def _noted(actor: Actor, what: str, row: Rectification, *, now: datetime) -> None:
    await note(
        actor,
        what,
        subject_kind="rectification",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.institution_id,
        detail={"subject": row.subject, "entry": row.entry_uid},
        now=now,
    )
