"""The health record: what it says, who has looked, what I object to; for staff: write, correct, read in an emergency."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from server.authority.permissions import Permission
from server.consent.rules import RecordCategory
from server.privacy.actions import Wrong, ask_for_rectification
from server.records import actions, queries
from server.records.actions import EmergencyPage, NewEntry
from server.records.queries import (
    CategoryCount,
    DueCard,
    EntryCard,
    EntryWish,
    LookCard,
    ObjectionCard,
    RecordExport,
    SummaryCard,
    TrendCard,
)
from server.records.rules import EmergencyReason, EntryKind
from server.web import Ask, Body, Line, Page, PageQuery, Paragraph, Purpose, Query, Routes, Uid

routes = Routes("records", tag="健康档案")

RECORD = "/residents/<resident_uid>/record"


class PurposeQuery(Query):
    """For what staff read. It decides which consent must hold; a family reads for itself, whatever is said here."""

    purpose: Purpose = Purpose.CARE


class EntryQuery(PageQuery):
    purpose: Purpose = Purpose.CARE
    category: RecordCategory | None = None


class TrendQuery(PurposeQuery):
    days: int = Field(default=365, ge=1, le=3660)


class TrailQuery(PageQuery):
    others_only: bool = False


class Entry(Body):
    kind: EntryKind
    code: Annotated[str, Field(min_length=1, max_length=32)]
    effective_at: AwareDatetime
    body: Annotated[dict[Annotated[str, Field(max_length=32)], Any], Field(max_length=20)]
    category: RecordCategory = RecordCategory.UNLABELED

    def new(self) -> NewEntry:
        return NewEntry(self.kind, self.code, self.effective_at, self.body, self.category)


class WriteEntries(Body):
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=50)]
    institution: Uid | None = None


class CorrectEntry(Body):
    entry: Entry
    reason: Line


class Objection(Body):
    text: Annotated[Paragraph, Field(max_length=500)]


class Emergency(Body):
    reason: EmergencyReason
    explanation: Line


def _wish(ask: Ask, resident_uid: str, purpose: Purpose) -> EntryWish:
    return EntryWish(ask.actor, resident_uid, purpose, ask.now)


@routes.get(
    f"{RECORD}/summary", needs=Permission.RECORD_READ, purpose=Purpose.CARE, summary="One page in plain words"
)
async def summary(ask: Ask, resident_uid: str, query: PurposeQuery) -> SummaryCard:
    return await queries.summary(wish=_wish(ask, resident_uid, query.purpose))


@routes.get(
    f"{RECORD}/entries", needs=Permission.RECORD_READ, purpose=Purpose.CARE, summary="Entries, newest first"
)
async def timeline(ask: Ask, resident_uid: str, query: EntryQuery) -> Page[EntryCard]:
    wish = _wish(ask, resident_uid, query.purpose)
    return await queries.timeline(wish=wish, category=query.category, page=query.wish)


@routes.get(
    f"{RECORD}/categories",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="How many entries of each",
)
async def categories(ask: Ask, resident_uid: str, query: PurposeQuery) -> tuple[CategoryCount, ...]:
    return await queries.categories(wish=_wish(ask, resident_uid, query.purpose))


@routes.get(
    f"{RECORD}/trends/<code>",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="One measurement over time",
)
async def trend(ask: Ask, resident_uid: str, code: str, query: TrendQuery) -> TrendCard:
    return await queries.trend(wish=_wish(ask, resident_uid, query.purpose), code=code, days=query.days)


@routes.get(
    f"{RECORD}/missing",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="What is due and who owes it",
)
async def missing(ask: Ask, resident_uid: str, query: PurposeQuery) -> tuple[DueCard, ...]:
    return await queries.missing(wish=_wish(ask, resident_uid, query.purpose))


@routes.get(
    f"{RECORD}/entries/<entry_uid>/history",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="An entry and the versions before it",
)
async def history(ask: Ask, resident_uid: str, entry_uid: str, query: PurposeQuery) -> tuple[EntryCard, ...]:
    return await queries.entry_history(wish=_wish(ask, resident_uid, query.purpose), uid=entry_uid)


@routes.get(
    f"{RECORD}/export", needs=Permission.RECORD_OBJECT, purpose=Purpose.SELF, summary="My whole record"
)
async def export(ask: Ask, resident_uid: str) -> RecordExport:
    return await queries.export(wish=_wish(ask, resident_uid, Purpose.SELF))


@routes.get(
    f"{RECORD}/access-trail", needs=Permission.TRAIL_READ, purpose=Purpose.SELF, summary="Who has looked"
)
async def access_trail(ask: Ask, resident_uid: str, query: TrailQuery) -> Page[LookCard]:
    return await queries.access_trail(
        actor=ask.actor,
        resident_uid=resident_uid,
        others_only=query.others_only,
        page=query.wish,
        now=ask.now,
    )


@routes.post(
    f"{RECORD}/entries",
    needs=Permission.RECORD_WRITE,
    purpose=Purpose.CARE,
    status=201,
    summary="Write entries",
)
async def write(ask: Ask, resident_uid: str, body: WriteEntries) -> tuple[EntryCard, ...]:
    return await actions.write_entries(
        actor=ask.actor,
        resident_uid=resident_uid,
        entries=tuple(each.new() for each in body.entries),
        institution_uid=body.institution,
        now=ask.now,
    )


@routes.post(
    f"{RECORD}/entries/<entry_uid>/correction",
    needs=Permission.RECORD_WRITE,
    purpose=Purpose.CARE,
    status=201,
    summary="Put a new version over an entry",
)
async def correct(ask: Ask, resident_uid: str, entry_uid: str, body: CorrectEntry) -> EntryCard:
    return await actions.correct_entry(
        actor=ask.actor,
        uid=entry_uid,
        resident_uid=resident_uid,
        new=body.entry.new(),
        reason=body.reason,
        now=ask.now,
    )


@routes.post(
    f"{RECORD}/entries/<entry_uid>/objections",
    needs=Permission.RECORD_OBJECT,
    purpose=Purpose.SELF,
    status=201,
    summary="Put my own word beside an entry",
)
async def object_to(ask: Ask, resident_uid: str, entry_uid: str, body: Objection) -> ObjectionCard:
    """Serve mini-programs of before: an objection is a request with a deadline, whichever door it comes by."""
    wrong = Wrong(body.text, entry_uid)
    card = await ask_for_rectification(actor=ask.actor, resident_uid=resident_uid, wrong=wrong, now=ask.now)
    return ObjectionCard(card.text, card.asked_at)


@routes.post(
    f"{RECORD}/emergency-reads",
    needs=Permission.RECORD_EMERGENCY,
    purpose=Purpose.EMERGENCY,
    status=201,
    summary="Read in an emergency",
)
async def read_in_emergency(ask: Ask, resident_uid: str, body: Emergency) -> EmergencyPage:
    return await actions.read_in_emergency(
        actor=ask.actor,
        resident_uid=resident_uid,
        reason=body.reason,
        explanation=body.explanation,
        now=ask.now,
    )
