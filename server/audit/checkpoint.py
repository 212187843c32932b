"""Notice what a chain alone cannot: a tail that was cut off, a trail that is gone, a history written anew.

Every checkpoint is one signed line in a file outside the database. It names the heads that moved since the line
before, and a root over all heads. Keep a copy where the administrator of the database cannot write.
"""

import asyncio
import fcntl
import hmac
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.audit.chain import COLUMNS, PREVIOUS, RESIDENT, SEQ, mac_of
from server.audit.trail import trail_key
from server.audit.trail_models import AccessChainHead, AccessEntry

ROWS_AT_ONCE: Final = 5000
LINES_A_CHAIN: Final = 20  # looked through to find whose records were looked at last

Heads = dict[int, tuple[int, str]]  # resident -> seq and mac of their last line


class Fault(StrEnum):
    EDITED = "edited"  # the digest does not fit the line, or was made without the key
    GAP = "gap"  # a line is missing in between, or two were swapped
    BROKEN_LINK = "broken_link"  # it does not continue the line before it
    WRONG_HEAD = "wrong_head"  # the head is not the last line
    CUT = "cut"  # shorter than a checkpoint has seen it
    REWRITTEN = "rewritten"  # another line stands where a checkpoint saw one
    FORGED_CHECKPOINT = "forged_checkpoint"  # the file itself was changed


@dataclass(frozen=True)
class TrailFault:
    fault: Fault
    resident_id: int | None  # None: the checkpoint file
    place: int  # the line of the chain, or of the file


@dataclass(frozen=True)
class TrailVerdict:
    chains: int
    rows: int
    checkpoints: int
    faults: tuple[TrailFault, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


@dataclass
class _Ledger:
    """What a checkpoint file says, as far as it was read."""

    read_to: int = 0  # bytes
    number: int = 0
    last: str = ""  # digest of the last line
    heads: Heads = field(default_factory=dict)
    seen: dict[tuple[int, int], str] = field(
        default_factory=dict
    )  # (resident, seq) -> mac, of every checkpoint
    forged: list[int] = field(default_factory=list)


async def checkpoint(path: Path, *, now: datetime) -> int:
    """Append one line over all heads as they stand, made durable; return its number."""
    heads = await _heads()
    return await asyncio.to_thread(_append, path, heads, now)


async def verify_trails(checkpoint_file: Path | None) -> TrailVerdict:
    """Read every chain from its beginning and compare it with every checkpoint; changes nothing."""
    ledger = _Ledger()  # never the one remembered: what was read before may have been changed since
    if checkpoint_file:
        await asyncio.to_thread(_read_on, ledger, checkpoint_file)
    walk = _Walk(ledger.seen)
    before = await _heads()
    async for row in _rows():
        walk.take(row)
    walk.finish(before, await _heads())
    faults = [TrailFault(Fault.FORGED_CHECKPOINT, None, place) for place in ledger.forged] + walk.faults
    return TrailVerdict(
        chains=len(walk.ends), rows=walk.rows, checkpoints=ledger.number, faults=tuple(faults)
    )


async def verify_chains(residents: Sequence[int], checkpoint_file: Path | None) -> TrailVerdict:
    """Read only these chains, and compare them with what the checkpoints saw of them; changes nothing."""
    ledger = _Ledger()
    if checkpoint_file:
        await asyncio.to_thread(_read_on, ledger, checkpoint_file)
    wanted = frozenset(residents)
    walk = _Walk({place: mac for place, mac in ledger.seen.items() if place[0] in wanted})
    before = await _heads(residents)
    for resident in sorted(wanted):
        async for row in _rows_of(resident):
            walk.take(row)
    walk.finish(before, await _heads(residents))
    return TrailVerdict(
        chains=len(walk.ends), rows=walk.rows, checkpoints=ledger.number, faults=tuple(walk.faults)
    )


async def newest_chains(*, most: int) -> tuple[int, ...]:
    """Return the residents whose records were looked at last."""
    lines = AccessEntry.all().order_by("-id").limit(most * LINES_A_CHAIN).only("id", "resident_id")
    return tuple(dict.fromkeys(line.resident_id for line in await lines))[:most]


def checkpoint_public_key() -> bytes:
    """Return what another organisation needs to verify checkpoints: 32 bytes that sign nothing."""
    return _signer().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class _Walk:
    """Follow the chains, line by line, in the order of residents and numbers."""

    def __init__(self, seen: Mapping[tuple[int, int], str]) -> None:
        self.faults: list[TrailFault] = []
        self.ends: Heads = {}
        self.rows = 0
        self._unseen = dict(seen)
        self._key = trail_key()

    def take(self, row: tuple[Any, ...]) -> None:
        self.rows += 1
        values, mac = row[:-1], row[-1]
        resident, seq = values[RESIDENT], values[SEQ]
        last_seq, last_mac = self.ends.get(resident, (0, ""))
        if not hmac.compare_digest(mac_of(values, self._key), mac):
            self._blame(Fault.EDITED, resident, seq)
        if seq != last_seq + 1:
            self._blame(Fault.GAP, resident, last_seq + 1)
        elif values[PREVIOUS] != last_mac:
            self._blame(Fault.BROKEN_LINK, resident, seq)
        if self._unseen.pop((resident, seq), mac) != mac:
            self._blame(Fault.REWRITTEN, resident, seq)
        self.ends[resident] = (seq, mac)

    def finish(self, before: Heads, after: Heads) -> None:
        """Compare with the heads as they stood before and after the walk: answers go on being given meanwhile."""
        for resident, seq in sorted(self._unseen):
            self._blame(Fault.CUT, resident, seq)
        nothing = (0, "")
        for resident in sorted(self.ends.keys() | before.keys() | after.keys()):
            earliest, latest = before.get(resident, nothing), after.get(resident, nothing)
            end = self.ends.get(resident, nothing)
            if end not in (earliest, latest) and not earliest[0] < end[0] < latest[0]:
                self._blame(Fault.WRONG_HEAD, resident, latest[0])

    def _blame(self, fault: Fault, resident: int, place: int) -> None:
        self.faults.append(TrailFault(fault, resident, place))


async def _rows() -> AsyncIterator[tuple[Any, ...]]:
    resident, seq = 0, 0
    while True:
        # By resident first: a row moved to another person lands in that person's chain and does not fit there.
        rows = await AccessEntry.filter(resident_id=resident, seq__gt=seq).order_by("seq").limit(
            ROWS_AT_ONCE
        ).values_list(*COLUMNS, "mac") or await AccessEntry.filter(resident_id__gt=resident).order_by(
            "resident_id", "seq"
        ).limit(ROWS_AT_ONCE).values_list(*COLUMNS, "mac")
        if not rows:
            return
        for row in rows:
            yield row
        resident, seq = rows[-1][RESIDENT], rows[-1][SEQ]


async def _rows_of(resident: int) -> AsyncIterator[tuple[Any, ...]]:
    seq = 0
    while (
        rows := await AccessEntry.filter(resident_id=resident, seq__gt=seq)
        .order_by("seq")
        .limit(ROWS_AT_ONCE)
        .values_list(*COLUMNS, "mac")
    ):
        for row in rows:
            yield row
        seq = rows[-1][SEQ]


async def _heads(residents: Sequence[int] | None = None) -> Heads:
    heads = AccessChainHead.all() if residents is None else AccessChainHead.filter(resident_id__in=residents)
    rows = await heads.values_list("resident_id", "seq", "mac")
    return {resident: (seq, mac) for resident, seq, mac in rows if seq}


def _append(path: Path, heads: Heads, now: datetime) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two workers must not both continue the same line
        ledger = _remembered(path)
        moved = {
            str(resident): list(head)
            for resident, head in heads.items()
            if ledger.heads.get(resident) != head
        }
        gone = sorted(ledger.heads.keys() - heads.keys())
        body = {
            "number": ledger.number + 1,
            "at": now.astimezone(UTC).isoformat(timespec="seconds"),
            "previous": ledger.last,
            "moved": moved,
            "gone": gone,  # must stay empty; kept so that the file itself shows when a trail vanished
            "root": _root(heads),
        }
        file.write(_signed(body))
        file.flush()
        os.fsync(file.fileno())
        return ledger.number + 1


def _signed(body: dict[str, Any]) -> bytes:
    text = _canonical(body)
    return _canonical({**body, "signature": _signer().sign(text).hex()}) + b"\n"


_ledgers: dict[Path, _Ledger] = {}


def _remembered(path: Path) -> _Ledger:
    """Return the ledger of this process, with what was added since; a file that became shorter is read anew."""
    ledger = _ledgers.get(path)
    if ledger is None or path.stat().st_size < ledger.read_to:
        ledger = _ledgers[path] = _Ledger()
    _read_on(ledger, path)
    return ledger


def _read_on(ledger: _Ledger, path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(ledger.read_to)
        for line in file:
            _take(ledger, line)


def _take(ledger: _Ledger, line: bytes) -> None:
    ledger.number += 1
    ledger.read_to += len(line)
    body = _verified(line)
    moved: Heads = {int(resident): (seq, mac) for resident, (seq, mac) in body.get("moved", {}).items()}
    ledger.heads.update(moved)
    ledger.seen.update({(resident, seq): mac for resident, (seq, mac) in moved.items()})
    for resident in body.get("gone", ()):
        ledger.heads.pop(resident, None)
    if (body.get("number"), body.get("previous"), body.get("root")) != (
        ledger.number,
        ledger.last,
        _root(ledger.heads),
    ):
        ledger.forged.append(ledger.number)
    ledger.last = sha256(line).hexdigest()


def _verified(line: bytes) -> dict[str, Any]:
    """Return what the line says, or nothing when it is not ours."""
    try:
        body: dict[str, Any] = json.loads(line)
        signature = bytes.fromhex(body.pop("signature"))
        Ed25519PublicKey.from_public_bytes(checkpoint_public_key()).verify(signature, _canonical(body))
    except (ValueError, KeyError, AttributeError, TypeError, InvalidSignature):
        return {}
    return body


def _root(heads: Heads) -> str:
    digest = sha256()
    for resident in sorted(heads):
        seq, mac = heads[resident]
        digest.update(f"{resident}:{seq}:{mac}\n".encode())
    return digest.hexdigest()


def _canonical(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _signer() -> Ed25519PrivateKey:
    # Derived, not the chain's own key: whoever verifies checkpoints must not be able to forge lines.
    return Ed25519PrivateKey.from_private_bytes(hmac.new(trail_key(), b"checkpoint", sha256).digest())
