"""One entry as it leaves the core."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from server.authority.actor import Actor
from server.consent.rules import CATEGORY_WORDS, Purpose, RecordCategory
from server.records.models import EntryObjection, RecordEntry
from server.records.rules import EntryKind, title_of, words_of_body


@dataclass(frozen=True)
class ObjectionCard:
    text: str
    at: datetime


@dataclass(frozen=True)
class EntryCard:
    uid: str
    category: RecordCategory
    category_words: str
    kind: EntryKind
    code: str
    title: str
    words: str  # as it is read out
    body: dict[str, Any]
    effective_at: datetime
    source: str
    source_uid: str
    author: str
    version: int
    is_current: bool
    reason: str | None  # why it was corrected
    objections: tuple[ObjectionCard, ...]


@dataclass(frozen=True)
class EntryWish:
    """Who wants to read whose record, and for what."""

    actor: Actor
    resident_uid: str
    purpose: Purpose
    now: datetime


class EntryRow(NamedTuple):
    """What a card needs of an entry, its source and its author: no model objects on the way to an answer."""

    id: int
    uid: str
    category: RecordCategory
    kind: EntryKind
    code: str
    effective_at: datetime
    body: dict[str, Any]
    version: int
    is_current: bool
    reason: str | None
    source_id: int
    source_name: str
    source_uid: str
    author_name: str
    objected: int


_OWN = tuple(name for name in EntryRow._fields if name not in {"source_name", "source_uid", "author_name"})
_OBJECTED = "EXISTS (SELECT 1 FROM entry_objection WHERE entry_objection.entry_id = record_entry.id)"


def in_rows(entries: QuerySet[RecordEntry]) -> Any:
    """Return the query for what `EntryRow` holds."""
    return entries.annotate(objected=RawSQL(_OBJECTED)).values(
        *_OWN, source_name="source__name", source_uid="source__uid", author_name="author__name"
    )


async def entry_rows(entries: QuerySet[RecordEntry]) -> list[EntryRow]:
    return [EntryRow(**row) for row in await in_rows(entries)]


async def entry_cards(rows: Sequence[EntryRow]) -> tuple[EntryCard, ...]:
    """Return the cards, with one query for the objections of all, and none where there are none."""
    objected = [row.id for row in rows if row.objected]
    objections = await EntryObjection.filter(entry_id__in=objected).order_by("id") if objected else []
    return tuple(_card(row, (each for each in objections if each.entry_id == row.id)) for row in rows)


def entry_card(row: RecordEntry) -> EntryCard:
    """Return the card of an entry just written, whose source and author are at hand."""
    return _card(
        EntryRow(
            id=row.id,
            uid=row.uid,
            category=row.category,
            kind=row.kind,
            code=row.code,
            effective_at=row.effective_at,
            body=row.body,
            version=row.version,
            is_current=row.is_current,
            reason=row.reason,
            source_id=row.source_id,
            source_name=row.source.name,
            source_uid=row.source.uid,
            author_name=row.author.name,
            objected=0,
        ),
        (),
    )


def _card(row: EntryRow, objections: Iterable[EntryObjection]) -> EntryCard:
    return EntryCard(
        uid=row.uid,
        category=row.category,
        category_words=CATEGORY_WORDS[row.category],
        kind=row.kind,
        code=row.code,
        title=title_of(row.kind, row.code, row.body),
        words=words_of_body(row.kind, row.code, row.body),
        body=row.body,
        effective_at=row.effective_at,
        source=row.source_name,
        source_uid=row.source_uid,
        author=row.author_name,
        version=row.version,
        is_current=row.is_current,
        reason=row.reason,
        objections=tuple(ObjectionCard(each.text, each.created_at) for each in objections)
        if row.objected
        else (),
    )
