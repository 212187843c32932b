"""A copy of everything (PIPL art. 45): asked for here, written by the worker as a ZIP of JSON with a page to read."""

import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from server.authority.actor import Actor, Channel
from server.consent.rules import Purpose
from server.documents.actions import Lost, Refused, Shift, Taken, Written
from server.documents.actions.exporting import put_in_line
from server.documents.actions.writing import go_on
from server.documents.rules import RIGHTS_GONE, SheetKind
from server.identity.queries import actor_of
from server.kit import plain
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.privacy.queries.copies import CopyCard, resident_of, written_for
from server.privacy.queries.holdings import Part, Whose, left_out, parts_of, rights_of, rows_of, whose_copy
from server.privacy.queries.index_page import ToldPart, index_page
from server.privacy.rules import NOT_TOLD
from server.records.queries import EntryCard, EntryWish, export

FORMAT = "care-copy-1"
WHY = "个人信息保护法第四十五条：查阅、复制"
RECORD = "resident/record.json"


@action
async def ask_for_copy(*, actor: Actor, resident_uid: str | None, now: datetime) -> CopyCard:
    """Put a copy in line: of oneself, or of a resident for whom one acts. Refuses with `NotFound`, `TooManyExports`."""
    whose = await whose_copy(actor=actor, resident_uid=resident_uid, now=now)
    about = {} if resident_uid is None else {"resident": resident_uid}
    job = await put_in_line(actor, SheetKind.OWN_COPY, about, WHY, now=now)
    return CopyCard(whose.resident.name if whose.resident and resident_uid else "", job)


async def write_copy(job: Taken, path: Path, shift: Shift) -> Written:
    """Write the file of a copy with the rights that its asker has now."""
    now = shift.clock()
    try:
        asker = await actor_of(account_id=job.account_id, channel=Channel.MINI_PROGRAM, now=now)
        whose = await whose_copy(actor=asker, resident_uid=resident_of(job.filters), now=now)
    except NotFound:
        raise Refused(RIGHTS_GONE) from None
    rights, told = await rights_of(whose, now=now), list[ToldPart]()
    # What is handed out later is compared with this: a right that ends takes the copy with it.
    await go_on(job, now, filters={**job.filters, **written_for(whose, rights)})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part in parts_of(whose, rights):
            told.append(await _write_part(book, part, whose))
            await _still_wanted(job, shift, told)
        entries = await _write_record(book, whose, now)
        if whose.resident is not None:
            told.append(ToldPart(RECORD, "健康档案", len(entries)))
        missing = None if whose.is_self else left_out(whose, rights)
        book.writestr("index.html", index_page(made_at=now, parts=told, entries=entries, missing=missing))
        book.writestr("manifest.json", plain.dumps(_manifest(told, missing, now)))
    return Written(asker, _count(told))


async def _write_part(book: zipfile.ZipFile, part: Part, whose: Whose) -> ToldPart:
    file, rows = f"{part.name}.json", 0
    with book.open(file, "w") as out:
        async for batch in rows_of(part, whose):
            for each in batch:
                out.write((b",\n" if rows else b"[\n") + plain.dumps(each))
                rows += 1
        out.write(b"\n]\n" if rows else b"[]\n")
    return ToldPart(file, part.holding.title, rows)


async def _write_record(book: zipfile.ZipFile, whose: Whose, now: datetime) -> tuple[EntryCard, ...]:
    if whose.resident is None:
        return ()
    record = await export(wish=EntryWish(whose.reader, whose.resident.uid, Purpose.SELF, now))
    book.writestr(RECORD, plain.dumps(record))
    return record.entries


async def _still_wanted(job: Taken, shift: Shift, told: list[ToldPart]) -> None:
    if shift.is_over():
        raise Lost
    await go_on(job, shift.clock(), rows=_count(told))


def _count(told: list[ToldPart]) -> int:
    return sum(each.rows for each in told)


def _manifest(told: list[ToldPart], missing: Sequence[str] | None, now: datetime) -> Mapping[str, Any]:
    whole = {"format": FORMAT, "made_at": now, "parts": told, "not_told": NOT_TOLD}
    return whole if missing is None else {**whole, "for_a_proxy": True, "beyond_the_grant": missing}
