"""One page that an older adult understands: every sentence names who wrote it and when, and what it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.alliance.queries import parameters
from server.audit import trail
from server.consent.rules import RecordCategory
from server.kit.clock import SHANGHAI, age_on, local_date
from server.records.access import View, rereading, view_of
from server.records.models import RecordEntry
from server.records.queries.cards import EntryWish
from server.records.queries.lines import lines_for
from server.records.rules import (
    DUTIES,
    LASTING,
    PLAIN,
    Duty,
    EntryKind,
    Lines,
    Sign,
    read_value,
    words_of_body,
)

MOST_LASTING = 100
MOST_RECENT = 60
_ORDER = (
    EntryKind.ALLERGY,
    EntryKind.CONDITION,
    EntryKind.OBSERVATION,
    EntryKind.MEDICATION,
    EntryKind.DIAGNOSTIC_REPORT,
)


@dataclass(frozen=True)
class SentenceCard:
    entry_uid: str
    kind: EntryKind
    code: str  # of an observation: under which its trend is found
    words: str
    source: str
    day: date
    sign: Sign


@dataclass(frozen=True)
class DueCard:
    code: str
    words: str
    owed_by: str
    last_day: date | None  # None: never, as far as this reader may see
    due_day: date
    overdue: bool


@dataclass(frozen=True)
class SummaryCard:
    resident_uid: str
    name: str
    age: int
    sentences: tuple[SentenceCard, ...]
    due: tuple[DueCard, ...]


@rereading
async def summary(*, wish: EntryWish, what: str = "records.summary") -> SummaryCard:
    """Return the page; `what` names the look on the access trail, when it is not the screen that shows it."""
    view = await view_of(actor=wish.actor, resident_uid=wish.resident_uid, purpose=wish.purpose, now=wish.now)
    rows = await _telling(view)
    lines = await lines_for(view.resident.birth_date, now=view.now)
    due, seen = await _due(view, lines.age)
    await trail.record([view.line(what, {row.id: row for row in (*rows, *seen)}.values())], now=wish.now)
    return SummaryCard(
        resident_uid=view.resident.uid,
        name=view.resident.name,
        age=lines.age,
        sentences=tuple(_sentence(row, lines) for row in rows),
        due=due,
    )


@rereading
async def missing(*, wish: EntryWish) -> tuple[DueCard, ...]:
    """Return what is due and who owes it, judged only by what this reader may see as a whole."""
    view = await view_of(actor=wish.actor, resident_uid=wish.resident_uid, purpose=wish.purpose, now=wish.now)
    due, seen = await _due(view, age_on(view.resident.birth_date, local_date(wish.now)))
    await trail.record([view.line("records.missing", seen)], now=wish.now)
    return due


async def _telling(view: View) -> list[RecordEntry]:
    """Return what the page tells: all that lasts, and the newest of everything else."""
    lasting = (
        await view.entries()
        .filter(kind__in=sorted(LASTING))
        .order_by("-effective_at", "-id")
        .limit(MOST_LASTING)
        .select_related("source")
    )
    recent = (
        await view.entries()
        .filter(kind__in=[EntryKind.OBSERVATION, EntryKind.DIAGNOSTIC_REPORT])
        .order_by("-effective_at", "-id").limit(MOST_RECENT)
        .select_related("source")
    )  # fmt: skip
    newest = {row.code if row.kind is EntryKind.OBSERVATION else row.kind: row for row in reversed(recent)}
    told = [row for row in lasting if row.body.get("status") not in {"inactive", "stopped"}] + list(
        newest.values()
    )
    return sorted(told, key=lambda row: _ORDER.index(row.kind))


def _sentence(row: RecordEntry, lines: Lines) -> SentenceCard:
    reading = read_value(row.code, row.body, lines) if row.kind is EntryKind.OBSERVATION else PLAIN
    words = words_of_body(row.kind, row.code, row.body)
    day = row.effective_at.astimezone(SHANGHAI).date()
    told = f"{words}，{reading.words}" if reading.words else words
    return SentenceCard(
        entry_uid=row.uid,
        kind=row.kind,
        code=row.code,
        words=f"{told.rstrip('。')}。（{row.source.name}，{day.year}年{day.month}月{day.day}日）",
        source=row.source.name,
        day=day,
        sign=reading.sign,
    )


async def _due(view: View, age: int) -> tuple[tuple[DueCard, ...], list[RecordEntry]]:
    """Return what is due, and the entries that this was judged by."""
    whole = view.categories
    duties = [duty for duty in DUTIES if whole is None or _judged_by(duty) <= whole]
    if not duties:
        return (), []
    numbers = await parameters(
        [code for duty in DUTIES for code in (duty.days, duty.from_age) if code], on=view.now
    )
    wanted = sorted({duty.kind for duty in duties} | {EntryKind.CONDITION})
    rows = (
        await view.entries()
        .filter(kind__in=wanted, category__in=sorted({word for duty in duties for word in _judged_by(duty)}))
        .order_by("-effective_at", "-id")
        .limit(MOST_LASTING)
        .select_related("source")
    )
    applying = [duty for duty in duties if _applies(duty, age, numbers, rows)]
    pairs = [(duty, _newest(duty, rows)) for duty in applying]
    today = local_date(view.now)
    judged = [row for _, row in pairs if row] + [row for row in rows if row.kind is EntryKind.CONDITION]
    return tuple(_due_card(duty, row, numbers[duty.days], today) for duty, row in pairs), judged


def _judged_by(duty: Duty) -> frozenset[RecordCategory]:
    # A diagnosis stands under chronic disease; without that category the duty cannot even be known.
    return frozenset({duty.category} | ({RecordCategory.CHRONIC} if duty.condition else set()))


def _applies(duty: Duty, age: int, numbers: Mapping[str, int], rows: Sequence[RecordEntry]) -> bool:
    if duty.from_age is not None and age < numbers[duty.from_age]:
        return False
    return duty.condition is None or any(
        row.kind is EntryKind.CONDITION
        and row.code.startswith(duty.condition)
        and row.body["status"] == "active"
        for row in rows
    )


def _newest(duty: Duty, rows: Sequence[RecordEntry]) -> RecordEntry | None:
    fitting = (
        row
        for row in rows
        if row.kind is duty.kind and row.category is duty.category and row.code not in duty.other_codes
    )
    return next(
        (row for row in fitting if duty.subject is None or row.body.get("subject") == duty.subject), None
    )


def _next_day(row: RecordEntry, otherwise: date) -> date:
    """Return the day by which it is due again: an assessment says for itself how long it holds."""
    until = row.body.get("valid_until")
    return date.fromisoformat(until) if until else otherwise


def _due_card(duty: Duty, row: RecordEntry | None, days: int, today: date) -> DueCard:
    last = local_date(row.effective_at) if row else None
    due = _next_day(row, last + timedelta(days=days)) if row and last else today
    return DueCard(duty.code, duty.words, duty.owed_by, last, due, overdue=due < today or last is None)
