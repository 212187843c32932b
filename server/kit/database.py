"""The one door to the database: its configuration, its opening and closing, and what its errors mean."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection, get_connections
from tortoise.context import TortoiseContext

from server.kit.engines import CONNECTION, built_once, drivers
from server.kit.engines.errors import PoolExhausted, is_duplicate, is_full, is_transient
from server.kit.engines.pool import WAIT, PoolUse
from server.kit.engines.transaction import SpentTransaction

__all__ = [
    "PoolExhausted",
    "SpentTransaction",
    "clock_of_database",
    "close_database",
    "database_config",
    "database_opened",
    "dialect",
    "is_duplicate",
    "is_full",
    "is_transient",
    "open_database",
    "outside_transactions",
    "ping",
    "placeholder",
    "pool_use",
    "sqlite_file",
]

APP: Final = (
    "care"  # one label for all modules: between two, Tortoise's migrations lost the foreign keys' order
)
MIGRATIONS: Final = "migrations"
PING_WAIT = 2.0  # seconds

# SQLite's own cache of 2 MB made reads of five million rows three times slower.
PRAGMAS: Final = {
    "busy_timeout": 5000,  # first: the others may have to wait
    "journal_mode": "WAL",
    "journal_size_limit": 67_108_864,
    "synchronous": "FULL",  # an acknowledged booking survives a power cut
    "foreign_keys": "ON",
    "cache_size": -32_768,
    "mmap_size": 268_435_456,
    "temp_store": "MEMORY",
}

built_once.install()

_open: TortoiseContext | None = None
_opened_with: tuple[str, tuple[str, ...], int] | None = None


def database_config(
    url: str, *, modules: Sequence[str], pool_size: int = 10, migrations: str = MIGRATIONS
) -> dict[str, Any]:
    """Describe the database to Tortoise.

    `sqlite:///abs/path.db` takes `?synchronous=off` (tests); `mysql://user:pass@host:port/name` takes
    `?driver=asyncmy` and `?ssl_ca=/path`; both take `?wait=` (seconds to wait for a connection).
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "sqlite":
        connection = _sqlite(url, options)
    elif parts.scheme == "mysql":
        connection = _mysql(url, options, pool_size)
    else:
        msg = f"The database URL begins with {parts.scheme!r}; it must be sqlite:/// or mysql://"
        raise ValueError(msg)
    return {
        "connections": {CONNECTION: connection},
        "apps": {APP: {"models": list(modules), "default_connection": CONNECTION, "migrations": migrations}},
        "use_tz": True,
        "timezone": "UTC",
    }


def sqlite_file(url: str) -> Path | None:
    """Return the file of an embedded database, or nothing for a server."""
    parts = urlsplit(url)
    # sqlite:///abs/path.db has the path /abs/path.db; four slashes mean the same.
    return Path("/" + unquote(parts.path).lstrip("/")) if parts.scheme == "sqlite" else None


def _sqlite(url: str, options: dict[str, str]) -> dict[str, Any]:
    pragmas = PRAGMAS | {name: options[name] for name in PRAGMAS if name in options}
    wait = float(options.get("wait", WAIT))
    return {
        "engine": "server.kit.engines.sqlite",
        "credentials": {"file_path": str(sqlite_file(url)), "wait": wait, **pragmas},
    }


def _mysql(url: str, options: dict[str, str], pool_size: int) -> dict[str, Any]:
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    drivers.use("asyncmy" if options.get("driver") == "asyncmy" else "aiomysql")
    credentials: dict[str, Any] = {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 3306,
        "user": unquote(parts.username or "root"),
        "password": lambda: password,  # a string would be printed, a third of it, by Tortoise's debug log
        "database": unquote(parts.path.lstrip("/")),
        "maxsize": pool_size,
        "wait": float(options.get("wait", WAIT)),
    }
    if "ssl_ca" in options:
        credentials["ssl_ca"] = options["ssl_ca"]
    return {"engine": "server.kit.engines.mysql", "credentials": credentials}


async def open_database(url: str, *, modules: Sequence[str], pool_size: int = 10) -> None:
    """Open the database for every task of this process; asking for the same one again does nothing."""
    global _open, _opened_with
    wanted = (url, tuple(modules), pool_size)
    if _opened_with == wanted:
        return
    await close_database()
    config = database_config(url, modules=modules, pool_size=pool_size)
    # Tortoise keeps INSERT statements by connection name: SQLite's were sent to MySQL by the same process.
    EXECUTOR_CACHE.clear()
    context = TortoiseContext()
    # Handlers run in other tasks than the listener that opened the database: they find it as the fallback.
    with context:
        await context.init(config, _enable_global_fallback=True)
    _open, _opened_with = context, wanted


async def close_database() -> None:
    global _open, _opened_with
    context, _open, _opened_with = _open, None, None
    if context:
        await context.close_connections()


@asynccontextmanager
async def database_opened(url: str, *, modules: Sequence[str], pool_size: int = 10) -> AsyncIterator[None]:
    """Have the database open for as long as this lasts: for a command, whose process opens nothing else."""
    await open_database(url, modules=modules, pool_size=pool_size)
    try:
        yield
    finally:
        await close_database()


async def ping() -> None:
    """Ask the database for an answer, for /readyz. Raises whatever is wrong."""
    async with asyncio.timeout(PING_WAIT):
        await _client().execute_query("SELECT 1")


async def clock_of_database() -> datetime:
    """Ask what time it is there; a file has this machine's own clock."""
    sql = {
        "mysql": "SELECT UTC_TIMESTAMP(6) AS at",
        "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS at",
    }
    _, rows = await _client().execute_query(sql[dialect()])
    at = rows[0]["at"]
    return (at if isinstance(at, datetime) else datetime.fromisoformat(at)).replace(tzinfo=UTC)


def pool_use() -> PoolUse | None:
    """Tell how this process's connections are used; None while the database is closed."""
    return _client().use() if _open else None  # type: ignore[attr-defined]  # both engines' clients have it


def dialect() -> Literal["sqlite", "mysql"]:
    return "mysql" if _client().capabilities.dialect == "mysql" else "sqlite"


def placeholder() -> str:
    """Return what stands for a value in a statement of our own."""
    return "%s" if dialect() == "mysql" else "?"


def outside_transactions() -> Context:
    """Return a context for `create_task(…, context=…)` whose task does not inherit the transaction open here."""
    context = copy_context()
    client = _client()
    while hasattr(client, "_parent"):
        client = client._parent  # noqa: SLF001  the client under a transaction, in Tortoise's words
    context.run(lambda: get_connections().set(CONNECTION, client))
    return context


def _client() -> BaseDBAsyncClient:
    return get_connection(CONNECTION)
