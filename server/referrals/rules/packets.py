"""What goes along with a referral, for whom, and for how long (I32)."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from server.alliance.rules import InstitutionKind
from server.consent.rules import Purpose
from server.referrals.errors import TooManyEntries
from server.referrals.rules.lifecycle import ReferralStatus

MOST_ENTRIES = 60
# Under what purpose a sender looks for what to send along: the one that its own consent is usually for.
PURPOSES: Mapping[InstitutionKind, Purpose] = {
    InstitutionKind.NURSING_HOME: Purpose.CARE,
    InstitutionKind.COMMUNITY_HEALTH_CENTER: Purpose.VISIT,
    InstitutionKind.HOSPITAL: Purpose.TREATMENT,
}
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # read aloud at a counter: nothing that sounds like another
CODE_LENGTH = 10


class Way(StrEnum):
    """Which way a packet went."""

    UP = "up"
    DOWN = "down"


def purpose_of(kind: InstitutionKind) -> Purpose:
    return PURPOSES.get(kind, Purpose.CARE)


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """Read a number as a scanner or a person gives it: the whole address of the slip, or the number itself."""
    return text.strip().rstrip("/").rsplit("/", 1)[-1].replace("-", "").replace(" ", "").upper()


def is_code(text: str) -> bool:
    """Tell whether it can be a whole number: anything may be scanned or typed."""
    return len(text) == CODE_LENGTH and set(text) <= set(LETTERS)


def spelled(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"


def checked_choice(uids: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(uids))
    if len(chosen) > MOST_ENTRIES:
        raise TooManyEntries(fields={"entries": TooManyEntries.message})
    return chosen


def packet_hash(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest of exactly what was sent, in whatever order it was chosen."""
    rows = sorted(entries, key=lambda each: str(each["uid"]))
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def readable_until(status: ReferralStatus, *, days: int, now: datetime) -> datetime | None:
    """Return when a packet closes: some days after the end, at once when nothing came of it, not yet while it is open."""
    if status is ReferralStatus.CLOSED:
        return now + timedelta(days=days)
    return now if status in {ReferralStatus.DECLINED, ReferralStatus.CANCELLED} else None
