"""The pool: nobody is forgotten, overtaken, or left waiting for ever."""

import asyncio

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from server.kit.database import PoolExhausted, is_transient
from tests.engines.conftest import opened, opened_by_stock


@pytest.fixture
async def pool_of_three(mysql_url):
    async with opened(f"{mysql_url}?wait=2", pool_size=3):
        yield get_connection("default")


async def _cancel_three_while_three_wait(client) -> int:
    """Return how many of the three that waited were served."""
    running = [asyncio.create_task(client.execute_query("SELECT SLEEP(3)")) for _ in range(3)]
    await asyncio.sleep(0.3)
    waiting = [asyncio.create_task(client.execute_query("SELECT 1")) for _ in range(3)]
    await asyncio.sleep(0.05)
    for task in running:
        task.cancel()
    done, late = await asyncio.wait(waiting, timeout=1.5)
    for task in late:
        task.cancel()
    await asyncio.wait(running + waiting)
    return len(done)


async def test_waiters_are_woken_when_connections_close(pool_of_three):
    assert await _cancel_three_while_three_wait(pool_of_three) == 3
    assert pool_of_three._pool.used == 0
    assert pool_of_three._pool.waiting == 0


async def test_stock_aiomysql_forgets_them(mysql_url):
    async with opened_by_stock(mysql_url, pool_size=3):
        assert await _cancel_three_while_three_wait(get_connection("default")) == 0


async def _order_of_service(pool) -> list[str]:
    """Let four wait for the only connection; its holder gives it back and at once wants it again."""
    connection = await pool.acquire()
    order = []

    async def want(name: str) -> None:
        mine = await pool.acquire()
        order.append(name)
        await asyncio.sleep(0)
        pool.release(mine)

    tasks = [asyncio.create_task(want(str(number))) for number in range(4)]
    await asyncio.sleep(0)
    pool.release(connection)
    await want("the releaser")
    await asyncio.wait(tasks)
    return order


async def test_first_come_first_served(mysql_url):
    async with opened(mysql_url, pool_size=1):
        pool = await get_connection("default").pool()
        assert await _order_of_service(pool) == ["0", "1", "2", "3", "the releaser"]


async def test_stock_aiomysql_lets_the_releaser_in_first(mysql_url):
    async with opened_by_stock(mysql_url, pool_size=1):
        assert (await _order_of_service(get_connection("default")._pool))[0] == "the releaser"


async def test_a_waiter_cancelled_at_its_turn_passes_it_on(pool_of_three):
    pool = await pool_of_three.pool()
    held = [await pool.acquire() for _ in range(3)]
    first, second = (asyncio.create_task(pool.acquire()) for _ in range(2))
    await asyncio.sleep(0)

    pool.release(held.pop())  # it is the first one's turn …
    first.cancel()  # … and in the same turn of the loop it is cancelled

    async with asyncio.timeout(1):
        held.append(await second)
    for connection in held:
        pool.release(connection)
    assert pool.used == 0


async def test_waiting_ends(either_url):
    joint = "&" if "?" in either_url else "?"
    async with opened(f"{either_url}{joint}wait=0.2", pool_size=1):
        client = get_connection("default")
        async with asyncio.timeout(3):
            async with in_transaction():
                with pytest.raises(PoolExhausted) as failure:
                    await client.execute_query("SELECT 1")
            assert not is_transient(failure.value)
            await client.execute_query("SELECT 1")


async def test_as_many_transactions_as_connections_do_not_deadlock_for_ever(mysql_url):
    async with opened(f"{mysql_url}?wait=0.3", pool_size=2):
        base = get_connection("default")
        both_in = asyncio.Barrier(2)

        async def greedy() -> None:
            async with in_transaction():
                await both_in.wait()
                await base.execute_query("SELECT 1")

        async with asyncio.timeout(3):
            ends = await asyncio.gather(greedy(), greedy(), return_exceptions=True)
        assert any(isinstance(end, PoolExhausted) for end in ends)


async def test_a_dead_connection_is_not_handed_out(pool_of_three):
    number = (await pool_of_three.execute_query("SELECT CONNECTION_ID() AS me"))[1][0]["me"]
    async with pool_of_three.acquire_connection():
        await pool_of_three.execute_query(f"KILL {number}")
    await asyncio.sleep(0.05)
    for _ in range(3):
        assert (await pool_of_three.execute_query("SELECT 1 AS one"))[1] == [{"one": 1}]


async def test_a_pool_that_is_closed_lets_nobody_wait(mysql_url):
    from server.kit.engines.mysql_connect import is_open  # only once the driver was chosen

    async with opened(mysql_url, pool_size=1):
        client = get_connection("default")
        pool = await client.pool()
        held = await pool.acquire()
        waiter = asyncio.create_task(pool.acquire())
        await asyncio.sleep(0)
        pool.close()
        with pytest.raises(PoolExhausted):
            await pool.acquire()
        await asyncio.wait([waiter], timeout=1)
        assert waiter.done()
        pool.release(held)
        assert not is_open(held)
