"""What may be corrected in a confirmed visit: when it began and ended, and what became of each resident.

A correction is stored flat, so that before and after can be laid side by side: "started_at", "finished_at",
"item:<uid>". What was measured is corrected in the health record.
"""

from collections.abc import Mapping
from datetime import datetime

from server.kit.clock import SHANGHAI
from server.visits.rules.lifecycle import Outcome

STARTED = "started_at"
FINISHED = "finished_at"
ITEM = "item:"


def item_key(uid: str) -> str:
    return ITEM + uid


def item_uid(key: str) -> str | None:
    return key.removeprefix(ITEM) if key.startswith(ITEM) else None


def written(value: datetime | Outcome | None) -> str | None:
    return value.astimezone(SHANGHAI).isoformat() if isinstance(value, datetime) else value


def only_changes(
    before: Mapping[str, str | None], wished: Mapping[str, str | None]
) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Return the values that differ, as they are and as they are wished."""
    changed = [key for key, value in wished.items() if value != before[key]]
    return {key: before[key] for key in changed}, {key: wished[key] for key in changed}
