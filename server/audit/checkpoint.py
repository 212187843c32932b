"""Notice what a chain alone cannot: a tail that was cut off, a trail that is gone, a history written anew.

Every checkpoint is one line in a file outside the database. It names the heads that moved since the line before, and a
root over all heads. Its own head, which names nobody, is signed and published: whoever keeps it proves later that no
checkpoint was replaced. Keep a copy of the file where the administrator of the database cannot write.

Every node of a cluster keeps a file of its own, a ledger; each head names its ledger, so that what was kept of one is
not held against another.
"""

import asyncio
import fcntl
import json
import mmap
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from server.audit import signing
from server.audit.trail_models import AccessChainHead
from server.kit.errors import NotFound
from server.kit.ids import new_uid

Heads = dict[int, tuple[int, str]]  # resident -> seq and mac of their last line


@dataclass(frozen=True)
class CheckpointHead:
    """What is signed of one checkpoint; no person, and nothing of the trail but digests."""

    ledger: str  # the file it stands in
    number: int
    at: str
    previous: str  # digest of the line before
    root: str  # over all heads
    moved: str  # digest of what the line says besides


@dataclass(frozen=True)
class PublishedCheckpoint:
    """For another organisation to keep. The signature stands under `head` as canonical JSON."""

    head: CheckpointHead
    signature: str
    public_key: str


@dataclass
class Ledger:
    """What a checkpoint file says, as far as it was read."""

    missing: bool = False  # a file was named, and there is none
    name: str = ""  # empty before the first line, and in those of the releases before ledgers had names
    read_to: int = 0  # bytes
    number: int = 0
    last: str = ""  # digest of the last line
    heads: Heads = field(default_factory=dict)
    seen: dict[tuple[int, int], str] = field(default_factory=dict)  # (resident, seq) -> mac, ever
    signatures: list[str] = field(default_factory=list)  # of the first line, the second, …
    forged: list[int] = field(default_factory=list)


async def checkpoint(path: Path, *, now: datetime) -> int:
    """Append one line over all heads as they stand, made durable; return its number."""
    heads = await heads_of()
    return await asyncio.to_thread(_append, path, heads, now)


async def latest_checkpoint(*, path: Path) -> PublishedCheckpoint:
    """Return the last checkpoint as it may be told to anybody; `NotFound` before the first."""
    return await asyncio.to_thread(_latest, path)


async def ledger_of(path: Path | None) -> Ledger:
    """Read the whole file, never what this process remembers of it: it may have been changed since."""
    ledger = Ledger()
    if path:
        await asyncio.to_thread(_read_on, ledger, path)
    return ledger


async def heads_of(residents: Sequence[int] | None = None) -> Heads:
    heads = AccessChainHead.all() if residents is None else AccessChainHead.filter(resident_id__in=residents)
    rows = await heads.values_list("resident_id", "seq", "mac")
    return {resident: (seq, mac) for resident, seq, mac in rows if seq}


def _append(path: Path, heads: Heads, now: datetime) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two workers must not both continue the same line
        ledger = _remembered(path)
        moves = {
            "moved": {
                str(resident): list(head)
                for resident, head in heads.items()
                if ledger.heads.get(resident) != head
            },
            # Must stay empty; kept so that the file itself shows when a trail vanished.
            "gone": sorted(ledger.heads.keys() - heads.keys()),
        }
        head = CheckpointHead(
            ledger=ledger.name or new_uid(),
            number=ledger.number + 1,
            at=now.astimezone(UTC).isoformat(timespec="seconds"),
            previous=ledger.last,
            root=_root(heads),
            moved=_digest(moves),
        )
        body = asdict(head)
        file.truncate(ledger.read_to)  # of a line that never came to its end
        file.write(signing.canonical({"head": body, "signature": signing.signed(body), **moves}) + b"\n")
        file.flush()
        os.fsync(file.fileno())
        return head.number


_ledgers: dict[Path, Ledger] = {}


def _remembered(path: Path) -> Ledger:
    """Return the ledger of this process, with what was added since; a file that became shorter is read anew."""
    ledger = _ledgers.get(path)
    if ledger is None or path.stat().st_size < ledger.read_to:
        ledger = _ledgers[path] = Ledger()
    _read_on(ledger, path)
    return ledger


def _read_on(ledger: Ledger, path: Path) -> None:
    if not path.exists():
        ledger.missing = True
        return
    with path.open("rb") as file:
        file.seek(ledger.read_to)
        for line in file:
            if line.endswith(b"\n"):  # otherwise it is being written, or a power cut came before its end
                _take(ledger, line)


def _take(ledger: Ledger, line: bytes) -> None:
    ledger.number += 1
    ledger.read_to += len(line)
    said = _verified(line)
    moved: Heads = {int(resident): (seq, mac) for resident, (seq, mac) in said.get("moved", {}).items()}
    ledger.heads.update(moved)
    ledger.seen.update({(resident, seq): mac for resident, (seq, mac) in moved.items()})
    for resident in said.get("gone", ()):
        ledger.heads.pop(resident, None)
    head = said.get("head", {})
    name = head.get("ledger", ledger.name)
    if (head.get("number"), head.get("previous"), head.get("root"), name) != (
        ledger.number,
        ledger.last,
        _root(ledger.heads),
        ledger.name or name,
    ):
        ledger.forged.append(ledger.number)
    ledger.name = ledger.name or name
    ledger.signatures.append(said.get("signature", ""))
    ledger.last = sha256(line).hexdigest()


def _verified(line: bytes) -> dict[str, Any]:
    """Return what the line says, or nothing when it is not ours."""
    try:
        said: dict[str, Any] = json.loads(line)
        moves = {"moved": said["moved"], "gone": said["gone"]}
        ours = signing.is_signed(said["head"], said["signature"]) and said["head"]["moved"] == _digest(moves)
    except (ValueError, KeyError, TypeError):
        return {}
    return said if ours else {}


def _latest(path: Path) -> PublishedCheckpoint:
    if not path.exists() or not path.stat().st_size:
        raise NotFound
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        end = text.rfind(b"\n")  # behind it, a line may be under way
        if end < 0:
            raise NotFound
        said = json.loads(text[text.rfind(b"\n", 0, end) + 1 : end])
    if "ledger" not in said["head"]:
        raise NotFound  # of the release before: the worker writes the next one within a minute
    return PublishedCheckpoint(
        head=CheckpointHead(**said["head"]),
        signature=said["signature"],
        public_key=signing.public_key().hex(),
    )


def _root(heads: Heads) -> str:
    digest = sha256()
    for resident in sorted(heads):
        seq, mac = heads[resident]
        digest.update(f"{resident}:{seq}:{mac}\n".encode())
    return digest.hexdigest()


def _digest(moves: dict[str, Any]) -> str:
    return sha256(signing.canonical(moves)).hexdigest()
