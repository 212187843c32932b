"""One entry as it leaves the core."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from server.authority.actor import Actor
from server.consent.rules import CATEGORY_WORDS, Purpose, RecordCategory
from server.kit.plain import made
from server.records.models import EntryObjection, RecordEntry
from server.records.queries.lines import line_numbers, lines_from
from server.records.rules import (
    JUDGED,
    PLAIN,
    EntryKind,
    Lines,
    Reading,
    Sign,
    read_value,
    title_of,
    words_of_body,
)


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
    sign: Sign
    verdict: str  # what a measured number means for this person; empty where nothing is claimed
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


async def entry_cards(rows: Sequence[EntryRow], *, birth_date: date, now: datetime) -> tuple[EntryCard, ...]:
    """Return the cards of one person, with one query for the objections of all and one for the lines, where needed."""
    (cards,) = await entry_cards_of_several([(birth_date, rows)], now=now)
    return cards


async def entry_cards_of_several(
    people: Sequence[tuple[date, Sequence[EntryRow]]], *, now: datetime
) -> list[tuple[EntryCard, ...]]:
    """Return the cards of several people, each with when they were born, with no more queries than for one."""
    every = [row for _, rows in people for row in rows]
    numbers = await line_numbers(now=now) if any(_is_judged(row) for row in every) else None
    objected = [row.id for row in every if row.objected]
    objections = await EntryObjection.filter(entry_id__in=objected).order_by("id") if objected else []

    def cards_of(birth_date: date, rows: Sequence[EntryRow]) -> tuple[EntryCard, ...]:
        lines = lines_from(numbers, birth_date, now=now) if numbers is not None else None
        return tuple(
            _card(row, (each for each in objections if each.entry_id == row.id), _reading(row, lines))
            for row in rows
        )

    return [cards_of(birth_date, rows) for birth_date, rows in people]


async def written_cards(
    rows: Sequence[RecordEntry], *, birth_date: date, now: datetime
) -> tuple[EntryCard, ...]:
    """Return the cards of entries just written, whose source and author are at hand."""
    written = [
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
        )
        for row in rows
    ]
    return await entry_cards(written, birth_date=birth_date, now=now)


def _is_judged(row: EntryRow) -> bool:
    return row.kind is EntryKind.OBSERVATION and row.code in JUDGED


def _reading(row: EntryRow, lines: Lines | None) -> Reading:
    return PLAIN if lines is None or not _is_judged(row) else read_value(row.code, row.body, lines)


def _card(row: EntryRow, objections: Iterable[EntryObjection], reading: Reading) -> EntryCard:
    kind, code, body = row.kind, row.code, row.body
    return made(
        EntryCard,
        uid=row.uid,
        category=row.category,
        category_words=CATEGORY_WORDS[row.category],
        kind=kind,
        code=code,
        title=title_of(kind, code, body),
        words=words_of_body(kind, code, body),
        sign=reading.sign,
        verdict=reading.words,
        body=body,
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
