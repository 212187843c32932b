"""The hot reads go by their indexes (performance.md): asserted, since a full scan is as right and a thousand times slower."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.consent.rules import Purpose, RecordCategory
from server.demo import Town
from server.kit.clock import local_date
from server.kit.engines.prepared import Prepared
from server.kit.pages import PageWish
from server.people.models import Resident
from server.records.access import subjects
from server.records.models import RecordEntry
from server.records.queries import EntryWish, newest, timelines
from server.records.rules import EntryKind
from tests.core.records.worlds import BODIES, writer

pytestmark = pytest.mark.mysql


async def explained(prepared: Prepared, **values: Any) -> list[dict[str, Any]]:
    kept = prepared.plan("mysql")
    _, rows = await get_connection("default").execute_query(
        f"EXPLAIN {kept.sql}", prepared._bind(kept, values)
    )
    return [dict(row) for row in rows]


async def plan(prepared: Prepared, table: str, **values: Any) -> dict[str, Any]:
    (found,) = [row for row in await explained(prepared, **values) if row["table"] == table]
    return found


async def _much_written(town: Town, clock: Any) -> None:
    code, body = BODIES[EntryKind.OBSERVATION]
    wrote = await writer(town, clock(), "wang")
    for everybody in await Resident.all():
        await RecordEntry.bulk_create([
            RecordEntry(
                resident=everybody, category=RecordCategory.CHRONIC, kind=EntryKind.OBSERVATION, code=code,
                source=wrote.source, author=wrote.author, effective_at=clock() - timedelta(hours=number), body=body,
                created_at=clock(),
            )
            for number in range(100 if everybody == wrote.resident else 1000)
        ])  # fmt: skip
    await get_connection("default").execute_script("ANALYZE TABLE record_entry")


@pytest.mark.parametrize(("somebody", "purpose"), [("daughter", Purpose.SELF), ("doctor", Purpose.VISIT)])
async def test_the_newest_of_one_resident_among_many(
    town: Town, actor: Callable[[str], Awaitable[Actor]], clock: Any, somebody: str, purpose: Purpose
) -> None:
    await _much_written(town, clock)
    await timelines.timeline(
        wish=EntryWish(await actor(somebody), town.people.wang, purpose, clock()), page=PageWish()
    )
    resident = await Resident.get(uid=town.people.wang)
    house = await Institution.get(uid=town.alliance.health_center)

    by_uid = subjects.by_uid._shapes[("uids", 1),]
    subject = await plan(by_uid, "resident", uids_0=town.people.wang)
    if purpose is Purpose.SELF:
        entries = await plan(newest._newest, "record_entry", resident=resident.id, limit=21)
    else:
        kept = newest.newest_for_staff(purpose)
        entries = await plan(
            kept,
            "record_entry",
            resident=resident.id,
            institution=house.id,
            now=clock(),
            today=local_date(clock()),
            limit=21,
        )

    assert subject["type"] == "const"
    assert entries["type"] in {"ref", "range"}, entries
    assert "filesort" not in str(entries["Extra"]), entries


async def test_the_newest_of_several_go_by_the_index_without_a_table_between(town: Town, clock: Any) -> None:
    """Long texts would go to the disk in such a table."""
    await _much_written(town, clock)
    values = {"resident": (await Resident.get(uid=town.people.wang)).id, "limit": 21}
    three = newest._newest_of_each._sized(3)

    rows = await explained(
        three, **{f"{name}_{part}": value for part in range(3) for name, value in values.items()}
    )

    parts = [row for row in rows if row["table"] == "record_entry"]
    assert [part["type"] for part in parts] == ["ref"] * 3
    assert not any("filesort" in str(part["Extra"]) for part in parts)
    assert not any(row["select_type"] == "UNION RESULT" for row in rows)
