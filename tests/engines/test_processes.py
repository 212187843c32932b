"""Several processes on one SQLite file, and the end of a process."""

import subprocess
import sys

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from server.kit.database import close_database, database_config, dialect, is_transient, open_database, ping
from tests.engines.conftest import opened, opened_by_stock
from tests.engines.stock import MODULES
from tests.engines.tables import Ward

ROUNDS = 60
PROCESSES = 3

WRITER = f"""
import asyncio, sys
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction
from server.kit.database import open_database, close_database
from tests.engines.stock import MODULES, stock_config
from tests.engines.tables import Ward

async def read_then_write():
    done = 0
    for _ in range({ROUNDS}):
        try:
            async with in_transaction():
                ward = await Ward.get(name="counter")
                await asyncio.sleep(0.001)
                await Ward.filter(id=ward.id).update(booked=ward.booked + 1)
            done += 1
        except Exception as error:
            print(error, file=sys.stderr)
    print(done)

async def main(kind, url):
    if kind == "ours":
        await open_database(url, modules=MODULES)
        await read_then_write()
        await close_database()
    else:
        async with TortoiseContext() as context:
            await context.init(stock_config(url))
            await read_then_write()

asyncio.run(main(*sys.argv[1:]))
"""


def _count_in_processes(kind: str, url: str) -> int:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, kind, url], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(PROCESSES)
    ]
    return sum(int(run.communicate(timeout=40)[0]) for run in runs)


async def _one_ward(url: str) -> str:
    async with opened(url):
        await Ward.create(name="counter", capacity=10_000)
    return url


async def test_processes_that_read_and_then_write_all_succeed(sqlite_url):
    await _one_ward(sqlite_url)
    assert _count_in_processes("ours", sqlite_url) == ROUNDS * PROCESSES
    await open_database(sqlite_url, modules=MODULES)
    assert (await Ward.get(name="counter")).booked == ROUNDS * PROCESSES
    await close_database()


async def test_stock_tortoise_finds_the_database_locked(sqlite_url):
    await _one_ward(sqlite_url)
    assert _count_in_processes("stock", sqlite_url) < ROUNDS * PROCESSES


FORGETFUL = """
import asyncio, sys
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from server.kit.database import open_database
from tests.engines.stock import MODULES, stock_config

async def main(kind, url):
    if kind == "ours":
        await open_database(url, modules=MODULES)
    else:
        context = TortoiseContext()
        with context:
            await context.init(stock_config(url), _enable_global_fallback=True)
    await get_connection("default").execute_query("SELECT 1")

asyncio.run(main(*sys.argv[1:]))
"""


def test_a_process_that_forgot_to_close_ends_all_the_same(sqlite_url):
    assert (
        subprocess.run(
            [sys.executable, "-c", FORGETFUL, "ours", sqlite_url], timeout=15, check=False
        ).returncode
        == 0
    )


def test_stock_tortoise_hangs_at_exit(sqlite_url):
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", FORGETFUL, "stock", sqlite_url], timeout=3, check=False)


async def test_one_process_may_use_both_engines_in_turn(sqlite_url, mysql_url):
    # Tortoise kept INSERTs by the connection's name: SQLite's question marks were sent to MySQL.
    for url, engine in ((sqlite_url, "sqlite"), (mysql_url, "mysql"), (sqlite_url, "sqlite")):
        if engine == "sqlite" and (await _tables_of(url)):
            await open_database(url, modules=MODULES)
            await Ward.create(name="again")
            await close_database()
            continue
        async with opened(url):
            assert dialect() == engine
            await Ward.create(name="x")
            await ping()


async def _tables_of(url: str) -> bool:
    await open_database(url, modules=MODULES)
    _, rows = await get_connection("default").execute_query("SELECT name FROM sqlite_master")
    await close_database()
    return bool(rows)


async def test_stock_tortoise_mixes_them_up(sqlite_url, mysql_url):
    async with opened_by_stock(sqlite_url):
        await Ward.create(name="x")
    async with opened_by_stock(mysql_url):
        with pytest.raises(TypeError):
            await Ward.create(name="x")


async def test_opening_twice_is_opening_once(either):
    client = get_connection("default")
    await open_database(either, modules=MODULES, pool_size=4)
    assert get_connection("default") is client
    await ping()


async def test_a_database_that_cannot_be_reached_is_said_to_be(tmp_path):
    # A server may come back while we wait for it, so that it is our patience that ends; a folder does not.
    for url, expected in (
        ("mysql://root@127.0.0.1:9/none", TimeoutError),
        (f"sqlite://{tmp_path}/no/such/folder/x.db", OperationalError),
    ):
        await open_database(url, modules=MODULES)
        try:
            with pytest.raises(expected) as failure:
                await ping()
            assert not is_transient(failure.value)
        finally:
            await close_database()


async def test_the_pragmas_are_those_we_promise(sqlite_url):
    expected = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 5000,
        "cache_size": -32768,
    }
    await open_database(sqlite_url.split("?")[0], modules=MODULES)
    client = get_connection("default")
    for name, value in expected.items():
        assert tuple((await client.execute_query(f"PRAGMA {name}"))[1][0]) == (value,)
    await close_database()
    await open_database(sqlite_url, modules=MODULES)
    assert tuple((await get_connection("default").execute_query("PRAGMA synchronous"))[1][0]) == (0,)
    await close_database()


def test_no_log_can_print_the_password():
    config = database_config("mysql://care:s%40cret@db:3307/care", modules=MODULES)
    assert "s@cret" not in str(config)
    credentials = config["connections"]["default"]["credentials"]
    assert credentials["password"]() == "s@cret"
    assert (credentials["host"], credentials["port"], credentials["database"]) == ("db", 3307, "care")


def test_aiomysql_is_taken_even_where_asyncmy_can_be_imported(tmp_path):
    (tmp_path / "asyncmy.py").write_text("raise RuntimeError('asyncmy was imported')")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.path.insert(0, '.')\n"
        "from server.kit.database import database_config\n"
        "database_config('mysql://root@db/care', modules=['x'])\n"
        "import server.kit.engines.mysql, tortoise.backends.mysql.client as c\n"
        "print(c.mysql.__name__)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False
    )
    assert run.stdout.strip() == "aiomysql", run.stderr


def test_asyncmy_can_be_asked_for(tmp_path):
    code = "from server.kit.database import database_config\ndatabase_config('mysql://r@db/c?driver=asyncmy', modules=['x'])\n"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False
    )
    assert run.returncode == 0, run.stderr
