"""The record as it went along: pages, counts, one curve."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tortoise.functions import Count

from server.audit import trail
from server.consent.rules import CATEGORY_WORDS, RecordCategory
from server.kit.clock import local_date
from server.kit.errors import Invalid
from server.kit.pages import MOST, Page, PageWish, cursor_of, position_of
from server.records.access import View, entry_for, rereading, view_of
from server.records.models import RecordEntry
from server.records.queries.cards import EntryCard, EntryRow, EntryWish, entry_cards, entry_rows
from server.records.queries.lines import lines_for
from server.records.queries.newest import (
    before,
    newest,
    newest_first,
    newest_for_staff,
    older,
)
from server.records.rules import MEASURES, EntryKind, Lines, Sign, read_value, sentence_of_value, title_of

MOST_POINTS = 400


@dataclass(frozen=True)
class CategoryCount:
    category: RecordCategory
    words: str
    entries: int


@dataclass(frozen=True)
class TrendPoint:
    entry_uid: str
    at: datetime
    values: tuple[float, ...]  # in the order of the measure's parts: for blood pressure the high one first
    words: str
    sign: Sign
    verdict: str
    source: str


@dataclass(frozen=True)
class TrendCard:
    code: str
    title: str  # as its entries are called
    names: tuple[str, ...]
    unit: str
    lines: tuple[float, ...]  # the control line of each part; empty where there is none
    points: tuple[TrendPoint, ...]  # the oldest first


@rereading
async def timeline(
    *, wish: EntryWish, category: RecordCategory | None = None, page: PageWish
) -> Page[EntryCard]:
    """Return the current entries, newest first."""
    limit = max(1, min(page.limit, MOST))
    view = await view_of(actor=wish.actor, resident_uid=wish.resident_uid, purpose=wish.purpose, now=wish.now)
    found = await _page(view, category, page.after, limit + 1)
    kept = found[:limit]
    cards = await disclosed(view, "records.timeline", kept)
    # One row more than shown tells that there is another page.
    after = cursor_of(kept[-1].effective_at, kept[-1].id) if len(found) > limit else None
    return Page(items=cards, next=after)


async def _page(view: View, category: RecordCategory | None, after: str | None, limit: int) -> list[EntryRow]:
    place = position_of(after) if after is not None else None
    if category is None:
        rows = await _kept(view, place, limit)
        if rows is not None:
            return rows
    entries = view.entries() if category is None else view.entries().filter(category=category)
    if place is not None:
        entries = entries.filter(before(*place))
    return await entry_rows(newest_first(entries).limit(limit))


async def _kept(view: View, place: tuple[datetime, int] | None, limit: int) -> list[EntryRow] | None:
    """Read by one of the statements that are kept, if there is one for this view."""
    rows: list[EntryRow]
    resident = view.resident.id
    if view.is_whole and place is None:
        rows = await newest(resident=resident, limit=limit)
    elif view.is_whole and place is not None:
        rows = await older(resident=resident, limit=limit, at=place[0], row=place[1])
    elif view.is_of_one_house and place is None:
        rows = await newest_for_staff(view.purpose)(
            resident=resident,
            institution=view.institutions[0],
            now=view.now,
            today=local_date(view.now),
            limit=limit,
        )
    else:
        return None
    return rows


@rereading
async def categories(*, wish: EntryWish) -> tuple[CategoryCount, ...]:
    """Return how many current entries there are of each category."""
    view = await view_of(actor=wish.actor, resident_uid=wish.resident_uid, purpose=wish.purpose, now=wish.now)
    rows = (
        await view.entries().annotate(entries=Count("id")).group_by("category").values("category", "entries")
    )
    found = {RecordCategory(row["category"]): row["entries"] for row in rows}
    counts = tuple(
        CategoryCount(category, CATEGORY_WORDS[category], found[category])
        for category in RecordCategory
        if category in found
    )
    # No entry was shown, but that there are some was told.
    line = replace(view.line("records.categories", ()), categories=tuple(map(str, found)))
    await trail.record([line], now=wish.now)
    return counts


@rereading
async def trend(*, wish: EntryWish, code: str, days: int) -> TrendCard:
    """Return the newest measurements of one kind within some days, at most 400."""
    if code not in MEASURES:
        message = "没有这一项测量。"
        raise Invalid(message, fields={"code": message})
    view = await view_of(actor=wish.actor, resident_uid=wish.resident_uid, purpose=wish.purpose, now=wish.now)
    rows = view.entries().filter(code=code, effective_at__gt=wish.now - timedelta(days=days))
    newest = await rows.order_by("-effective_at", "-id").limit(MOST_POINTS).select_related("source")
    lines = await lines_for(view.resident.birth_date, now=view.now)
    await trail.record([view.line("records.trend", newest)], now=wish.now)
    return TrendCard(
        code=code,
        title=title_of(EntryKind.OBSERVATION, code, {}),
        names=tuple(measure.words for measure in MEASURES[code]),
        unit=MEASURES[code][0].unit,
        lines=_control_lines(code, lines),
        points=tuple(_point(row, lines) for row in reversed(newest)),
    )


@rereading
async def entry_history(*, wish: EntryWish, uid: str) -> tuple[EntryCard, ...]:
    """Return an entry and the versions before it, the given one first."""
    view = await view_of(actor=wish.actor, resident_uid=wish.resident_uid, purpose=wish.purpose, now=wish.now)
    ids = [(entry := await entry_for(view, uid)).id]
    while entry.supersedes_id is not None:
        older = await view.versions().filter(id=entry.supersedes_id).first()
        if older is None:
            break
        entry = older
        ids.append(entry.id)
    rows = await entry_rows(view.versions().filter(id__in=ids).order_by("-version"))
    return await disclosed(view, "records.history", rows)


async def disclosed(view: View, what: str, rows: Sequence[EntryRow]) -> tuple[EntryCard, ...]:
    """Return the cards once their line is committed."""
    cards = await entry_cards(rows, birth_date=view.resident.birth_date, now=view.now)
    await trail.record([view.line(what, rows)], now=view.now)
    return cards


def _control_lines(code: str, lines: Lines) -> tuple[float, ...]:
    if code == "85354-9":
        return lines.blood_pressure
    return (lines["sugar_line"] / 10,) if code == "1558-6" else ()


def _point(row: RecordEntry, lines: Lines) -> TrendPoint:
    reading = read_value(row.code, row.body, lines)
    return TrendPoint(
        entry_uid=row.uid,
        at=row.effective_at,
        values=tuple(row.body[measure.field] for measure in MEASURES[row.code]),
        words=sentence_of_value(row.code, row.body),
        sign=reading.sign,
        verdict=reading.words,
        source=row.source.name,
    )
