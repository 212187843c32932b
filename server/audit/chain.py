"""The arithmetic of the access trail: what a line says, and the keyed digest that binds it to the one before. Pure."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final


class AccessBasis(StrEnum):
    """By what right something was read."""

    OWN = "own"  # one's own record
    PROXY = "proxy"  # a proxy grant
    AUTHOR = "author"  # the reader's institution wrote it
    CONSENT = "consent"
    EMERGENCY = "emergency"
    DUTY = "duty"  # the law's own task: a review, an inspection


@dataclass(frozen=True)
class AccessLine:
    """One answer that showed one resident's record, before it has its place in the chain.

    `rights` is the number that `trail.rights_of` gave before the reader asked what they may see; the line is
    refused with `RightsChanged` when it is no longer true. None where no consent was asked (an emergency).
    """

    resident_id: int
    account_id: int
    institution_id: int  # 0: for themselves
    channel: str
    request_id: str
    purpose: str
    basis: AccessBasis
    basis_uid: str  # empty where the basis has none
    what: str
    categories: tuple[str, ...]
    count: int
    rights: int | None


FORMAT: Final = "access-entry-1"
# The columns a digest covers, in this order: all but the digest itself and the row's inner number.
COLUMNS: Final = (
    "uid", "created_at", "resident_id", "seq", "account_id", "institution_id", "channel", "request_id", "purpose",
    "basis", "basis_uid", "what", "categories", "count", "previous",
)  # fmt: skip
RESIDENT: Final = COLUMNS.index("resident_id")
SEQ: Final = COLUMNS.index("seq")
PREVIOUS: Final = COLUMNS.index("previous")


def values_of(line: AccessLine, *, uid: str, at: datetime, seq: int, previous: str) -> tuple[object, ...]:
    """Return the line as the row that is kept, in the order of `COLUMNS`."""
    return (
        uid, at, line.resident_id, seq, line.account_id, line.institution_id, line.channel, line.request_id,
        line.purpose, str(line.basis), line.basis_uid, line.what, ",".join(sorted(line.categories)), line.count, previous,
    )  # fmt: skip


def mac_of(values: Sequence[object], key: bytes) -> str:
    """Return the digest of a row: every field preceded by its length, so that no two rows share one text."""
    parts = [FORMAT.encode(), *(_text(value) for value in values)]
    body = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(key, body, sha256).hexdigest()


def _text(value: object) -> bytes:
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value).encode()
