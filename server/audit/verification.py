"""Read the chains and hold them against what was kept elsewhere: checkpoints, shipped marks, published heads."""

import hmac
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from server.audit import signing
from server.audit.chain import COLUMNS, PREVIOUS, RESIDENT, SEQ, mac_of
from server.audit.checkpoint import Heads, Ledger, heads_of, ledger_of
from server.audit.shipping import Mark, shipped
from server.audit.trail import trail_keys
from server.audit.trail_models import AccessEntry

ROWS_AT_ONCE: Final = 5000
LINES_A_CHAIN: Final = 20  # looked through to find whose records were looked at last


class Fault(StrEnum):
    EDITED = "edited"  # the digest does not fit the line, or was made without the key
    GAP = "gap"  # a line is missing in between, or two were swapped
    BROKEN_LINK = "broken_link"  # it does not continue the line before it
    WRONG_HEAD = "wrong_head"  # the head is not the last line
    CUT = "cut"  # shorter than a checkpoint, or a shipped mark, has seen it
    REWRITTEN = "rewritten"  # another line stands where one was seen
    FORGED_CHECKPOINT = "forged_checkpoint"  # the file itself was changed
    REPLACED_CHECKPOINT = "replaced_checkpoint"  # somebody else keeps another checkpoint of this number


@dataclass(frozen=True)
class TrailFault:
    fault: Fault
    resident_id: int | None  # None: the checkpoint file
    place: int  # the line of the chain, or of the file


@dataclass(frozen=True)
class KeptHeads:
    """What came of the heads that somebody else kept."""

    compared: int = 0
    elsewhere: Mapping[str, int] = field(default_factory=dict)  # of ledgers that were not read: name -> heads
    unreadable: int = 0  # lines that are no head signed by anybody: blank, or a server's error


@dataclass(frozen=True)
class TrailVerdict:
    chains: int
    rows: int
    checkpoints: int
    faults: tuple[TrailFault, ...]
    missing: tuple[Path, ...] = ()  # checkpoint files that were named and are not there
    kept: KeptHeads = KeptHeads()

    @property
    def sound(self) -> bool:
        return not self.faults

    @property
    def proved(self) -> bool:
        """Tell whether all was there to compare with; where lines are, a checkpoint file that is gone proves nothing."""
        return self.sound and not self.kept.elsewhere and not (self.missing and self.rows)


async def verify_trails(
    checkpoint_file: Path | None,
    *,
    marks: Path | None = None,
    kept: Path | None = None,
    others: Sequence[Path] = (),
) -> TrailVerdict:
    """Read every chain from its beginning and compare it with every checkpoint; changes nothing.

    `marks` is what was shipped, `kept` what another organisation kept of the published heads, `others` are the
    checkpoint files of the other nodes.
    """
    ledger = await ledger_of(checkpoint_file)
    beside = [await ledger_of(path) for path in others]
    walk = _Walk(ledger.seen)
    for other in beside:
        walk.expect(Mark(*place, mac) for place, mac in other.seen.items())
    walk.expect(shipped(marks) if marks else ())
    before = await heads_of()
    async for row in _rows():
        walk.take(row)
    walk.finish(before, await heads_of())
    ledgers = [ledger, *beside]
    of_the_files = [
        TrailFault(Fault.FORGED_CHECKPOINT, None, place) for each in ledgers for place in each.forged
    ]
    replaced, told = _replaced(ledgers, kept) if kept else ([], KeptHeads())
    files = zip([checkpoint_file, *others], ledgers, strict=True)
    return replace(
        _verdict(walk, ledger, [*of_the_files, *replaced]),
        missing=tuple(path for path, each in files if path and each.missing),
        kept=told,
    )


async def verify_chains(residents: Sequence[int], checkpoint_file: Path | None) -> TrailVerdict:
    """Read only these chains, and compare them with what the checkpoints saw of them; changes nothing."""
    ledger = await ledger_of(checkpoint_file)
    wanted = frozenset(residents)
    walk = _Walk({place: mac for place, mac in ledger.seen.items() if place[0] in wanted})
    before = await heads_of(residents)
    for resident in sorted(wanted):
        async for row in _rows_of(resident):
            walk.take(row)
    walk.finish(before, await heads_of(residents))
    return _verdict(walk, ledger, [])


async def newest_chains(*, most: int) -> tuple[int, ...]:
    """Return the residents whose records were looked at last."""
    lines = AccessEntry.all().order_by("-id").limit(most * LINES_A_CHAIN).only("id", "resident_id")
    return tuple(dict.fromkeys(line.resident_id for line in await lines))[:most]


class _Walk:
    """Follow the chains, line by line, in the order of residents and numbers."""

    def __init__(self, seen: Mapping[tuple[int, int], str]) -> None:
        self.faults: list[TrailFault] = []
        self.ends: Heads = {}
        self.rows = 0
        self._unseen = dict(seen)
        self._keys = trail_keys()

    def expect(self, marks: Iterable[Mark]) -> None:
        """Look for these lines too; two marks of one place are themselves a history that was written anew."""
        for mark in marks:
            place = mark.resident_id, mark.seq
            if self._unseen.setdefault(place, mark.mac) != mark.mac:
                self._blame(Fault.REWRITTEN, *place)

    def take(self, row: tuple[Any, ...]) -> None:
        self.rows += 1
        values, mac = row[:-1], row[-1]
        resident, seq = values[RESIDENT], values[SEQ]
        last_seq, last_mac = self.ends.get(resident, (0, ""))
        if not any(hmac.compare_digest(mac_of(values, key), mac) for key in self._keys):
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


def _verdict(walk: _Walk, ledger: Ledger, of_the_file: Sequence[TrailFault]) -> TrailVerdict:
    return TrailVerdict(
        chains=len(walk.ends),
        rows=walk.rows,
        checkpoints=ledger.number,
        faults=(*of_the_file, *walk.faults),
    )


def _replaced(ledgers: Sequence[Ledger], kept: Path) -> tuple[list[TrailFault], KeptHeads]:
    """Compare with what another organisation kept, one published head a line. Ours must be those, with those signatures.

    A head of a ledger that was not read accuses nobody: on a cluster every node has its own. It proves nothing either.
    """
    faults = []
    elsewhere: Counter[str] = Counter()
    compared = unreadable = 0
    for line in kept.read_text(errors="replace").splitlines():
        head = _kept_head(line)
        if head is None:
            unreadable += 1
            continue
        number, name, signature = head
        # The releases before ledgers had names: one of those that were read must hold it.
        asked = [each for each in ledgers if name in ("", each.name)]
        if not asked:
            elsewhere[name] += 1
            continue
        compared += 1
        if not any(each.signatures[number - 1 : number] == [signature] for each in asked):
            faults.append(TrailFault(Fault.REPLACED_CHECKPOINT, None, number))
    return faults, KeptHeads(compared, elsewhere, unreadable)


def _kept_head(line: str) -> tuple[int, str, str] | None:
    """Return number, ledger and signature of a head that somebody signed, or None where the line is none."""
    try:
        told = json.loads(line)
        head, signature = told["head"], told["signature"]
        if not signing.verifies(bytes.fromhex(told["public_key"]), head, signature):
            return None  # never signed by anybody: it accuses nobody
        return int(head["number"]), str(head.get("ledger", "")), str(signature)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # a blank line, or what a server said in place of a head


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
