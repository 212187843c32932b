"""Write the access trail: committed before the answer leaves, many answers in one transaction.

Lock order: chain heads come last in every transaction, several of them in the order of their residents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tortoise.connection import get_connection
from tortoise.expressions import F

from server.audit.chain import COLUMNS, RESIDENT, SEQ, AccessLine, mac_of, values_of
from server.audit.errors import RightsChanged
from server.audit.shipping import Mark, ship
from server.audit.trail_models import AccessChainHead
from server.kit.database import dialect, placeholder
from server.kit.errors import Busy
from server.kit.ids import new_uid
from server.kit.together import Together
from server.kit.transactions import action, after_commit, inside_an_action

MOST_TOGETHER: Final = 256  # waiting answers in one transaction
ATTEMPTS: Final = 5
SHORTEST_KEY: Final = 32  # bytes

_keys: list[bytes] = []


def configure(key: bytes, *retired: bytes) -> None:
    """Set the key of the chains; lines that the retired ones made still verify.

    They are kept outside the database: who has only the database cannot forge a line.
    """
    if any(len(each) < SHORTEST_KEY for each in (key, *retired)):
        message = f"The trail key must have at least {SHORTEST_KEY} bytes"
        raise ValueError(message)
    _keys[:] = [key, *retired]


def trail_key() -> bytes:
    return trail_keys()[0]


def trail_keys() -> Sequence[bytes]:
    """Return the key that chains, and those that did before it."""
    if not _keys:
        message = "audit.trail.configure(key) has not been called"
        raise RuntimeError(message)
    return _keys


async def record(lines: Sequence[AccessLine], *, now: datetime) -> None:
    """Write the lines of one answer, all or none; when this returns they are committed.

    Inside an action they belong to its transaction. Outside, answers that wait at the same time share one.
    Refuses with `RightsChanged`.
    """
    if not lines:
        return
    if inside_an_action():
        refused = await _append([_Answer(lines, now)])
        if refused:
            raise RightsChanged
        return
    await _commit(_Answer(lines, now))


async def rights_of(resident_id: int) -> int:
    """Return the number to be given back with the line. Ask it before asking what may be seen."""
    head = await AccessChainHead.get_or_none(resident_id=resident_id)
    return head.rights if head else 0


async def rights_changed(resident_id: int, *, now: datetime) -> None:
    """Stop every read of this resident that is under way; called in the transaction that changes who may see what."""
    changed = AccessChainHead.filter(resident_id=resident_id)
    if not await changed.update(rights=F("rights") + 1):
        await _found_chains([resident_id], now)
        await changed.update(rights=F("rights") + 1)


@dataclass(frozen=True)
class _Answer:
    lines: Sequence[AccessLine]
    now: datetime


@dataclass(frozen=True)
class _Head:
    seq: int
    mac: str
    rights: int


class _Raced(Exception):
    """Another node moved a head between our look and our write."""


async def _outcomes(answers: Sequence[_Answer]) -> Sequence[Exception | None]:
    """Write the lines of many answers in one transaction, and tell of each answer what became of it."""
    try:
        refused = await _write_together(answers)
    except (
        _Raced
    ):  # somebody moves one of these heads all the time: the other answers have nothing to do with it
        return [Busy()] if len(answers) == 1 else await _one_by_one(answers)
    except Exception as error:  # noqa: BLE001  it is handed to whoever waits for it
        # The database was away: one by one they would wait again.
        if len(answers) == 1 or isinstance(error, Busy):
            return [error] * len(answers)
        return await _one_by_one(answers)
    return [RightsChanged() if place in refused else None for place in range(len(answers))]


async def _one_by_one(answers: Sequence[_Answer]) -> Sequence[Exception | None]:
    """Give each answer a transaction of its own: one's fault must not take the others along."""
    return [outcome for answer in answers for outcome in await _outcomes([answer])]


# A caller who is cancelled has their line written all the same, which errs on the right side.
_commit: Together[_Answer, None] = Together(_outcomes, most=MOST_TOGETHER)


async def _write_together(answers: Sequence[_Answer]) -> frozenset[int]:
    for _ in range(ATTEMPTS - 1):
        try:
            return await _append_alone(answers=answers)
        except _Raced:
            continue
    return await _append_alone(answers=answers)


@action
async def _append_alone(*, answers: Sequence[_Answer]) -> frozenset[int]:
    return await _append(answers)


async def _append(answers: Sequence[_Answer]) -> frozenset[int]:
    """Add the lines of the answers whose rights still hold; return the places of those refused."""
    residents = sorted({line.resident_id for answer in answers for line in answer.lines})
    heads = await _locked_heads(residents)
    missing = [resident for resident in residents if resident not in heads]
    if missing:
        await _found_chains(missing, answers[0].now)
        heads = await _locked_heads(residents)
    refused = frozenset(
        place
        for place, answer in enumerate(answers)
        if any(
            line.rights is not None and line.rights != heads[line.resident_id].rights for line in answer.lines
        )
    )
    kept = [answer for place, answer in enumerate(answers) if place not in refused]
    if kept:
        rows, moved = _chained(kept, heads)
        await _move_heads(heads, moved)
        await get_connection("default").execute_many(_insert(), rows)
        marks = [Mark(row[RESIDENT], row[SEQ], row[-1]) for row in rows]
        after_commit(lambda: ship(marks))
    return refused


def _chained(answers: Sequence[_Answer], heads: dict[int, _Head]) -> tuple[list[list[Any]], dict[int, _Head]]:
    key = trail_key()
    moved: dict[int, _Head] = {}
    rows: list[list[Any]] = []
    for answer in answers:
        for line in answer.lines:
            head = moved.get(line.resident_id) or heads[line.resident_id]
            values = values_of(
                line, uid=new_uid(), at=answer.now.astimezone(UTC), seq=head.seq + 1, previous=head.mac
            )
            mac = mac_of(values, key)
            moved[line.resident_id] = _Head(head.seq + 1, mac, head.rights)
            rows.append([*values, mac])
    return rows, moved


async def _locked_heads(residents: Sequence[int]) -> dict[int, _Head]:
    # SQLite has no row locks and needs none: its transactions begin with the right to write.
    lock = " FOR UPDATE" if dialect() == "mysql" else ""
    # In this and the next two statements only placeholders are put into the text.
    _, rows = await get_connection("default").execute_query(
        "SELECT resident_id, seq, mac, rights FROM access_chain_head "  # noqa: S608
        f"WHERE resident_id IN ({_marks(len(residents))}) ORDER BY resident_id{lock}",
        list(residents),
    )
    return {row["resident_id"]: _Head(row["seq"], row["mac"], row["rights"]) for row in rows}


async def _found_chains(residents: Sequence[int], now: datetime) -> None:
    rows = [AccessChainHead(resident_id=resident, created_at=now) for resident in residents]
    await AccessChainHead.bulk_create(rows, ignore_conflicts=True)


async def _move_heads(old: Mapping[int, _Head], new: Mapping[int, _Head]) -> None:
    """Move every head in one statement, each only from where it was seen.

    The condition is what holds across the nodes of a cluster, where a lock taken by a read does not (reliability 1.3).
    """
    residents = sorted(new)
    case = "CASE resident_id " + f"WHEN {placeholder()} THEN {placeholder()} " * len(residents) + "END"

    def each(heads: Mapping[int, _Head], name: str) -> list[Any]:
        return [part for resident in residents for part in (resident, getattr(heads[resident], name))]

    changed, _ = await get_connection("default").execute_query(
        f"UPDATE access_chain_head SET seq = {case}, mac = {case} "  # noqa: S608
        f"WHERE resident_id IN ({_marks(len(residents))}) AND seq = {case} AND rights = {case}",
        # The new numbers are set first, but MariaDB and SQLite both judge the condition by the old row.
        [*each(new, "seq"), *each(new, "mac"), *residents, *each(old, "seq"), *each(old, "rights")],
    )
    if changed != len(residents):
        raise _Raced


def _insert() -> str:
    names = ", ".join(f"`{name}`" for name in (*COLUMNS, "mac"))
    return f"INSERT INTO access_entry ({names}) VALUES ({_marks(len(COLUMNS) + 1)})"  # noqa: S608


def _marks(count: int) -> str:
    return ", ".join([placeholder()] * count)
