"""Answers of kept queries are read and decoded by hand on MariaDB; they must be what the driver would have made."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from server.kit.engines.counting import counted
from server.kit.engines.listed import listed, written_for_many
from server.kit.engines.prepared import prepared, rows, written
from server.kit.engines.stacked import stacked
from tests.engines.tables import Ward

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
COLUMNS = {"id": int, "name": str, "opened_at": datetime}
by_name = written(
    "SELECT id, name, opened_at FROM ward WHERE name = :name AND '100%' <> ''", COLUMNS, name=str
)
repeated = written(
    "SELECT REPEAT('老', :times), NULL FROM ward ORDER BY id", {"text": str, "none": str}, times=int
)
named = listed(
    lambda names: Ward.filter(name__in=names).order_by("id").values_list("name", flat=True), {"names": str}
)
coded = written_for_many(
    "SELECT name FROM ward WHERE code IN (:codes) ORDER BY id", {"name": str}, {"codes": str}
)


from_b = prepared(
    lambda code, limit: (
        Ward.filter(code__gt=code, name__not="50% off")
        .order_by("-name")
        .limit(limit)
        .values("name", "opened_at")
    ),
    code=str,
    limit=int,
)
of_each = stacked(from_b)


async def _wards(*names: str) -> None:
    for hours, name in enumerate(names):
        await Ward(
            name=name, code=f"c-{name}", opened_at=NOON + timedelta(hours=hours, microseconds=7)
        ).save()


async def test_written_sql_gives_typed_tuples(either):
    await _wards("东 '区' %s :name", "West")

    found = await by_name(name="东 '区' %s :name")

    assert [row[1:] for row in found] == [("东 '区' %s :name", NOON + timedelta(microseconds=7))]
    assert isinstance(found[0][0], int)
    assert await by_name(name="nobody") == []


async def test_lists_of_any_length(either):
    await _wards("a", "b", "c")

    assert await named(names=["a"]) == ["a"]
    assert await named(names=["c", "x", "a"]) == ["a", "c"]
    assert await coded(codes=["c-b", "c-a", "c-a"]) == [("a",), ("b",)]


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_each_of_many_is_given_what_it_would_be_given_alone(either, size):
    """In its own order and with its own limit; one who finds nothing finds nothing."""
    await _wards(*"abcdef")
    wishes = [
        {"code": code, "limit": limit}
        for code, limit in (("c-b", 2), ("c-z", 2), ("c-", 4), ("c-e", 9), ("c-b", 1))
    ]
    alone = [await from_b(**wish) for wish in wishes[:size]]

    async with counted() as statements:
        together = await of_each(wishes[:size])

    assert together == alone
    assert [row["name"] for row in together[0]] == ["f", "e"]
    assert len(statements) == (1 if either.startswith("mysql") else size)


@pytest.mark.parametrize("times", [0, 83, 84, 21_845, 21_846, 300_000, 4_000_000])
async def test_values_of_every_length_on_mariadb(mysql, times):
    """One byte, three, four and nine tell the length; the answer comes in one piece or in many."""
    await _wards("a", "b", "c")

    found = await repeated(times=times)

    assert found == [("老" * times, None)] * 3


async def test_a_refusal_of_the_server_leaves_the_connection_usable(mysql):
    wrong = written("SELECT nothing FROM ward", {"nothing": str})

    with pytest.raises(OperationalError, match="1054"):
        await wrong()

    async with counted() as statements:
        assert await named(names=["x"]) == []
    assert len(statements) == 1


async def test_a_table_that_changed_meanwhile_is_read_anew(mysql):
    everything = written("SELECT * FROM kept", {"a": int, "b": str})
    connection = get_connection("default")
    await connection.execute_script(
        "CREATE TABLE kept (a INT, b VARCHAR(9)); INSERT INTO kept VALUES (1, 'x')"
    )
    assert await everything() == [(1, "x")]

    await connection.execute_script("ALTER TABLE kept MODIFY a VARCHAR(9)")

    assert await everything() == [("1", "x")]


async def test_who_is_cancelled_leaves_no_answer_behind_for_the_next(mysql):
    await _wards("a")
    slow = prepared(lambda code: Ward.filter(code=code).values_list("name", flat=True), code=str)
    await slow(code="c-a")
    for _ in range(20):
        task = asyncio.create_task(slow(code="c-a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert await rows("SELECT 7") == [(7,)]
    assert await slow(code="c-a") == ["a"]
