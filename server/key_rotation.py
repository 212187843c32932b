"""After a change of keys or of the algorithm: seal every value anew and write every digest anew, while the server serves.

It may be killed and started again at any time: what has been done is known by the tokens themselves. Each value is
replaced only as it was read (compare-and-set), in batches of one transaction. One pass is not enough, because a process
that was not restarted yet may seal with the old key behind it (reliability §4); so passes are repeated until a whole one
finds nothing, and then every token in the tables is counted by the key that it names.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

from tortoise.connection import get_connection

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.booking.models import Appointment
from server.booking.rules import LIVE_STATUSES
from server.kit import sealing
from server.kit.clock import local_date
from server.kit.database import is_duplicate, placeholder
from server.kit.sealed_columns import SealedColumn
from server.kit.sealing import SealBroken
from server.kit.transactions import action
from server.people.models import ProxyGrant
from server.people.rules import ProxyStatus
from server.settings import MODEL_MODULES

Say = Callable[[str], None]

SAID_EVERY: Final = 5.0  # seconds
BROKEN: Final = "打不开：密文被改动过，或者缺少加密它的密钥"
TWICE: Final = "与另一行是同一个号码：请先在后台合并这两份档案，再运行一次"


@dataclass
class _Pass:
    """What one walk through the tables came to."""

    changed: int = 0
    overtaken: int = 0  # edited between our look and our write: the next pass looks again
    stuck: dict[str, str] = field(default_factory=dict)  # row -> why it cannot be sealed anew


def sealed_columns() -> Sequence[SealedColumn]:
    return [column for name in MODEL_MODULES for column in getattr(import_module(name), "SEALED", ())]


async def rotate(*, actor: Actor, say: Say, now: datetime) -> bool:
    """Do all of it and tell on the way; return whether the old keys may be taken out of the ring."""
    total, found = 0, await _pass(say)
    while found.changed or found.overtaken:
        total += found.changed
        found = await _pass(say)
    for row, why in found.stuck.items():
        say(f"{row} {why}。")
    for column in sealed_columns():
        for sentence in await _counted(column):
            say(sentence)
    done = not [column for column in sealed_columns() if await _outdated(column, after=0)]
    await _noted(actor=actor, changed=total, done=done, now=now)
    if done:
        say(f"换完了：重新加密了 {total} 个值，清点确认没有一个值还用旧密钥。")
        await _say_what_may_go(say, now)
    else:
        say(f"没有换完：重新加密了 {total} 个值，上面列出的还用旧密钥。旧密钥请都留着，处理后再运行一次。")
    return done


async def _pass(say: Say) -> _Pass:
    found, said = _Pass(), time.monotonic()
    for column in sealed_columns():
        after: int | None = 0
        while after is not None:
            after = await _batch(column=column, after=after, found=found)
            if time.monotonic() - said >= SAID_EVERY:
                said = time.monotonic()
                say(f"正在处理 {column}，这一遍已重新加密 {found.changed} 个值。")
    say(f"走完一遍：重新加密了 {found.changed} 个值。")
    return found


async def _batch(*, column: SealedColumn, after: int, found: _Pass) -> int | None:
    """Seal one batch anew; return the last id looked at, None when there is nothing behind it."""
    ids = await _outdated(column, after=after)
    if not ids:
        return None
    # A transaction that is repeated must not count twice.
    one = await _seal_anew(column=column, ids=ids)
    found.changed += one.changed
    found.overtaken += one.overtaken
    found.stuck |= one.stuck
    return ids[-1]


@action
async def _seal_anew(*, column: SealedColumn, ids: Sequence[int]) -> _Pass:
    found = _Pass()
    rows = column.table.filter(id__in=ids).order_by("id")
    for row in await (rows.select_related(*column.parents) if column.parents else rows):
        old = getattr(row, column.column)
        if old is None:
            continue
        try:
            unchanged: dict[str, Any] = {"id": row.id, column.column: old}
            if await column.table.filter(**unchanged).update(**_anew(column, row, old)):
                found.changed += 1
            else:
                found.overtaken += 1
        except SealBroken:
            found.stuck[f"{column} {row.uid}"] = BROKEN
        except Exception as error:
            if not is_duplicate(error):
                raise
            found.stuck[f"{column} {row.uid}"] = TWICE
    return found


def _anew(column: SealedColumn, row: Any, old: bytes) -> dict[str, Any]:
    place = column.place(row)
    content = sealing.open_sealed_bytes(old, place=place)
    new: dict[str, Any] = {column.column: sealing.seal_bytes(content, place=place)}
    if column.index:
        new[column.index] = sealing.blind_index(content.decode(), column=column.indexed_as)
    return new


async def _outdated(column: SealedColumn, *, after: int) -> list[int]:
    """Return the next rows with a token or a digest of another key than the one that is used now."""
    header, prefix, mark = sealing.current_header(), sealing.current_index_prefix(), placeholder()
    other, values = f"SUBSTR({column.column}, 1, {len(header)}) <> {mark}", list[Any]((after, header))
    if column.index:
        other += f" OR {column.index} IS NULL OR SUBSTR({column.index}, 1, {len(prefix)}) <> {mark}"
        values.append(prefix)
    _, rows = await get_connection("default").execute_query(
        f"SELECT id FROM {column.table_name} WHERE id > {mark} AND {column.column} IS NOT NULL AND ({other}) "  # noqa: S608
        f"ORDER BY id LIMIT {column.at_once}",
        values,
    )
    return [row["id"] for row in rows]


async def _counted(column: SealedColumn) -> list[str]:
    """Return one sentence for each key that a token of this column names."""
    _, rows = await get_connection("default").execute_query(
        f"SELECT SUBSTR({column.column}, 1, {len(sealing.current_header())}) AS header, COUNT(*) AS tokens "  # noqa: S608
        f"FROM {column.table_name} WHERE {column.column} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return [f"{column}：{row['tokens']} 个值，{_sealed_with(bytes(row['header']))}。" for row in rows]


def _sealed_with(header: bytes) -> str:
    try:
        algorithm, key_id = sealing.sealed_with(header)
    except SealBroken:
        return "不是本系统加密的"
    return f"{key_id} 号密钥，{algorithm.name.replace('_', '-')}{'' if header == sealing.current_header() else '（旧）'}"


@action
async def _noted(*, actor: Actor, changed: int, done: bool, now: datetime) -> None:
    algorithm, key_id = sealing.sealed_with(sealing.current_header())
    await note(
        actor,
        "keys.rotated",
        subject_kind="keyring",
        subject_uid=str(key_id),
        detail={"algorithm": algorithm.name, "resealed": changed, "done": done},
        now=now,
    )


async def _say_what_may_go(say: Say, now: datetime) -> None:
    spare = sealing.spare_keys()
    if spare.data:
        say(f"现在可以从 SEALING_KEYS 里去掉 {_listed(spare.data)} 号。")
    if not spare.index:
        return
    last = await _digests_last_until(now)
    if last > now:
        day = local_date(last)
        say(
            f"INDEX_KEYS 里的 {_listed(spare.index)} 号请留到 {day} 之后：手机里的预约凭据和没有核对的代办申请还认它。"
        )
    else:
        say(f"现在可以从 INDEX_KEYS 里去掉 {_listed(spare.index)} 号。")


async def _digests_last_until(now: datetime) -> datetime:
    """Return until when a digest may be shown to us whose value we do not hold: receipts, and applications to nobody."""
    last = [now]
    appointment = (
        await Appointment.filter(status__in=LIVE_STATUSES)
        .order_by("-slot__starts_at")
        .select_related("slot")
        .first()
    )
    if appointment is not None:
        last.append(appointment.slot.starts_at)
    unnamed = ProxyGrant.filter(resident_id__isnull=True, status=ProxyStatus.APPLIED).order_by("-created_at")
    newest = await unnamed.first()
    if newest is not None:
        last.append(newest.created_at + timedelta(days=await parameter("people.application_days", on=now)))
    return max(last)


def _listed(keys: Sequence[int]) -> str:
    return "、".join(str(key) for key in keys)
