"""Both engines, each with the small tables of `tables.py`, empty before every test."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tortoise import context
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from server.kit import database
from server.kit.database import close_database, open_database
from tests.engines.steps import Steps
from tests.engines.stock import MODULES, stock_config
from tests.rings import new_schema, private_mariadb, servers_or_reason

DRIVER = os.environ.get("DRIVER", "aiomysql")  # test_asyncmy.py says the other


@pytest.fixture(autouse=True)
def _standing_database_put_aside() -> Iterator[None]:
    """Leave the database of the town, which the other tests of this process share, open and untouched."""
    kept = database._open, database._opened_with, context._global_context
    database._open = database._opened_with = context._global_context = None
    yield
    database._open, database._opened_with, context._global_context = kept
    EXECUTOR_CACHE.clear()


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    available, reason = servers_or_reason()
    if not available:
        pytest.skip(reason)
    with private_mariadb(tmp_path_factory.mktemp("engines")) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path}/care.db?synchronous=off"


@pytest.fixture
def mysql_url(mariadb: str) -> str:
    return new_schema(mariadb, "engines")


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[str]:
    async with opened(sqlite_url) as url:
        yield url


@pytest.fixture
async def mysql(mysql_url: str) -> AsyncIterator[str]:
    async with opened(mysql_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "mysql"])
def either_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def either(either_url: str) -> AsyncIterator[str]:
    async with opened(either_url) as url:
        yield url


@asynccontextmanager
async def opened(url: str, *, pool_size: int = 4) -> AsyncIterator[str]:
    await open_database(through(DRIVER, url), modules=MODULES, pool_size=pool_size)
    try:
        await make_tables()
        yield url
    finally:
        await close_database()


def through(driver: str, url: str) -> str:
    """Return the address of a MariaDB with the driver to be used, where it is not the one that is taken unasked."""
    if driver == "aiomysql" or not url.startswith("mysql"):
        return url
    return f"{url}{'&' if '?' in url else '?'}driver={driver}"


async def make_tables() -> None:
    client = get_connection("default")
    await client.execute_script(client.schema_generator(client).get_create_schema_sql(safe=False))


@pytest.fixture
async def stock_sqlite(sqlite_url: str) -> AsyncIterator[str]:
    async with opened_by_stock(sqlite_url) as url:
        yield url


@pytest.fixture
async def stock_mysql(mysql_url: str) -> AsyncIterator[str]:
    async with opened_by_stock(mysql_url) as url:
        yield url


@asynccontextmanager
async def opened_by_stock(url: str, *, pool_size: int = 4) -> AsyncIterator[str]:
    stock = TortoiseContext()
    config = stock_config(url)
    if url.startswith("mysql"):
        config["connections"]["default"]["credentials"]["maxsize"] = pool_size
    with stock:
        await stock.init(config, _enable_global_fallback=True)
    try:
        await stock.generate_schemas()
        yield url
    finally:
        pool = getattr(stock.connections.get("default"), "_pool", None)
        if pool:
            pool.terminate()  # it waits for ever for the connections that it has lost
        await stock.close_connections()


@pytest.fixture
def steps(tmp_path: Path, either_url: str, monkeypatch: pytest.MonkeyPatch) -> Steps:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Steps(tmp_path, either_url)


@pytest.fixture
def sqlite_steps(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Steps:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Steps(tmp_path, sqlite_url)


@pytest.fixture
def mysql_steps(tmp_path: Path, mysql_url: str, monkeypatch: pytest.MonkeyPatch) -> Steps:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Steps(tmp_path, mysql_url)
