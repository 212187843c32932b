"""Write a form's entries into the record, each under a name by which a correction of the form finds it again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from server.authority.actor import Actor
from server.consent.rules import RecordCategory
from server.kit.clock import local_date, start_of_day
from server.kit.transactions import action
from server.records.actions.entries import NewEntry, correct_entry, write_entries
from server.records.rules import EntryKind

NOON = timedelta(hours=12)


class Keyed(Protocol):
    """One entry that a form makes."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> EntryKind: ...
    @property
    def category(self) -> RecordCategory: ...
    @property
    def code(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...


@action
async def write_keyed(
    *,
    actor: Actor,
    resident_uid: str,
    institution_uid: str,
    entries: Sequence[Keyed],
    day: date,
    over: Mapping[str, str] | None = None,
    reason: str = "",
    now: datetime,
) -> dict[str, str]:
    """Put a new version over what has a key in `over` (key -> uid), write the rest, and return all keys with their uids.

    What is no longer said stays in the record as it was written: nothing there is ever taken away.
    """
    kept = dict(over or {})
    at = now if day == local_date(now) else start_of_day(day) + NOON
    new = {each.key: NewEntry(each.kind, each.code, at, each.body, each.category) for each in entries}
    fresh = [key for key in new if key not in kept]
    for key in [each for each in new if each in kept]:
        card = await correct_entry(
            actor=actor, uid=kept[key], resident_uid=resident_uid, new=new[key], reason=reason, now=now
        )
        kept[key] = card.uid
    if fresh:
        cards = await write_entries(
            actor=actor,
            resident_uid=resident_uid,
            entries=[new[key] for key in fresh],
            institution_uid=institution_uid,
            now=now,
        )
        kept |= {key: card.uid for key, card in zip(fresh, cards, strict=True)}
    return kept
