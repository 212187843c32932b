"""What a transaction promises."""

import asyncio
from contextlib import nullcontext, suppress

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from server.kit.database import SpentTransaction, database_config, is_transient, outside_transactions
from server.kit.engines.prepared import rows
from tests.engines.conftest import DRIVER, through
from tests.engines.stock import MODULES
from tests.engines.tables import Bed, Ward


async def test_three_levels(either):
    async with in_transaction():
        await Ward.create(name="kept")
        with pytest.raises(KeyError):  # noqa: PT012  the error must come from within
            async with in_transaction():
                await Ward.create(name="undone")
                async with in_transaction():
                    await Ward.create(name="undone too")
                raise KeyError
        async with in_transaction():
            await Ward.create(name="kept too")
    assert await Ward.all().order_by("id").values_list("name", flat=True) == ["kept", "kept too"]


async def test_a_refused_row_within_a_savepoint_leaves_the_rest(either):
    async with in_transaction():
        await Ward.create(name="one", code="a")
        with pytest.raises(Exception, match=r"1062|UNIQUE"):
            async with in_transaction():
                await Ward.create(name="two", code="a")
        await Ward.create(name="three", code="c")
    assert await Ward.all().count() == 2


async def test_what_is_read_again_is_fresh(mysql):
    """READ COMMITTED: the server's own default would answer from the first read's snapshot."""
    ward = await Ward.create(name="East")
    outside = outside_transactions()
    async with in_transaction():
        assert (await Ward.get(id=ward.id)).booked == 0
        await asyncio.create_task(_set_booked(ward.id, 9), context=outside)
        assert (await Ward.get(id=ward.id)).booked == 9


async def test_stock_tortoise_reads_an_old_snapshot(stock_mysql):
    ward = await Ward.create(name="East")
    outside = outside_transactions()
    async with in_transaction():
        assert (await Ward.get(id=ward.id)).booked == 0
        await asyncio.create_task(_set_booked(ward.id, 9), context=outside)
        assert (await Ward.get(id=ward.id)).booked == 0


async def _set_booked(ward_id: int, booked: int) -> None:
    await Ward.filter(id=ward_id).update(booked=booked)


async def _spawn_within_a_transaction() -> "asyncio.Task[None]":
    """Start a task inside a transaction that outlives it and writes while a stranger's transaction is open."""
    go = asyncio.Event()

    async def late() -> None:
        await go.wait()
        await Ward(name="late").save()

    async with in_transaction():
        task = asyncio.create_task(late())
        await Ward(name="early").save()

    async def stranger() -> None:
        async with in_transaction():
            await Ward(name="stranger").save()
            go.set()
            await asyncio.wait([task])
            raise KeyError

    with pytest.raises(KeyError):
        await stranger()
    return task


async def test_a_task_that_inherited_a_transaction_is_told_when_it_is_over(either):
    task = await _spawn_within_a_transaction()
    assert isinstance(task.exception(), SpentTransaction)
    assert not is_transient(task.exception())
    assert await Ward.all().values_list("name", flat=True) == ["early"]


async def test_stock_tortoise_lets_it_write_into_a_strangers_transaction(stock_mysql):
    task = await _spawn_within_a_transaction()
    assert task.exception() is None
    assert await Ward.filter(name="late").count() == 0


async def test_a_task_started_outside_the_transaction_writes_by_itself(either):
    async with in_transaction():
        context = outside_transactions()
        task = asyncio.create_task(_late_row(), context=context)
        await Ward(name="early").save()
    await task
    assert await Ward.all().count() == 2


async def _late_row() -> None:
    await Ward(name="late").save()


async def _deadlock() -> list[BaseException | None]:
    first, second = await Ward.create(name="1"), await Ward.create(name="2")
    both_hold_one = asyncio.Barrier(2)

    async def cross(one: Ward, other: Ward) -> None:
        async with in_transaction():
            await _set_booked(one.id, 1)
            await both_hold_one.wait()
            await _set_booked(other.id, 2)

    return await asyncio.gather(cross(first, second), cross(second, first), return_exceptions=True)


async def test_a_deadlock_can_be_tried_again(mysql):
    lost = [end for end in await _deadlock() if end]
    assert len(lost) == 1
    assert isinstance(lost[0], OperationalError)
    assert is_transient(lost[0])


@pytest.mark.parametrize("within", [in_transaction, nullcontext])
async def test_nothing_is_committed_after_a_deadlock_that_somebody_swallowed(mysql, within):
    """The server has rolled everything back: further statements would commit one by one."""
    first, second = await Ward.create(name="1"), await Ward.create(name="2")
    both_hold_one = asyncio.Barrier(2)

    async def cross(one: Ward, other: Ward) -> None:
        async with in_transaction():
            await _set_booked(one.id, 1)
            await both_hold_one.wait()
            with suppress(OperationalError):
                async with within():
                    await _set_booked(other.id, 2)
            await Ward(name=f"after {one.name}").save()

    ends = await asyncio.gather(cross(first, second), cross(second, first), return_exceptions=True)
    lost = [end for end in ends if end]
    assert len(lost) == 1
    assert is_transient(lost[0])
    assert await Ward.filter(name__startswith="after").count() == 1


async def test_a_lock_that_is_not_waited_for_can_be_tried_again(mysql):
    ward = await Ward.create(name="East")
    base = get_connection("default")
    async with in_transaction():
        await _set_booked(ward.id, 1)
        with pytest.raises(OperationalError) as failure:
            await base.execute_query("SELECT * FROM ward FOR UPDATE NOWAIT")
    assert is_transient(failure.value)


async def test_a_write_upon_an_old_read_is_refused_or_counted(either):
    """Read, then save what was read plus one: oversells everywhere. The guarded update does not."""
    await Ward.create(name="slot", capacity=5)

    async def book() -> bool:
        async with in_transaction():
            taken = await get_connection("default").execute_query(
                "UPDATE ward SET booked = booked + 1 WHERE name = 'slot' AND booked < capacity"
            )
            return taken[0] == 1

    booked = await asyncio.gather(*(book() for _ in range(20)))
    assert sum(booked) == 5
    assert (await Ward.get(name="slot")).booked == 5


async def test_an_error_at_commit_has_tortoises_type_and_keeps_its_number(mysql):
    with pytest.raises(OperationalError) as failure:  # noqa: PT012  the error must come at the end
        async with in_transaction() as connection:
            number = (await connection.execute_query("SELECT CONNECTION_ID() AS me"))[1][0]["me"]
            await Ward(name="never").save()
            killer = asyncio.create_task(_kill(number), context=outside_transactions())
            await killer
    assert is_transient(failure.value)
    assert await Ward.filter(name="never").count() == 0


async def test_stock_tortoise_lets_the_drivers_own_error_through_at_commit(stock_mysql):
    with pytest.raises(Exception, match=r"2013|2006|Lost|Not connected") as failure:  # noqa: PT012
        async with in_transaction() as connection:
            number = (await connection.execute_query("SELECT CONNECTION_ID() AS me"))[1][0]["me"]
            killer = asyncio.create_task(_kill(number), context=outside_transactions())
            await killer
    assert not isinstance(failure.value, OperationalError)
    assert is_transient(failure.value)


async def _kill(number: int) -> None:
    await get_connection("default").execute_query(f"KILL {number}")


async def test_one_connection_only_so_that_reads_see_what_was_written(either):
    """A router to a replica made a transaction blind to its own writes; the configuration names neither."""
    config = database_config(through(DRIVER, either), modules=MODULES)
    assert list(config["connections"]) == ["default"]
    assert "routers" not in config
    async with in_transaction():
        await Ward.create(name="new")
        assert await Ward.filter(name="new").exists()


async def test_siblings_within_a_transaction_take_turns(either):
    ward = await Ward.create(name="East")
    async with in_transaction():
        await asyncio.gather(*(Bed(ward=ward, label=f"{number}").save() for number in range(5)))
    assert await Bed.all().count() == 5


async def test_a_sibling_that_fails_does_not_garble_the_others_answer(mysql):
    """The rollback waits until the sibling has read its answer; it used the same connection at once."""

    async def slow() -> None:
        await get_connection("default").execute_query("SELECT SLEEP(0.2)")

    async def failing() -> None:
        await asyncio.sleep(0.05)
        raise KeyError

    mine = await rows("SELECT CONNECTION_ID()")
    for _ in range(2):
        with pytest.raises(KeyError):
            async with in_transaction():
                await asyncio.gather(slow(), failing())
    assert await rows("SELECT CONNECTION_ID()") == mine  # it did not have to be thrown away
    assert get_connection("default")._pool.used == 0
