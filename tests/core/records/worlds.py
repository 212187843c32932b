"""Two worlds that differ only in what a reader may not see, and everything that reader could ask in each (T5, B02)."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.consent.rules import Purpose, RecordCategory
from server.demo import Town
from server.identity.models import Account
from server.kit import plain
from server.kit.errors import DomainError
from server.kit.pages import PageWish
from server.people.models import Resident
from server.records import queries
from server.records.models import EntryObjection, RecordEntry
from server.records.queries import EntryWish
from server.records.rules import MEASURES, EntryKind

BODIES: dict[EntryKind, tuple[str, dict[str, Any]]] = {
    EntryKind.OBSERVATION: ("85354-9", {"systolic": 201, "diastolic": 121}),
    EntryKind.CONDITION: ("E11.9", {"name": "2 型糖尿病", "status": "active"}),
    EntryKind.ALLERGY: ("sulfa", {"substance": "磺胺"}),
    EntryKind.MEDICATION: ("insulin", {"name": "胰岛素", "status": "taking"}),
    EntryKind.DIAGNOSTIC_REPORT: ("ct", {"title": "胸部 CT", "conclusion": "请复查"}),
    EntryKind.FOLLOW_UP: ("diabetes", {"subject": "糖尿病", "outcome": "poor"}),
    EntryKind.ASSESSMENT: ("gbt42195", {"scale": "能力评估", "result": "中度失能"}),
    EntryKind.NOTE: ("note", {"text": "不应被看到"}),
    EntryKind.REFERRAL: (
        "referral-out",
        {"form": "out", "version": "2026-1", "impression": "不应被看到", "present": "不应被看到"},
    ),
}


@dataclass(frozen=True)
class Writer:
    """Writes entries of the second hospital, with which nobody of the town has to do."""

    resident: Resident
    source: Institution
    author: Account
    now: datetime

    async def write(self, category: RecordCategory, kind: EntryKind, *, days: float) -> RecordEntry:
        code, body = BODIES[kind]
        row = RecordEntry(
            resident=self.resident, category=category, kind=kind, code=code, source=self.source, author=self.author,
            effective_at=self.now - timedelta(days=days), body=body, created_at=self.now,
        )  # fmt: skip
        await row.save()
        return row

    async def write_all(self, categories: Collection[RecordCategory]) -> list[RecordEntry]:
        """Write every kind in every category, before, between and after what is there, with an objection each."""
        rows = []
        for place, category in enumerate(sorted(categories)):
            for kind in EntryKind:
                row = await self.write(category, kind, days=place * 31.3)
                await EntryObjection(entry=row, account=self.author, text="异议", created_at=self.now).save()
                rows.append(row)
        return rows


async def writer(town: Town, now: datetime, resident: str = "wang") -> Writer:
    return Writer(
        resident=await Resident.get(uid=getattr(town.people, resident)),
        source=await Institution.get(uid=town.alliance.second_hospital),
        author=await Account.get(uid=town.identity.accounts["sun"]),
        now=now,
    )


async def everything(
    actor: Actor, resident_uid: str, purpose: Purpose, *, entry_uids: Collection[str], now: datetime
) -> bytes:
    """Ask all that can be asked about a record, and return the answers as they would leave the server."""
    wish = EntryWish(actor, resident_uid, purpose, now)
    answers: list[Any] = [
        await _said(lambda: queries.summary(wish=wish)),
        await _said(lambda: queries.missing(wish=wish)),
        await _said(lambda: queries.categories(wish=wish)),
        await _said(lambda: queries.export(wish=wish)),
    ]
    answers += [
        await _said(lambda code=code: queries.trend(wish=wish, code=code, days=3000)) for code in MEASURES
    ]
    for category in (None, *RecordCategory):
        answers += await _pages(wish, category)
    answers += [await _said(lambda uid=uid: queries.entry_history(wish=wish, uid=uid)) for uid in entry_uids]
    answers += [await _said(lambda: queries.packet(wish=wish, uids=entry_uids))]
    return plain.dumps(answers)


async def _pages(wish: EntryWish, category: RecordCategory | None) -> list[Any]:
    answers: list[Any] = []
    after: str | None = None
    while True:
        page = PageWish(after=after, limit=3)
        answer = await _said(lambda page=page: queries.timeline(wish=wish, category=category, page=page))
        answers.append(answer)
        after = getattr(answer, "next", None)
        if after is None:
            return answers


async def _said(ask: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await ask()
    except DomainError as refusal:
        return {"code": refusal.code, "sentence": refusal.sentence, "fields": dict(refusal.fields)}
