"""A client that hangs up cancels its handler, at any moment: nothing may be lost, held, or half written."""

import asyncio
import os
import random
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from server.kit.database import is_transient
from tests.engines.tables import Bed, Ward
from tests.rings import connect_to

STORM = 300  # hang-ups at once
STORMS = int(os.environ.get("STORMS", "1"))  # one after the other; 34 are the ten thousand of a night
TURNS = 40
QUICK = 5.0  # seconds, for what takes milliseconds


async def _visit(name: str) -> None:
    async with in_transaction():
        await Ward(name=f"{name} first").save()
        await Ward(name=f"{name} second").save()


async def _hang_up_after(turns: int) -> None:
    """Begin a transaction and cancel it once the event loop has gone round so many times."""
    task = asyncio.create_task(_visit(f"turn {turns}"))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


async def _served(seconds: float = QUICK) -> bool:
    """Tell whether an honest request is still answered."""
    try:
        async with asyncio.timeout(seconds):
            await _visit("honest")
    except TimeoutError:
        return False
    return True


async def _visit_and_hang_up(name: str, moment: str) -> None:
    """Be cancelled within the first or the second statement, or within the COMMIT."""
    task = asyncio.current_task()
    assert task is not None
    hang_up = asyncio.get_running_loop().call_soon
    async with in_transaction():
        if moment == "first":
            hang_up(task.cancel)
        await Ward(name=f"{name} first").save()
        if moment == "second":
            hang_up(task.cancel)
        await Ward(name=f"{name} second").save()
        if moment == "commit":
            hang_up(task.cancel)


@pytest.mark.parametrize("storm", range(STORMS))
async def test_a_storm_of_hang_ups_leaks_nothing(either, storm):
    dice = random.Random(7 + storm)
    kinds = [dice.choice(["stays", "stays", "anywhere", "first", "second", "commit"]) for _ in range(STORM)]
    async with asyncio.timeout(20):
        tasks = [
            asyncio.create_task(_visit_and_hang_up(str(number), kind)) for number, kind in enumerate(kinds)
        ]
        for task, kind in zip(tasks, kinds, strict=True):
            if kind == "anywhere":
                for _ in range(dice.randrange(20)):
                    await asyncio.sleep(0)
                task.cancel()
        await asyncio.wait(tasks)
        assert await _served()

    names = set(await Ward.all().values_list("name", flat=True))
    halves = [
        number for number in range(STORM) if (f"{number} first" in names) != (f"{number} second" in names)
    ]
    assert not halves
    done = [number for number, task in enumerate(tasks) if not task.cancelled() and not task.exception()]
    assert done
    assert sum(task.cancelled() for task in tasks) > STORM / 4
    assert all(f"{number} second" in names for number in done)
    assert {type(task.exception()) for task in tasks if not task.cancelled()} == {type(None)}
    client = get_connection("default")
    assert client._pool.used == 0 if either.startswith("mysql") else not client._lock.locked()


async def test_hanging_up_at_any_moment_leaves_the_lock_free(sqlite):
    for turns in range(TURNS):
        await _hang_up_after(turns)
    assert await _served()


async def test_stock_tortoise_freezes_after_a_hang_up(stock_sqlite):
    for turns in range(TURNS):
        await _hang_up_after(turns)
        if get_connection("default")._lock.locked():
            break
    assert not await _served(0.5)


async def test_a_cancelled_query_in_a_transaction_stays_a_cancellation(mysql):
    assert await _cancelled_in_its_query() is asyncio.CancelledError


async def test_stock_tortoise_turns_it_into_an_error_of_the_interface(stock_mysql):
    assert await _cancelled_in_its_query() is not asyncio.CancelledError


async def _cancelled_in_its_query() -> type[BaseException] | None:
    async def slow() -> None:
        async with in_transaction() as connection:
            await connection.execute_query("SELECT SLEEP(3)")

    task = asyncio.create_task(slow())
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.wait([task])
    if task.cancelled():
        return asyncio.CancelledError
    return type(task.exception())


async def _fail_to_begin(url: str) -> None:
    # In a task of its own: on stock Tortoise the task's context stays pointed at the dead connection.
    await asyncio.create_task(_begin_on_a_dead_line(url))


async def _begin_on_a_dead_line(url: str) -> None:
    """Kill the one idle connection from outside and begin on it before the loop can notice."""
    client = get_connection("default")
    number = (await client.execute_query("SELECT CONNECTION_ID() AS me"))[1][0]["me"]
    with closing(connect_to(url)) as other, other.cursor() as cursor:
        cursor.execute(f"KILL {number}")
    with pytest.raises(Exception, match=r"2013|Lost connection") as failure:
        await _visit("never")
    assert is_transient(failure.value)


async def test_a_begin_that_fails_gives_its_connection_back(mysql):
    for _ in range(6):
        await _fail_to_begin(mysql)
    assert await _served()
    assert get_connection("default")._pool.used == 0


async def test_stock_tortoise_loses_a_connection_each_time(stock_mysql):
    for _ in range(4):
        await _fail_to_begin(stock_mysql)
    assert not await _served(0.5)


async def test_a_begin_that_finds_the_file_locked_gives_its_lock_back(sqlite):
    await get_connection("default").execute_script("PRAGMA busy_timeout=20")
    with closing(sqlite3.connect(urlsplit(sqlite).path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as failure:
            await _visit("never")
        assert is_transient(failure.value)
        other.execute("COMMIT")
    assert await _served()


async def test_a_cancelled_bulk_insert_leaves_no_transaction_open(sqlite):
    ward = await Ward.create(name="East")
    client = get_connection("default")
    for turns in range(12):
        beds = [Bed(ward=ward, label=f"{turns}-{number}") for number in range(50)]
        task = asyncio.ensure_future(Bed.bulk_create(beds))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await client.execute_query("SELECT 1")
        assert not client._connection.in_transaction
    assert await Bed.all().count() % 50 == 0


async def test_the_task_is_itself_again_after_a_failed_begin(mysql):
    # The context kept pointing at the dead connection: a task spun through half a million errors.
    await _begin_on_a_dead_line(mysql)
    await Ward(name="after").save()
    assert await Ward.filter(name="after").exists()


async def test_stock_tortoise_leaves_the_task_at_the_dead_connection(stock_mysql):
    async def twice() -> None:
        await _begin_on_a_dead_line(stock_mysql)
        with pytest.raises(Exception, match="Not connected"):
            await Ward(name="after").save()

    await asyncio.create_task(twice())


async def test_a_rollback_asked_for_after_the_line_dropped_keeps_the_first_error(mysql):
    client = get_connection("default")
    with pytest.raises(ValueError, match="the reason"):  # noqa: PT012  the error must come from within
        async with in_transaction() as connection:
            number = (await connection.execute_query("SELECT CONNECTION_ID() AS me"))[1][0]["me"]
            with closing(connect_to(mysql)) as other, other.cursor() as cursor:
                cursor.execute(f"KILL {number}")
            msg = "the reason"
            raise ValueError(msg)
    assert client._pool.used == 0
    assert await _served()
