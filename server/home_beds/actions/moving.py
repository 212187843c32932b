"""How a bed goes from one state to the next: one UPDATE that names what it saw, and the span that follows from it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from tortoise.expressions import F

from server.alliance.queries import parameter, parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.consent.rules import RecordCategory
from server.home_beds.errors import AlreadyHasOne, NoLongerBound, NotThisNow
from server.home_beds.models import HomeBed, HomeBedRound, HomeBedSpan
from server.home_beds.rules import (
    ENDED,
    HOME_BED_MOVES,
    HomeBedEvent,
    HomeBedStatus,
    RoundLevel,
    next_round_by,
)
from server.kit.clock import start_of_day
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.outbox.actions import enqueue
from server.people.models import Resident
from server.records.actions import NewEntry, write_entries
from server.records.rules import EntryKind

_S, _E = HomeBedStatus, HomeBedEvent
NOTHING: Mapping[str, Any] = MappingProxyType({})
TOPICS = {
    _E.ASSESS: "home_beds.assessed",
    _E.DECLINE: "home_beds.declined",
    _E.WITHDRAW: "home_beds.withdrawn",
    _E.OPEN: "home_beds.opened",
    _E.SUSPEND: "home_beds.suspended",
    _E.RESUME: "home_beds.resumed",
    _E.CLOSE: "home_beds.closed",
}
WAITS = {
    _S.APPLIED: "home_beds.assess_days",
    _S.ASSESSED: "home_beds.open_days",
    _S.SUSPENDED: "home_beds.suspended_days",
}
ROUND_CODES = ("home_beds.first_round_hours", "home_beds.second_level_days")


async def deadline_in(status: HomeBedStatus, *, at: datetime, now: datetime) -> datetime:
    """Return by when the institution has to act in a state that waits for it."""
    return at + timedelta(days=await parameter(WAITS[status], on=now))


async def round_deadline(row: HomeBed, *, now: datetime) -> datetime:
    """Return by when somebody has to come next; never later than the bed's last day."""
    numbers = await parameters(ROUND_CODES, on=now)
    spans = HomeBedSpan.filter(bed_id=row.id).order_by("-started_at")
    span = await spans.first()
    began = span.started_at if span else row.opened_at or now
    rounds = HomeBedRound.filter(bed_id=row.id)
    last = await rounds.filter(made_at__gte=began).order_by("-made_at").first()
    due = next_round_by(
        opened_at=began,
        last_round=last.made_at if last else None,
        senior_came=await rounds.filter(level=RoundLevel.SECOND).exists(),
        rounds_a_week=row.rounds_a_week or 1,
        first_hours=numbers["home_beds.first_round_hours"],
        second_level_days=numbers["home_beds.second_level_days"],
    )
    return due if row.last_day is None else min(due, start_of_day(row.last_day + timedelta(days=1)))


async def carry_out(
    actor: Actor,
    row: HomeBed,
    event: HomeBedEvent,
    *,
    at: datetime | None = None,
    reason: str = "",
    changes: Mapping[str, Any] = NOTHING,
    now: datetime,
) -> None:
    """Do one step on the row as it was read; `at` is when it came to be so, if that was earlier than now."""
    if not HOME_BED_MOVES.allows(row.status, event):
        raise NotThisNow
    before, after, at = row.status, HOME_BED_MOVES.after(row.status, event), at or now
    values: dict[str, Any] = {"overdue_said": None, **changes}
    if reason:
        values["reason"] = reason
    if after in ENDED:
        values |= {"owner_id": None, "next_deadline": None, "live_key": None, "ended_at": at}
    elif after in WAITS:
        values["next_deadline"] = await deadline_in(after, at=at, now=now)
    changed = await HomeBed.filter(id=row.id, moves=row.moves).update(
        status=after, moves=F("moves") + 1, **values
    )
    if not changed:
        raise NotThisNow
    for name, value in values.items():
        setattr(row, name, value)
    row.status, row.moves = after, row.moves + 1
    await _span(row, before, after, at)
    if after is _S.OPENED:
        row.next_deadline = await round_deadline(row, now=now)
        await HomeBed.filter(id=row.id).update(next_deadline=row.next_deadline)
    await tell(actor, TOPICS[event], row, reason=reason, now=now, detail={"from": before, "to": after})


async def _span(row: HomeBed, before: HomeBedStatus, after: HomeBedStatus, at: datetime) -> None:
    """End the open stretch, or begin one: what the bed-days are counted from."""
    if before is _S.OPENED:
        for span in await HomeBedSpan.filter(bed_id=row.id, ended_at__isnull=True):
            ended = max(at, span.started_at)
            await HomeBedSpan.filter(id=span.id).update(ended_at=ended, open_key=None)
    if after is _S.OPENED:
        span = HomeBedSpan(
            bed_id=row.id,
            resident_id=row.resident_id,
            institution_id=row.institution_id,
            started_at=at,
            open_key=str(row.resident_id),
            created_at=at,
        )
        async with refusing_duplicates(AlreadyHasOne):
            await span.save()


async def tell(
    actor: Actor,
    topic: str,
    row: HomeBed,
    *,
    reason: str = "",
    once: str = "",
    detail: Mapping[str, Any] = NOTHING,
    now: datetime,
) -> None:
    """Leave the audit line and the message; `row` has its relations with it."""
    await note(
        actor,
        topic,
        subject_kind="home_bed",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.institution_id,
        reason=reason or None,
        detail=detail,
        now=now,
    )
    payload = {
        "bed": row.uid,
        "resident": row.resident.uid,
        "home": row.home.uid,
        "provider": row.institution.uid,
        "institution": row.institution.uid,
    }
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{row.uid}:{once or row.moves}")


async def whole_person(row: HomeBed) -> Resident:
    """Return the resident, or the one whom their row was merged into."""
    return await Resident.get(id=row.resident.merged_into_id or row.resident_id)


async def into_the_record(
    actor: Actor, row: HomeBed, code: str, text: str, *, at: datetime, now: datetime
) -> str:
    """Write what was found into the health record, in the category that is home beds' own; return its uid."""
    entry = NewEntry(EntryKind.NOTE, code, at, {"text": text}, RecordCategory.HOMEBED)
    try:
        (card,) = await write_entries(
            actor=actor,
            resident_uid=row.resident.uid,
            entries=[entry],
            institution_uid=row.institution.uid,
            now=now,
        )
    except NotFound:
        raise NoLongerBound from None
    return card.uid
