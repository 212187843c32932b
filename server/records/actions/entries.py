"""Write, correct, object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.consent.rules import Purpose, RecordCategory
from server.identity.models import Account
from server.kit.errors import Forbidden, NotFound
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import resident_for
from server.people.models import Resident
from server.records.access import entry_for, view_of
from server.records.errors import ImplausibleValue, Superseded
from server.records.models import EntryObjection, RecordEntry
from server.records.queries.cards import EntryCard, ObjectionCard, written_cards
from server.records.rules import FUTURE_TOLERANCE, EntryKind, checked_body

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class NewEntry:
    """What is to be written. Without a category only those who may see everything will see it (I10)."""

    kind: EntryKind
    code: str
    effective_at: datetime
    body: Mapping[str, Any]
    category: RecordCategory = RecordCategory.UNLABELED


@action
async def write_entries(
    *,
    actor: Actor,
    resident_uid: str,
    entries: Sequence[NewEntry],
    institution_uid: str | None = None,
    now: datetime,
) -> tuple[EntryCard, ...]:
    """Add entries that the actor's institution wrote about a resident whom it cares for.

    `institution_uid` names the institution for somebody who works at several; it must be one of theirs.
    Refuses with `NotFound`, or with `ImplausibleValue` naming entry and field; then nothing is written.
    """
    resident = await resident_for(actor=actor, uid=resident_uid, permission=Permission.RECORD_WRITE, now=now)
    source = await _source_for(actor, resident, institution_uid)
    author = await Account.get(id=actor.account_id)
    if not 0 < len(entries) <= MOST_AT_ONCE:
        raise ImplausibleValue(fields={"entries": f"一次填写 1 到 {MOST_AT_ONCE} 条。"})
    rows = []
    for place, new in enumerate(entries):
        row = RecordEntry(
            resident=resident,
            category=new.category,
            kind=new.kind,
            code=new.code,
            effective_at=new.effective_at,
            source=source,
            author=author,
            body=_checked(new, now, f"entries.{place}."),
            created_at=now,
        )
        await row.save()
        rows.append(row)
    await note(
        actor,
        "records.written",
        subject_kind="resident",
        subject_uid=resident.uid,
        resident_id=resident.id,
        institution_id=source.id,
        detail={"entries": [row.uid for row in rows]},
        now=now,
    )
    return await written_cards(rows, birth_date=resident.birth_date, now=now)


@action
async def correct_entry(
    *, actor: Actor, uid: str, resident_uid: str, new: NewEntry, reason: str, now: datetime
) -> EntryCard:
    """Put a new version over an entry of the actor's own institution; the old one stays readable in its history."""
    entry = await _written_by_us(actor, uid, resident_uid)
    if (new.kind, new.code) != (entry.kind, entry.code):
        raise ImplausibleValue(fields={"kind": "更正不能改变记录的种类，请另写一条。"})
    body = _checked(new, now, "")
    changed = await RecordEntry.filter(id=entry.id, is_current=True).update(
        is_current=False, superseded_at=now
    )
    if changed == 0:
        raise Superseded
    row = RecordEntry(
        resident_id=entry.resident_id,
        category=new.category,
        kind=new.kind,
        code=new.code,
        effective_at=new.effective_at,
        source=entry.source,
        author=await Account.get(id=actor.account_id),
        body=body,
        version=entry.version + 1,
        supersedes=entry,
        reason=reason,
        created_at=now,
    )
    await row.save()
    await note(
        actor,
        "records.corrected",
        subject_kind="record_entry",
        subject_uid=row.uid,
        resident_id=entry.resident_id,
        institution_id=entry.source_id,
        reason=reason,
        detail={"supersedes": entry.uid, "version": row.version},
        now=now,
    )
    (card,) = await written_cards([row], birth_date=entry.resident.birth_date, now=now)
    return card


@action
async def object_to_entry(
    *, actor: Actor, uid: str, resident_uid: str, text: str, now: datetime
) -> ObjectionCard:
    """Put the resident's own word beside an entry; said by them or by a proxy whose grant covers it."""
    family = as_family(actor)
    resident = await resident_for(
        actor=family, uid=resident_uid, permission=Permission.RECORD_OBJECT, now=now
    )
    view = await view_of(actor=family, resident_uid=resident.uid, purpose=Purpose.SELF, now=now)
    entry = await entry_for(view, uid)
    row = EntryObjection(entry=entry, account_id=actor.account_id, text=text, created_at=now)
    await row.save()
    await note(
        actor,
        "records.objected",
        subject_kind="record_entry",
        subject_uid=entry.uid,
        resident_id=resident.id,
        institution_id=entry.source_id,
        now=now,
    )
    payload = {"entry": entry.uid, "resident": resident.uid, "institution": entry.source.uid}
    await enqueue("records.objected", payload, now=now, once_key=f"records.objected:{row.uid}")
    return ObjectionCard(text, now)


def _checked(new: NewEntry, now: datetime, place: str) -> dict[str, Any]:
    if new.effective_at > now + FUTURE_TOLERANCE:
        raise ImplausibleValue(fields={f"{place}effective_at": "时间不能晚于现在。"})
    try:
        return checked_body(new.kind, new.code, new.body)
    except ImplausibleValue as error:
        fields = {f"{place}{name}": said for name, said in error.fields.items()}
        raise ImplausibleValue(error.sentence, fields=fields) from None


async def _source_for(actor: Actor, resident: Resident, institution_uid: str | None) -> Institution:
    """Return for which of their institutions the actor writes; the resident's own home if it is among them."""
    own = Q(id__in=sorted(actor.institutions_with(Permission.RECORD_WRITE)))
    if institution_uid is not None:
        own &= Q(uid=institution_uid)
    found = await Institution.filter(own).order_by("id")
    at_home = [each for each in found if each.id == resident.home_id]
    if not found:
        raise NotFound
    return (at_home or found)[0]


async def _written_by_us(actor: Actor, uid: str, resident_uid: str) -> RecordEntry:
    institutions = actor.institutions_with(Permission.RECORD_WRITE)
    if not institutions:
        raise Forbidden
    entry = (
        await RecordEntry.filter(uid=uid, resident__uid=resident_uid)
        .select_related("source", "author", "resident")
        .first()
    )
    if entry is None or entry.source_id not in institutions:
        raise NotFound
    return entry
