# ruff: noqa: SLF001  Tortoise and the drivers have no public names for what is needed here
"""How each new connection to MariaDB or MySQL is set up, whichever driver makes it."""

import asyncio
import importlib
import ssl
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import partial
from typing import Any

from tortoise.backends.base.client import resolve_password
from tortoise.backends.mysql import client as stock

from server.kit.engines.errors import is_transient

COLLATION = "utf8mb4_unicode_520_ci"
MODES = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
LOCK_WAIT = 10  # seconds; the server's own 50 outlast every caller's patience
CONNECT_WAIT = 5
REACHING = 4.0  # seconds; less than the pool lets others wait for a place
REACHING_PAUSE = 0.1

driver: Any = vars(stock)["mysql"]
errors: Any = vars(stock)["errors"]

# aiomysql's connections answer without a cursor; asyncmy's internals are compiled and differ.
DIRECT = driver.__name__ == "aiomysql"

# Said to every connection: Tortoise set the time zone on the first one of its pool only.
SETUP = (
    f"SET NAMES utf8mb4 COLLATE {COLLATION}, time_zone='+00:00', sql_mode='{MODES}', "
    f"innodb_lock_wait_timeout={LOCK_WAIT}; "
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
)


def connector(client: Any, *, with_db: bool) -> Callable[[], Awaitable[Any]]:
    options: dict[str, Any] = {
        "host": client.host,
        "port": client.port,
        "user": client.user,
        "db": client.database if with_db else None,
        "charset": "utf8mb4",
        "autocommit": True,
        "connect_timeout": CONNECT_WAIT,
        "init_command": SETUP,
        # UPDATE then counts the rows it matched, as SQLite does, and not those it changed.
        "client_flag": _package("constants").CLIENT.FOUND_ROWS,
        "conv": _decoders(),
        **_cursors(),
        "ssl": ssl.create_default_context(cafile=client.extra["ssl_ca"])
        if client.extra.get("ssl_ca")
        else None,
    }

    async def once() -> Any:
        connection = driver.connection.Connection(
            password=await resolve_password(client.password) or "", **options
        )
        try:
            await _open(connection)
        except BaseException:
            connection.close()  # cancelled on the way, aiomysql left the socket to the garbage collector
            raise
        return connection

    return partial(_reach, once)


async def _reach(connect: Callable[[], Awaitable[Any]]) -> Any:
    """Connect, and ask again for a while: nothing has been sent yet, and a cluster is finding another writer."""
    until = time.monotonic() + REACHING
    while True:
        try:
            return await connect()
        except (errors.Error, ConnectionError) as error:
            if not is_transient(error) or time.monotonic() > until:
                raise
        await asyncio.sleep(REACHING_PAUSE)


def is_open(connection: Any) -> bool:
    """Tell whether the next statement may be sent on this connection.

    MySQL announces an idle time-out with an error packet before it hangs up, so waiting bytes count as dead too.
    """
    if not DIRECT:
        stream = connection._proto
        return not connection._stream_broken and stream.length == stream.pos
    reader = connection._reader
    if reader is None or connection.closed:
        return False
    return not (
        reader.at_eof() or reader.exception() or getattr(reader, "eof_received", False) or reader._buffer
    )


async def _open(connection: Any) -> None:
    await (connection._connect() if DIRECT else connection.connect())


def _cursors() -> dict[str, Any]:
    if not DIRECT:
        return {}
    from aiomysql import Cursor  # noqa: PLC0415  only when it is the driver

    class Quiet(Cursor):  # type: ignore[misc]  # aiomysql is not typed
        async def _show_warnings(self, conn: Any) -> None:
            # After every INSERT IGNORE it asked for the warnings in a second trip and printed them.
            pass

    return {"cursorclass": Quiet}


def _package(name: str) -> Any:
    return importlib.import_module(f"{'pymysql' if DIRECT else 'asyncmy'}.{name}")


def _decoders() -> dict[Any, Any]:
    decoders = dict(_package("converters").conversions)
    kind = _package("constants").FIELD_TYPE.NEWDECIMAL
    stock_decoder = decoders[kind]

    def whole(text: Any) -> Any:
        # SUM of whole numbers is a Decimal here and an int on SQLite: answers must not depend on the engine.
        value = stock_decoder(text)
        return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else value

    decoders[kind] = whole
    return decoders
