"""How long a statement took is what the database did: not what it waited for a connection, and once."""

import asyncio
from collections.abc import Iterator

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from server.kit.engines import counting
from tests.engines.conftest import opened

HELD = 0.3  # seconds


@pytest.fixture
def timed() -> Iterator[list[tuple[str, float]]]:
    found: list[tuple[str, float]] = []

    def timer(text: str, seconds: float) -> None:
        found.append((text, seconds))

    counting.timers.append(timer)
    yield found
    counting.timers.remove(timer)


async def test_waiting_for_a_connection_is_no_slow_statement(either_url, timed):
    async with opened(either_url, pool_size=1):
        client = get_connection("default")
        taken = asyncio.Event()

        async def hold() -> None:
            async with in_transaction():
                taken.set()
                await asyncio.sleep(HELD)

        holding = asyncio.create_task(hold())
        await taken.wait()
        began = asyncio.get_running_loop().time()
        await client.execute_query("SELECT 7")
        waited = asyncio.get_running_loop().time() - began
        await holding

    assert waited > HELD / 2
    assert [seconds < HELD / 2 for text, seconds in timed if text == "SELECT 7"] == [True]


async def test_many_rows_are_one_statement(either_url, timed):
    async with opened(either_url):
        client = get_connection("default")
        mark = "%s" if client.capabilities.dialect == "mysql" else "?"
        query = f"INSERT INTO ward (name, booked, capacity) VALUES ({mark}, 0, 1)"  # noqa: S608  the mark is one of two
        timed.clear()

        await client.execute_many(query, [["a"], ["b"]])

    assert [text for text, _ in timed if text.startswith("INSERT")] == [query]


async def test_a_transaction_says_how_it_began_and_ended(either_url, timed):
    async with opened(either_url):
        timed.clear()
        async with in_transaction() as transaction:
            await transaction.execute_query("SELECT 8")

    assert [text for text, _ in timed] == ["BEGIN", "SELECT 8", "COMMIT"]
