"""Read the chains and hold them against what was kept elsewhere: checkpoints, shipped marks, published heads."""

import hmac
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
class TrailVerdict:
    chains: int
    rows: int
    checkpoints: int
    faults: tuple[TrailFault, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


async def verify_trails(
    checkpoint_file: Path | None, *, marks: Path | None = None, kept: Path | None = None
) -> TrailVerdict:
    """Read every chain from its beginning and compare it with every checkpoint; changes nothing.

    `marks` is what was shipped, `kept` what another organisation kept of the published heads.
    """
    ledger = await ledger_of(checkpoint_file)
    walk = _Walk(ledger.seen)
    walk.expect(shipped(marks) if marks else ())
    before = await heads_of()
    async for row in _rows():
        walk.take(row)
    walk.finish(before, await heads_of())
    of_the_file = [TrailFault(Fault.FORGED_CHECKPOINT, None, place) for place in ledger.forged]
    of_the_file += _replaced(ledger, kept) if kept else []
    return _verdict(walk, ledger, of_the_file)


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


def _replaced(ledger: Ledger, kept: Path) -> list[TrailFault]:
    """Compare with what another organisation kept, one published head a line. Ours must be those, with those signatures."""
    faults = []
    for line in kept.read_text().splitlines():
        told = json.loads(line)
        number, signature = told["head"]["number"], told["signature"]
        if not signing.verifies(bytes.fromhex(told["public_key"]), told["head"], signature):
            continue  # never signed by anybody: it accuses nobody
        if ledger.signatures[number - 1 : number] != [signature]:
            faults.append(TrailFault(Fault.REPLACED_CHECKPOINT, None, number))
    return faults


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
